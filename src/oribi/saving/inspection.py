"""What is in a file of a model or of weights, told without building or trusting it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from oribi.config.serialization import is_built_in

from . import archive, hdf5, legacy, tensors
from .models import CONFIG, METADATA
from .weights import WEIGHTS


@dataclass
class Contents:
    """What a file holds.

    Attributes:
        kind: of file, in words.
        size, sha256: of the whole file.
        facts: versions, dates, and what the model was compiled with.
        layers: (class, name) of each, nested ones indented.
        arrays: (name, shape, dtype) of each.
        step: of the optimizer; None where there is none.
        warnings: what a loader would refuse, or have to be told.
    """

    kind: str
    size: int
    sha256: str
    facts: dict[str, str] = field(default_factory=dict)
    layers: list[tuple[str, str]] = field(default_factory=list)
    arrays: list[tuple[str, tuple[int, ...], str]] = field(default_factory=list)
    step: int | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def parameters(self) -> int:
        """Elements of all weights, those of the optimizer aside."""
        return sum(prod(shape) for name, shape, _ in self.arrays if not name.startswith("optimizer"))


def inspect(filepath: Any) -> Contents:
    """What is in a `.keras`, `.weights.h5`, `.h5` or `.safetensors` file.

    Args:
        filepath: of the file.

    Raises:
        ValueError: it is none of these, or damaged.
        FileNotFoundError: there is no such file.
    """
    path = Path(filepath)
    reader = next((reader for ending, reader in _READERS.items() if path.name.endswith(ending)), None)
    if reader is None:
        raise ValueError(f"{path} is of no known kind: {', '.join(_READERS)} are")
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found = Contents("", path.stat().st_size, digest)
    reader(path, found)
    return found


def _keras(path: Path, found: Contents) -> None:
    found.kind = "model, Keras 3"
    with archive.opened(path) as members:
        metadata = archive.parsed(path, archive.read(path, members, METADATA), "metadata")
        config = archive.parsed(path, archive.read(path, members, CONFIG))
        data = archive.read(path, members, WEIGHTS)
    found.facts.update({str(k): str(v) for k, v in metadata.items()} if isinstance(metadata, dict) else {})
    _tell_config(config, found)
    with hdf5.opened(path, data) as root:
        _tell_arrays(root, found)


def _hdf5(path: Path, found: Contents) -> None:
    with hdf5.opened(path) as root:
        found.kind = "weights, HDF5"
        if root.attribute("model_config") is not None:
            found.kind = "model, Keras 2"
            config, training = legacy.configs(path, root)
            found.facts.update({n: str(root.attribute(n)) for n in ("keras_version", "backend")})
            _tell_config({**config, "compile_config": training} if isinstance(config, dict) else config, found)
        _tell_arrays(root, found)


def _safetensors(path: Path, found: Contents) -> None:
    found.kind = "weights, safetensors"
    with tensors.opened(path) as file:
        found.facts.update(file.metadata() or {})
        for name in sorted(file.keys()):
            part = file.get_slice(name)
            found.arrays.append((name, tuple(part.get_shape()), str(part.get_dtype())))


def _tell_config(config: Any, found: Contents) -> None:
    """Layers and arguments of compile; and every class that is not oribi's own, and all code."""
    if not isinstance(config, dict):
        found.warnings.append("the config is no model's")
        return
    if config.get("compile_config"):
        for key in ("optimizer", "loss", "metrics"):
            found.facts[key] = _named(_get(config, "compile_config", key))
    found.layers += [("  " * depth + kind, name) for depth, kind, name in _layers(config)]
    for entry in _entries(config):
        kind, module = entry.get("class_name"), entry.get("module")
        if kind == "__lambda__" or (kind == "Lambda" and isinstance(_get(entry, "config", "function"), list)):
            found.warnings.append(
                "carries the code of a Python lambda: loading it is refused, unless with safe_mode=False"
            )
        elif module is not None and not is_built_in(module):
            found.warnings.append(f"names {kind!r} of {module!r}, which the user has to register")


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    """Everything in a config that names a class."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if isinstance(item.get("class_name"), str):
                yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _layers(config: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, str, str]]:
    yield depth, str(config.get("class_name")), str(_get(config, "config", "name") or "")
    inside = _get(config, "config", "layers")
    for layer in inside if isinstance(inside, list) else []:
        if isinstance(layer, dict):
            yield from _layers(layer, depth + 1)


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _named(given: Any) -> str:
    if isinstance(given, dict) and isinstance(given.get("class_name"), str):
        return str(given["class_name"] if given["class_name"] != "function" else given.get("config"))
    if isinstance(given, dict):
        return ", ".join(f"{key}: {_named(value)}" for key, value in given.items())
    if isinstance(given, list):
        return ", ".join(map(_named, given))
    return "none" if given is None else str(given)


def _tell_arrays(root: hdf5.Group, found: Contents) -> None:
    waiting = [("", root)]
    while waiting:
        path, group = waiting.pop()
        groups = group.groups()
        waiting += [(f"{path}/{name}".lstrip("/"), inner) for name, inner in groups.items()]
        for name in group:
            if name not in groups:
                data = group.array(name)
                found.arrays.append((f"{path}/{name}".replace("/vars/", "/").lstrip("/"), data.shape, str(data.dtype)))
    found.arrays.sort()
    counted = root.group("optimizer/vars")
    if counted is not None and "0" in counted and counted.array("0").shape == ():
        found.step = int(counted.array("0").read())


_READERS = {".keras": _keras, ".h5": _hdf5, ".hdf5": _hdf5, ".safetensors": _safetensors}
