"""Weights in files: `.weights.h5` as Keras 3 writes them, `.safetensors`, and the weights of whole-model files."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from oribi.optimizers.optimizer import Optimizer
from oribi.utils.files import writing
from oribi.values import Variable

from . import archive, hdf5, legacy, tensors
from .errors import FileProblem, leaving_alone
from .tree import own_variables, places

WEIGHTS = "model.weights.h5"
CHECKSUMS = "crc32"  # of the arrays of a group, an attribute that Keras does not look at


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write a model's weights, and its optimizer's variables, to a file.

    Args:
        model: a built one.
        filepath: ends in `.weights.h5`, Keras' layout, or `.safetensors`, where weights go by their paths.
        overwrite: without it, a file that is there already is an error.

    Raises:
        ValueError: another ending, or a model without weights yet.
        FileExistsError: the file is there, with `overwrite=False`.
    """
    path = checked_path(filepath, overwrite)
    need_built(model, "save_weights")
    if path.name.endswith(".safetensors"):
        tensors.write(path, model)
    elif path.name.endswith(".weights.h5"):
        with writing(path) as file:
            write_hdf5(model, file)
    else:
        raise ValueError(
            f"weights are saved to files that end in .weights.h5 or .safetensors, not to {str(filepath)!r}"
        )


def checked_path(filepath: Any, overwrite: bool) -> Path:
    path = Path(filepath)
    if not overwrite and path.exists():
        raise FileExistsError(f"{path} is there already: give another name, or overwrite=True")
    return path


def need_built(model: Any, method: str) -> None:
    if not model.built:
        raise ValueError(
            f"{model.describe()} has no weights yet: call it on data, or build(input_shape), before {method}()"
        )


def write_hdf5(model: Any, file: BinaryIO) -> None:
    """Every part's variables, numbered, in a group `vars` at the part's place."""
    import h5py

    with h5py.File(file, "w") as root:
        for path, part in places(model):
            group = root.create_group(f"{path}/vars" if path else "vars")
            arrays = [variable.numpy() for variable in own_variables(part)]
            for number, array in enumerate(arrays):
                group[str(number)] = array
            group.attrs["name"] = part.name
            group.attrs[CHECKSUMS] = np.array([_checksum(array) for array in arrays], "uint32")


def _checksum(array: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, by_name: bool = False) -> None:
    """Set a model's weights from a file.

    Args:
        model: a built one, of the architecture that was saved.
        filepath: `.weights.h5`, `.keras`, `.safetensors`, or `.h5` of Keras 2.
        skip_mismatch: leave alone what has other shapes or is not there, and warn, rather than fail.
        by_name: find layers by name rather than in order; for `.h5` of Keras 2 only.

    Raises:
        ValueError: the weights do not fit, or the file is damaged; no weight is set then.
    """
    path = Path(filepath)
    need_built(model, "load_weights")
    if path.name.endswith(".safetensors"):
        pairs = tensors.matched(path, model, skip_mismatch)
    elif path.name.endswith((".weights.h5", ".keras")):
        with weights_file(path) as root:
            pairs = matched(model, root, skip_mismatch)
    elif path.name.endswith((".h5", ".hdf5")):
        with hdf5.opened(path) as root:
            pairs = legacy.matched(model, root, by_name, skip_mismatch)
    else:
        raise ValueError(
            f"weights are loaded from .weights.h5, .keras, .safetensors or .h5 files, not from {str(filepath)!r}"
        )
    assign(pairs)


def assign(pairs: Mapping[Variable, np.ndarray]) -> None:
    """Set variables, once all is known to fit."""
    for variable, array in pairs.items():
        variable.assign(array)


@contextmanager
def weights_file(path: Path) -> Iterator[hdf5.Group]:
    """The weights of a `.weights.h5` file, or of a `.keras` archive."""
    if path.suffix != ".keras":
        with hdf5.opened(path) as root:
            yield root
        return
    with archive.opened(path) as members:
        data = archive.read(path, members, WEIGHTS)
    with hdf5.opened(path, data) as root:
        yield root


def matched(model: Any, root: hdf5.Group, skip_mismatch: bool = False) -> dict[Variable, np.ndarray]:
    """The array of each variable of a model, in Keras 3's layout.

    Raises:
        FileProblem: there are fewer or more for a part than it has variables, or of other shapes.
    """
    found: dict[Variable, np.ndarray] = {}
    for path, part in places(model):
        variables = own_variables(part)
        group = root.group(f"{path}/vars" if path else "vars")
        names = sorted(group, key=lambda n: (len(n), n)) if group is not None else []
        if isinstance(part, Optimizer):
            variables = _of_optimizer(part, model, len(names))
        with leaving_alone(skip_mismatch or path == "optimizer"):
            found.update(_part(root, path, part, variables, group, names))
    return found


def _of_optimizer(optimizer: Optimizer, model: Any, count: int) -> list[Variable]:
    """The variables that a file's arrays are for: no slots, where the model was saved before its first step."""
    if count == len(optimizer.without_slots):
        return optimizer.without_slots
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    return optimizer.variables


def _part(
    root: hdf5.Group, path: str, part: Any, variables: list[Variable], group: hdf5.Group | None, names: list[str]
) -> dict[Variable, np.ndarray]:
    what = f"{type(part).__name__} {part.name!r}"
    if len(names) != len(variables) or group is None:
        raise FileProblem(
            root.path,
            f"has {len(names)} arrays at {path or '/'!r}, where {what} has {len(variables)} variables: was it saved from "
            "another architecture?",
        )
    stored = [group.array(name) for name in names]
    for variable, data in zip(variables, stored, strict=True):
        if data.shape != variable.shape:
            raise FileProblem(
                root.path,
                f"has shape {data.shape} at {data.name!r}, where {what} has {variable.path!r} of {variable.shape}",
            )
    arrays = [data.read() for data in stored]
    sums = group.attribute(CHECKSUMS)
    if sums is not None and np.asarray(sums).tolist() != [_checksum(array) for array in arrays]:
        raise FileProblem(
            root.path, f"is damaged: the numbers at {path or '/'!r} do not have the checksums written beside them"
        )
    return dict(zip(variables, arrays, strict=True))
