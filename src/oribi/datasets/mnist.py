"""MNIST: 70,000 handwritten digits (LeCun, Cortes and Burges)."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"

# The four original files: content hash after unpacking.
IDX = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

Split = tuple[np.ndarray, np.ndarray]


def load_data(path: str = "mnist.npz") -> tuple[Split, Split]:
    """The images and their digits.

    Taken from `ORIBI_DATA` where that names a folder or a mirror with the four IDX files; else from `mnist.npz` in
    `~/.keras/datasets` (or under `KERAS_HOME`), where it is downloaded to once. Contents are checked against published hashes.

    Args:
        path: the file's name in the datasets folder.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(60000, 28, 28)` and `(10000, 28, 28)`, uint8 digits.

    Raises:
        OSError: the data cannot be had, or are not what was published; says what was tried and what to do.
    """
    named = os.environ.get("ORIBI_DATA")
    if not named:
        return _from_npz(_fetch(URL, path, SHA256))
    if named.startswith(("http://", "https://")):
        return _from_idx({name: _fetch_idx(f"{named.rstrip('/')}/{name}.gz", name) for name in IDX})
    return _from_folder(Path(named).expanduser())


def source() -> str:
    """Where `load_data()` would look first, for people to read."""
    named = os.environ.get("ORIBI_DATA")
    if named:
        return f"{'mirror' if '://' in named else 'folder'} {named}"
    cached = _folder() / "mnist.npz"
    return f"cache {cached}" if cached.exists() else f"download of {URL}"


def _folder() -> Path:
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def _fetch(url: str, name: str, sha256: str | None) -> Path:
    """A file in the datasets folder, downloaded if it is not there as published. Written aside, then renamed."""
    import pooch

    folder = _folder()
    try:
        pooch.get_logger().setLevel("ERROR")
        return Path(pooch.retrieve(url, sha256 and f"sha256:{sha256}", fname=name, path=folder))
    except Exception as error:
        raise OSError(
            f"MNIST is not to be had: tried {folder / name}, then {url} ({type(error).__name__}: {_brief(error)}). "
            f"Put {name} there, or set ORIBI_DATA to a folder or mirror with the four IDX files, or use "
            "oribi.datasets.synthetic_digits, which needs no network."
        ) from error


def _brief(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else "no message"
    return text if len(text) < 160 else text[:157] + "..."


def _fetch_idx(url: str, name: str) -> bytes:
    """A file of a mirror. What is not as published does not stay, so that the next attempt asks the mirror again."""
    path = _fetch(url, f"{name}.gz", None)
    try:
        return _checked(_unpacked(path), name, url)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _from_folder(folder: Path) -> tuple[Split, Split]:
    if not folder.is_dir():
        raise OSError(f"ORIBI_DATA names {folder}, which is no folder; expected one with {', '.join(IDX)} (or .gz)")
    contents = {}
    for name in IDX:
        found = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
        if found is None:
            raise OSError(f"{folder} has no {name} and no {name}.gz; ORIBI_DATA needs the four IDX files of MNIST")
        contents[name] = _checked(_unpacked(found), name, str(found))
    return _from_idx(contents)


def _unpacked(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, ValueError) as error:
        raise OSError(f"{path} cannot be unpacked ({error}); it is truncated or altered: fetch it again") from error


def _checked(data: bytes, name: str, where: str) -> bytes:
    if hashlib.sha256(data).hexdigest() != IDX[name]:
        raise OSError(f"{where} is not MNIST's {name}: its contents do not have the published hash; fetch it again")
    return data


def _from_idx(contents: dict[str, bytes]) -> tuple[Split, Split]:
    def images(name: str) -> np.ndarray:
        return np.frombuffer(contents[name], np.uint8, offset=16).reshape(-1, 28, 28).copy()

    def labels(name: str) -> np.ndarray:
        return np.frombuffer(contents[name], np.uint8, offset=8).copy()

    train, test = (
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    )
    return (images(train[0]), labels(train[1])), (images(test[0]), labels(test[1]))


def _from_npz(path: Path) -> tuple[Split, Split]:
    with np.load(path, allow_pickle=False) as data:
        arrays: dict[str, Any] = {k: data[k] for k in ("x_train", "y_train", "x_test", "y_test")}
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
