"""model: the whole ONNX model."""

from pathlib import Path
from typing import Any

import numpy as np

from oribi.export.forward import forward
from oribi.graph.control import depending
from oribi.graph.node import topological
from oribi.utils.files import writing
from oribi.utils.optional import needed

from .rules import RULES
from .writer import Writer

OPSET, IR = 18, 9


def write_onnx(model: Any, path: Path) -> None:
    """Write a model as ONNX."""
    data = model_of(forward(model, 2), forward(model, 3), model.name)
    with writing(path) as file:
        file.write(data)


def model_of(two: Any, three: Any, title: str) -> bytes:
    """An ONNX model.

    Args:
        two, three: the forward pass, exported for batches of two and of three rows.
        title: the model's name.

    Raises:
        NotImplementedError: a primitive that has no rule here, or a graph that changes with the batch.
    """
    onnx = needed("onnx", "ONNX models")
    writer = Writer(onnx, RULES)
    kinds = {p.name: onnx.helper.np_dtype_to_tensor_dtype(np.dtype(p.dtype)) for p in (*two.inputs, *two.outputs)}
    writer.columns = {column: port.name for port, column in zip(two.inputs, two.program.inputs, strict=True)}
    takes = [n for n in topological(two.program.outputs) if n.op == "gather" and n.operands[0] in writer.columns]
    writer.rows = depending([n.operands[1] for n in takes], two.program.state) | set(writer.columns)
    writer.batch_of = two.inputs[0].name
    for port, a, b in zip(two.outputs, two.program.outputs, three.program.outputs, strict=True):
        writer.add("Identity", [writer.value(a, b)], output=port.name)
    info = lambda p: onnx.helper.make_tensor_value_info(p.name, kinds[p.name], ["batch", *p.shape])
    graph = onnx.helper.make_graph(
        writer.nodes, title, list(map(info, two.inputs)), list(map(info, two.outputs)), writer.constants
    )
    opsets = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="oribi")
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
