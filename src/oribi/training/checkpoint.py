"""A training run on disk: all that decides how it goes on, in one file, so that a run that was killed ends as if it had not been.

The file is a line of JSON, then the bytes of all arrays, with a checksum over both. It is written aside, synced and renamed: a
whole one is there at every moment.
"""

import json
import math
import os
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from oribi.utils.files import writing
from oribi.values import Variable

from .fit import Fit

MAGIC = b"oribi-checkpoint-1"


def variables_of(model: Any) -> list[Variable]:
    """All that training changes: weights, random states, the optimizer, metrics."""
    metrics = [v for metric in model.metrics for v in metric.variables]
    return [*model.variables, *model.optimizer.variables, *metrics]


def write(path: str | os.PathLike[str], fit: Fit) -> None:
    """Write a checkpoint.

    Raises:
        OSError: it cannot be written; the one before is still there.
    """
    model, variables = fit.model, variables_of(fit.model)
    arrays = [variable.array() for variable in variables]
    kept = {key: _packed(callback.get_state(), arrays) for key, callback in _keyed(fit.callbacks).items()}
    where = {"epoch": fit.epoch, "step": fit.step, "batch_number": fit.source.at, "shuffle": fit.source.state()}
    layout = [[array.dtype.name, list(array.shape)] for array in arrays]
    state = {
        **where,
        "stop": bool(model.stop_training),
        "variables": _layout(variables),
        "callbacks": kept,
        "arrays": layout,
    }
    parts: list[Any] = [json.dumps(state).encode() + b"\n", *(np.ascontiguousarray(array).data for array in arrays)]
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    with writing(path) as file:
        file.write(b"%s %08x\n" % (MAGIC, checksum))
        for part in parts:
            file.write(part)


def restore(path: str | os.PathLike[str], fit: Fit) -> None:
    """Put a model, its callbacks and a call of `fit` where a checkpoint was written. Callbacks that it does not know stay as they
    are.

    Raises:
        ValueError: the file is damaged, or of another model; nothing is changed then.
    """
    state, arrays = _read(path)
    model, variables = fit.model, variables_of(fit.model)
    if state["variables"] != _layout(variables) or len(arrays) < len(variables):
        raise ValueError(f"{path} is of another model or optimizer: delete it to start anew, or give another folder")
    for variable, array in zip(variables, arrays, strict=False):
        variable.assign(array)
    for key, callback in _keyed(fit.callbacks).items():
        if key in state["callbacks"]:
            callback.set_state(_unpacked(state["callbacks"][key], arrays))
    model.stop_training = bool(state["stop"])
    fit.go_on(int(state["epoch"]), int(state["step"]), int(state.get("batch_number", 0)), state["shuffle"])


def _layout(variables: list[Variable]) -> list[list[Any]]:
    """What variables there are, without names that were made up for layers."""
    return [[v.name, list(v.shape), v.dtype] for v in variables]


def _keyed(callbacks: list[Any]) -> dict[str, Any]:
    """Callbacks by class, and number among those of their class."""
    keyed: dict[str, Any] = {}
    for callback in callbacks:
        kind = type(callback).__name__
        keyed[f"{kind}/{sum(key.startswith(f'{kind}/') for key in keyed)}"] = callback
    return keyed


def _read(path: str | os.PathLike[str]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The state and the arrays of a checkpoint.

    Raises:
        ValueError: it is not whole.
    """
    with open(path, "rb") as file:
        head, body = file.readline(64), file.read()
    if head != b"%s %08x\n" % (MAGIC, zlib.crc32(body)):
        raise ValueError(f"{path} is no whole checkpoint. Delete it to start anew")
    text, _, data = body.partition(b"\n")
    state = json.loads(text)
    arrays, at = [], 0
    for dtype, shape in state["arrays"]:
        count = math.prod(shape)
        arrays.append(np.frombuffer(data, np.dtype(dtype), count, at).reshape(shape))
        at += arrays[-1].nbytes
    return state, arrays


def _packed(value: Any, arrays: list[np.ndarray]) -> Any:
    """A state as JSON has it; its arrays are put behind the others."""
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if isinstance(value, Mapping):
        return {"dict": [[key, _packed(item, arrays)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_packed(item, arrays) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        f"a callback's state has {value!r}, which no checkpoint can hold: numbers, texts, lists, dicts and arrays it can"
    )


def _unpacked(value: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(value, list):
        return [_unpacked(item, arrays) for item in value]
    if isinstance(value, dict):
        return arrays[value["array"]] if "array" in value else {k: _unpacked(v, arrays) for k, v in value["dict"]}
    return value
