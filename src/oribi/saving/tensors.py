"""Weights as safetensors: each under its layer's path in the model, `layers/dense_1/0`, as in `.weights.h5`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from oribi.optimizers.optimizer import Optimizer
from oribi.utils.files import writing
from oribi.utils.optional import needed
from oribi.values import Variable

from .errors import FileProblem, leaving_alone
from .tree import own_variables, places


def named_variables(model: Any) -> dict[str, Variable]:
    """The weights of a model by the names that they have in a file; the optimizer's are not among them."""
    parts = [(path, part) for path, part in places(model) if not isinstance(part, Optimizer)]
    return {f"{path}/{i}".lstrip("/"): v for path, part in parts for i, v in enumerate(own_variables(part))}


def write(path: Path, model: Any) -> None:
    """Write a model's weights."""
    needed("safetensors", "safetensors files")
    import safetensors.numpy

    data = safetensors.numpy.save({name: variable.numpy() for name, variable in named_variables(model).items()})
    with writing(path) as file:
        file.write(data)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A file, open for reading.

    Raises:
        FileProblem: it is no safetensors file, or a damaged one.
    """
    library = needed("safetensors", "safetensors files")
    try:
        with library.safe_open(path, framework="numpy") as file:
            yield file
    except library.SafetensorError as error:
        raise FileProblem(path, f"is no whole safetensors file: {error}") from None


def matched(path: Path, model: Any, skip_mismatch: bool) -> dict[Variable, np.ndarray]:
    """The array of each weight of a model.

    Raises:
        FileProblem: one is missing, or has another shape, or the file is damaged.
    """
    found = {}
    with opened(path) as file:
        there = set(file.keys())
        for name, variable in named_variables(model).items():
            with leaving_alone(skip_mismatch):
                shape = tuple(file.get_slice(name).get_shape()) if name in there else None
                if shape != variable.shape:
                    have = "no array" if shape is None else f"shape {shape}"
                    what = f"the model has {variable.path!r} of {variable.shape}"
                    raise FileProblem(path, f"has {have} for {name!r}, where {what}")
                found[variable] = file.get_tensor(name)
    return found
