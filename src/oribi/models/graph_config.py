"""Functional models as configs, in the form of Keras 3: layers, with the calls of each and where their arguments come from.

A tensor is named by the layer that made it, which call of it, and which of its outputs it is.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import numpy as np

from oribi import nest
from oribi.config import families
from oribi.config.serialization import deserialize, serialize
from oribi.layers.base.layer import Layer
from oribi.layers.input import Input
from oribi.ops.symbolic import Call
from oribi.values import KerasTensor, Tensor

from .op_config import is_op, op_config, op_of

Place = tuple[str, int, int]  # the name of an operation, which call of it, which of the outputs

# --- to a config ------------------------------------------------------------------------------------------------------


def graph_config(graph: Any) -> dict[str, Any]:
    """The config of inputs, outputs and the calls between them."""
    places: dict[KerasTensor, Place] = {t: (t.name, 0, 0) for t in nest.flatten(graph.inputs)}
    entries: dict[str, dict[str, Any]] = {}
    for layer in graph.input_layers:
        entries[layer.name] = {**serialize(layer), "name": layer.name, "inbound_nodes": []}
    names = _names(graph.calls, set(entries))
    for call in graph.calls:
        name = names[_identity(call)]
        operation, (args, kwargs) = _operation_config(call, name)
        entry = entries.setdefault(name, {**_written(operation, places), "name": name, "inbound_nodes": []})
        number = len(entry["inbound_nodes"])
        node = {"args": _written(list(args), places), "kwargs": _written(dict(kwargs), places)}
        entry["inbound_nodes"].append(node)
        places.update({t: (name, number, i) for i, t in enumerate(nest.flatten(call.outputs))})
    where = {"input_layers": graph.inputs, "output_layers": graph.outputs}
    listed = {key: nest.mapped(lambda t: list(places[t]), tensors) for key, tensors in where.items()}
    return {"layers": list(entries.values()), **listed}


def _identity(call: Call) -> Any:
    """Calls of one layer belong together; every call of an op stands for itself."""
    return call.function if isinstance(call.function, Layer) else call


def _names(calls: list[Call], taken: set[str]) -> dict[Any, str]:
    """A name for each layer, its own, and for each call of an op."""
    names: dict[Any, str] = {_identity(c): c.name for c in calls if isinstance(c.function, Layer)}
    taken = taken | set(names.values())
    candidates: dict[str, Iterator[str]] = {}
    for call in calls:
        if _identity(call) not in names:
            numbered = candidates.setdefault(call.name, _numbered(call.name))
            names[call] = next(name for name in numbered if name not in taken)
            taken.add(names[call])
    return names


def _numbered(name: str) -> Iterator[str]:
    """The name, then the name with a number."""
    yield name
    for number in count(1):
        yield f"{name}_{number}"


def _operation_config(call: Call, name: str) -> tuple[dict[str, Any], tuple[Any, Any]]:
    """The entry of what is called, and what it is called with."""
    if isinstance(call.function, Layer):
        return serialize(call.function), (call.args, call.kwargs)
    return op_config(call.function, name, call.args, call.kwargs)


def _written(value: Any, places: Mapping[KerasTensor, Place]) -> Any:
    """An argument of a call in terms of what JSON has."""
    if isinstance(value, KerasTensor):
        history = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": list(places[value])}
        return {"class_name": "__keras_tensor__", "config": history}
    if isinstance(value, Tensor | np.ndarray):
        array = np.asarray(value)
        return {"class_name": "__numpy__", "config": {"value": array.tolist(), "dtype": array.dtype.name}}
    if isinstance(value, slice):
        return {"class_name": "__slice__", "config": {"start": value.start, "stop": value.stop, "step": value.step}}
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(value, list | tuple):
        return [_written(v, places) for v in value]
    if isinstance(value, dict):
        return {key: _written(v, places) for key, v in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    raise ValueError(f"the model has a call with an argument that no config can hold: {value!r}")


# --- from a config ----------------------------------------------------------------------------------------------------


def from_graph_config(config: Mapping[str, Any]) -> tuple[Any, Any]:
    """The inputs and outputs of a model; calls are done again as soon as what they need is there.

    Raises:
        ValueError: a call needs something that is nowhere in the config.
    """
    tensors: dict[Place, Any] = {}
    calls: list[_Waiting] = []
    for entry in config["layers"]:
        name = entry["name"]
        if entry["class_name"] == "InputLayer":
            tensors[name, 0, 0] = _input(entry["config"])
            continue
        operation = _operation(entry)
        calls += [_Waiting(operation, name, number, node) for number, node in enumerate(entry["inbound_nodes"])]
    _do_all(calls, tensors)
    return _mapped_places(config["input_layers"], tensors), _mapped_places(config["output_layers"], tensors)


class _Waiting:
    """A call that is to be done again, and the tensors that it waits for: its arguments, and the layer's call before it."""

    def __init__(self, operation: Callable[..., Any], name: str, number: int, node: Mapping[str, Any]) -> None:
        self.operation, self.name, self.number = operation, name, number
        self.args, self.kwargs = list(node["args"]), dict(node["kwargs"])
        self.needs = {*_places_in([self.args, self.kwargs]), *([(name, number - 1, 0)] if number else [])}

    def do(self, tensors: dict[Place, Any]) -> list[Place]:
        """Do it; returns where its outputs are."""
        outputs = nest.flatten(self.operation(*_read(self.args, tensors), **_read(self.kwargs, tensors)))
        made = {(self.name, self.number, i): output for i, output in enumerate(outputs)}
        tensors.update(made)
        return list(made)


def _do_all(calls: list[_Waiting], tensors: dict[Place, Any]) -> None:
    """Do every call as soon as all that it needs is there."""
    readers: dict[Place, list[_Waiting]] = {}
    for call in calls:
        call.needs -= tensors.keys()
        for place in call.needs:
            readers.setdefault(place, []).append(call)
    ready = deque(call for call in calls if not call.needs)
    done = 0
    while ready:
        done += 1
        for place in ready.popleft().do(tensors):
            for reader in readers.get(place, ()):
                reader.needs.discard(place)
                if not reader.needs:
                    ready.append(reader)
    if done < len(calls):
        stuck = next(call for call in calls if call.needs)
        raise ValueError(f"the config of the model is incomplete: {stuck.name!r} needs a tensor that nothing makes")


def _places_in(value: Any) -> Iterator[Place]:
    """The tensors that arguments name."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            yield _place(value["config"])
            return
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _places_in(item)


def _place(config: Mapping[str, Any]) -> Place:
    name, call, output = config["keras_history"]
    return str(name), int(call), int(output)


def _input(config: Mapping[str, Any]) -> KerasTensor:
    batch, *shape = config.get("batch_shape") or (config.get("batch_size"), *config["shape"])
    return Input(tuple(shape), batch, config.get("dtype"), name=config.get("name"))


def _operation(entry: Mapping[str, Any]) -> Callable[..., Any]:
    if is_op(entry):
        return op_of(entry)
    made: Callable[..., Any] = deserialize(entry, families.table("layers"), "layer")
    return made


def _read(value: Any, tensors: Mapping[Place, Any]) -> Any:
    """An argument out of what `_written` made of it."""
    if isinstance(value, list):
        return [_read(v, tensors) for v in value]
    if not isinstance(value, dict):
        return value
    if set(value) != {"class_name", "config"}:
        return {key: _read(v, tensors) for key, v in value.items()}
    return _READERS[value["class_name"]](value["config"], tensors)


_READERS: dict[str, Callable[[Any, Mapping[Place, Any]], Any]] = {
    "__keras_tensor__": lambda config, tensors: tensors[_place(config)],
    "__numpy__": lambda config, tensors: np.array(config["value"], config["dtype"]),
    "__slice__": lambda config, tensors: slice(config["start"], config["stop"], config["step"]),
    "__ellipsis__": lambda config, tensors: Ellipsis,
}


def _mapped_places(places: Any, tensors: Mapping[Place, Any]) -> Any:
    """A nest of places as one of tensors."""
    if isinstance(places, dict):
        return {key: _mapped_places(v, tensors) for key, v in places.items()}
    if len(places) == 3 and isinstance(places[0], str):
        return tensors[tuple(places)]
    return [_mapped_places(v, tensors) for v in places]
