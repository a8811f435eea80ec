"""Foreign functions: called back in the middle of a program, by one thread, on the memory of their operands and results.

A kernel hands the addresses to a function of Python, which runs the reference engine's rule for the primitive on arrays that lie
there. The function's own address comes in like a constant of the program, so the code does not depend on it.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np

from oribi.compiler.fuse import reshaped_buffer
from oribi.engines import reference
from oribi.graph import dtypes
from oribi.graph.control import Spec, spec
from oribi.graph.kinds import Kind
from oribi.graph.node import Node, constant, parameter, size_of, topological
from oribi.graph.program import Program

from .emitter import Emitter

_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_void_p))
_callbacks: dict[object, Any] = {}  # kept for good: code that is running may call them
_failures: list[BaseException] = []


def foreign(e: Emitter) -> None:
    """A call on the addresses of the operands, then of all results; those that nobody reads go to memory of the thread's own."""
    root, b = e.root(), e.b
    used = {node.attributes["index"]: node for node in e.kernel.outputs}
    pointers = [e.pointer_to_read(reshaped_buffer(operand), ()) for operand in root.operands]
    for index, (shape, dtype) in enumerate(root.attributes["results"]):
        own = size_of(shape) * dtypes.itemsize(dtype)
        pointers.append(e.pointer_to_write(used[index]) if index in used else e.own_memory(own))
    addresses = b.name("addresses")
    b.entry.append(f"  {addresses} = alloca [{len(pointers)} x ptr], align 16")
    for number, pointer in enumerate(pointers):
        slot = b.name("slot")
        b.do(f"{slot} = getelementptr ptr, ptr {addresses}, i64 {number}")
        b.do(f"store ptr {pointer}, ptr {slot}, align 8")
    function = b.name("function")
    b.do(f"{function} = load ptr, ptr {e.pointer_to_read(_address_of(root), ())}, align 8")
    b.do(f"call void {function}(ptr {addresses})")


def _address_of(root: Node) -> Node:
    """A constant that holds the address of the function for a node."""
    key = (root.op, tuple(map(spec, root.operands)), tuple(sorted(root.attributes.items())))
    if key not in _callbacks:
        _callbacks[key] = _CALLBACK(_function_of(root))
    return constant(np.array([ctypes.cast(_callbacks[key], ctypes.c_void_p).value], "int64"))


def _function_of(root: Node) -> Callable[[Any], None]:
    rule, results = reference.RULES[root.op], root.attributes["results"]
    operands = [spec(o) for o in root.operands]
    alone = root.on(tuple(parameter("operand", *one) for one in operands))  # it holds none of the graph

    def call(addresses: Any) -> None:
        arrays = [_array_at(addresses[i], one) for i, one in enumerate((*operands, *results))]
        places = arrays[len(operands) :]
        try:
            with np.errstate(all="ignore"):
                values = rule(alone, *arrays[: len(operands)])
            for place, value in zip(places, values, strict=True):
                place[...] = value
        except BaseException as error:  # it cannot travel through native code
            _failures.append(error)
            for place in places:
                place.fill(0)

    return call


def _array_at(address: int | None, of: Spec) -> Any:
    shape, dtype = of
    size = size_of(shape) * dtypes.itemsize(dtype)
    if not size or address is None:
        return np.zeros(shape, dtype)
    bytes_there = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))
    return bytes_there.view(dtype).reshape(shape)


def raise_failure() -> None:
    """Raise what a foreign function raised in a native call that is over."""
    if _failures:
        error = _failures[0]
        _failures.clear()
        raise error


def foreign_nodes(program: Program) -> list[Node]:
    """The foreign nodes of a program and of those inside of it."""
    found = []
    for node in topological((*program.updates, *program.outputs)):
        found += [node] if node.kind is Kind.FOREIGN else []
        for body in node.primitive.bodies:
            found += foreign_nodes(node.attributes[body])
    return found
