"""Whole models in files: `.keras` as Keras 3 writes it, and the `.h5` of Keras 2, which is read only.

A `.keras` file is a zip archive of `config.json` (architecture, and the arguments of compile), `metadata.json` and
`model.weights.h5`.
"""

import datetime
import json
import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from oribi import models
from oribi.config import families
from oribi.config.scopes import custom_object_scope, trusting_code
from oribi.config.serialization import deserialize, serialize
from oribi.context import context
from oribi.utils.files import writing
from oribi.version import __version__

from . import archive, hdf5, legacy
from .errors import FileProblem
from .weights import WEIGHTS, assign, checked_path, matched, need_built, write_hdf5

CONFIG, METADATA = "config.json", "metadata.json"
FORMAT = "3.8.0"  # the Keras whose files these are like
ROOM = 16 * 2**20  # bytes that a loaded model's variables may take beside those in the file


def save_model(model: Any, filepath: Any, overwrite: bool = True, zipped: bool = True, **unknown: Any) -> None:
    """Write architecture, weights, optimizer and compile arguments to a file.

    Args:
        model: a built one.
        filepath: ends in `.keras`.
        overwrite: without it, a file that is there already is an error.
        zipped: must be true: folders are not written.

    Raises:
        ValueError: another ending; a model without weights yet; a layer that has no config.
        FileExistsError: the file is there, with `overwrite=False`.
        TypeError: an argument that there is not.
    """
    if unknown or not zipped:
        raise TypeError(f"save: {', '.join(unknown) or 'zipped=False'} is not there")
    path = checked_path(filepath, overwrite)
    if path.suffix != ".keras":
        raise ValueError(
            f"models are saved to files that end in .keras, not to {str(filepath)!r}; for weights alone there is "
            "save_weights('... .weights.h5')"
        )
    need_built(model, "save")
    date = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": FORMAT, "oribi_version": __version__, "date_saved": date}
    config, weights = json.dumps(serialize(model)), BytesIO()
    write_hdf5(model, weights)
    with writing(path) as file, zipfile.ZipFile(file, "w") as members:
        members.writestr(METADATA, json.dumps(metadata))
        members.writestr(CONFIG, config)
        members.writestr(WEIGHTS, weights.getbuffer())


def load_model(
    filepath: Any, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """The model of a file. No code from the file runs, and nothing is imported or opened that it names.

    Args:
        filepath: a `.keras` file, by oribi or Keras 3, or a whole-model `.h5` of Keras 2.
        custom_objects: {name: class or function} that the file may name, beside what is registered.
        compile: compile the model as it was, with the state of its optimizer.
        safe_mode: refuse the code of Python lambdas. With `False` it is run: only for a file of your own.

    Raises:
        ValueError: the file is damaged, or names what is not known here.
        FileNotFoundError: there is no such file.
    """
    path = Path(filepath)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if path.suffix not in (".keras", ".h5", ".hdf5"):
        raise ValueError(f"models are loaded from .keras and .h5 files, not from {str(filepath)!r}")
    read = _load_keras if path.suffix == ".keras" else _load_legacy
    with custom_object_scope(custom_objects), trusting_code(not safe_mode):
        return read(path, compile)


def _load_keras(path: Path, compile: bool) -> Any:
    with archive.opened(path) as members:
        config = archive.parsed(path, archive.read(path, members, CONFIG))
        data = archive.read(path, members, WEIGHTS)
    with context(memory=[4 * len(data) + ROOM]):
        model = _model_of(path, config, compile)
    with hdf5.opened(path, data) as root:
        assign(matched(model, root))
    return model


def _load_legacy(path: Path, compile: bool) -> Any:
    with hdf5.opened(path) as root:
        config, training = legacy.configs(path, root)
        with context(memory=[4 * path.stat().st_size + ROOM]):
            model = _model_of(path, config, False)
            assign(legacy.matched(model, root, False, False))
            if compile and training is not None:
                model.compile_from_config(training)
                warnings.warn(
                    f"{path}: the state of the optimizer is not carried over from .h5 files", UserWarning, stacklevel=3
                )
    return model


def _model_of(path: Path | str, config: Any, compile: bool) -> Any:
    """The model of a config; what is wrong with it is told with the file's name."""
    if not isinstance(config, dict):
        raise FileProblem(path, "has a config that is no model's")
    if not compile:
        config = {**config, "compile_config": None}
    try:
        model = deserialize(config, families.table("layers"), "model")
    except NotImplementedError as error:
        raise NotImplementedError(f"{path}: {error}") from error
    except (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError) as error:
        problem = f"needs {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise FileProblem(path, f"has a config that makes no model: {problem}") from error
    if not isinstance(model, models.Model):
        raise FileProblem(path, f"has the config of a {type(model).__name__}, which is no model")
    return model


def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model of what `to_json` gave, with new weights; not compiled.

    Args:
        json_string: what `to_json` gave.
        custom_objects: {name: class or function} that may be named, beside what is registered.

    >>> from oribi import layers
    >>> model = models.Sequential([layers.Input((3,)), layers.Dense(2, name="head")])
    >>> model_from_json(model.to_json()).layers[0].name
    'head'
    """
    with custom_object_scope(custom_objects):
        return _model_of("the JSON", archive.parsed("the JSON", json_string), False)


def clone_model(model: Any) -> Any:
    """A model of the same architecture, with new weights; not compiled."""
    return _model_of("the model", {**serialize(model), "build_config": None}, False)
