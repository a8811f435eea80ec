"""Synthetic digits: a stand-in for MNIST that needs no network, drawn with parametric pen strokes.

Every digit is written in one of several ways, its control points jittered, bent elastically, slanted, rotated and stretched, then
drawn with a round pen of varying width, scaled into a 20 x 20 box and centred by mass in 28 x 28, as MNIST is.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from oribi.utils.files import writing

from . import strokes

SEGMENTS = 32
SIZE, BOX = 28, 20
VERSION = 3  # part of the cached file's name: raise it when the digits change

Split = tuple[np.ndarray, np.ndarray]


def load_data(train: int = 60000, test: int = 10000, seed: int = 0) -> tuple[Split, Split]:
    """Digits as `mnist.load_data()` gives them, made on the spot; the same for the same arguments.

    Args:
        train, test: how many of each.
        seed: of the random numbers.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: uint8 images `(n, 28, 28)`, uint8 digits `(n,)`.

    Raises:
        ValueError: a negative number of digits.

    >>> (x, y), _ = load_data(train=20, test=10)
    >>> x.shape, x.dtype.name, y.shape
    ((20, 28, 28), 'uint8', (20,))
    """
    if train < 0 or test < 0:
        raise ValueError(f"synthetic_digits: train and test must not be negative, got {train} and {test}")
    total = train + test
    path = _cache_file(train, test, seed)
    images = _read(path, total)
    rng = np.random.default_rng([seed, 20])
    labels = rng.permutation(np.arange(total) % 10).astype(np.uint8)
    if images is None:
        images = draw(labels, np.random.default_rng([seed, 26]))
        _write(path, images)
    return (images[:train], labels[:train]), (images[train:], labels[train:])


def draw(labels: np.ndarray, rng: Any) -> np.ndarray:
    """An image for each label.

    Args:
        labels: digits, `(n,)`.
        rng: a NumPy random generator.

    Returns:
        uint8 images `(n, 28, 28)`.
    """
    segments = np.zeros((len(labels), SEGMENTS, 4))
    for digit, ways in strokes.WAYS.items():
        rows = np.flatnonzero(labels == digit)
        choice = rng.integers(0, len(ways), len(rows))
        for number, way in enumerate(ways):
            mine = rows[choice == number]
            if len(mine):
                segments[mine] = _written(way, len(mine), rng)
    width = np.clip(rng.normal(1.25, 0.38, len(labels)), 0.6, 2.4)
    return _rendered(_centred(_distorted(segments, rng), width), width)


def _written(way: tuple[strokes.Stroke, ...], count: int, rng: Any) -> np.ndarray:
    """`count` times one way of writing, as segments (x0, y0, x1, y1); control points moved a little each time."""
    parts = []
    for stroke, share in zip(way, strokes.segments_of(way, SEGMENTS), strict=True):
        control = np.array(stroke.points) + rng.normal(0, 0.035, (count, len(stroke.points), 2))
        points = strokes.basis(stroke, share) @ control
        parts.append(np.concatenate([points[:, :-1], points[:, 1:]], axis=2))
    return np.concatenate(parts, axis=1)


def _distorted(segments: np.ndarray, rng: Any) -> np.ndarray:
    """Bent by slow random waves, then slanted, turned and stretched."""
    count = len(segments)
    points = segments.reshape(count, -1, 2) - 0.5
    for _ in range(2):
        frequency = rng.normal(0, 0.9, (count, 1, 2))
        phase = rng.uniform(0, 2 * np.pi, (count, 1, 2))
        reach = rng.normal(0, 0.045, (count, 1, 2))
        wave = (points * frequency).sum(2, keepdims=True) * 2 * np.pi
        points = points + reach * np.sin(wave + phase)
    slant, turn = rng.normal(-0.12, 0.22, count), rng.normal(0, 0.1, count)
    narrow = np.exp(rng.normal(-0.22, 0.2, count))
    cos, sin = np.cos(turn), np.sin(turn)
    shape = np.array([[narrow, slant], [np.zeros(count), np.ones(count)]])
    rotation = np.array([[cos, -sin], [sin, cos]])
    matrix = np.einsum("ijn,jkn->nki", rotation, shape)
    return (points @ matrix).reshape(segments.shape)


def _centred(segments: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Scaled so that the ink fills the box, and moved so that its centre of mass is the image's middle, in pixels."""
    points = segments.reshape(len(segments), -1, 2)
    extent = (points.max(1) - points.min(1)).max(1)
    points = points * ((BOX - 2 * width) / np.maximum(extent, 1e-6))[:, None, None]
    segments = points.reshape(segments.shape)
    start, end = segments[..., :2], segments[..., 2:]
    length = np.linalg.norm(end - start, axis=2, keepdims=True) + 1e-9
    mass = ((start + end) / 2 * length).sum(1) / length.sum(1)
    return segments - np.tile(mass, 2)[:, None, :] + (SIZE - 1) / 2


def _rendered(segments: np.ndarray, width: np.ndarray) -> np.ndarray:
    """The ink at each pixel: full inside of the pen's width, fading out over one pixel."""
    import oribi
    from oribi import ops

    rows = np.concatenate([segments.reshape(len(segments), -1), width[:, None]], axis=1).astype("float32")
    across, down = np.meshgrid(np.arange(SIZE, dtype="float32"), np.arange(SIZE, dtype="float32"))
    x, y = across.reshape(1, 1, -1), down.reshape(1, 1, -1)

    class Pen(oribi.Layer):
        """The distance from every pixel to the nearest segment, as ink."""

        def call(self, inputs: Any) -> Any:
            parts = ops.reshape(inputs[:, : SEGMENTS * 4], (inputs.shape[0], SEGMENTS, 4))
            x0, y0, x1, y1 = (ops.expand_dims(parts[:, :, i], 2) for i in range(4))
            dx, dy = x1 - x0, y1 - y0
            squared = ops.maximum(dx * dx + dy * dy, 1e-9)
            along = ops.clip(((x - x0) * dx + (y - y0) * dy) / squared, 0.0, 1.0)
            off_x, off_y = x - x0 - along * dx, y - y0 - along * dy
            distance = ops.sqrt(ops.min(off_x * off_x + off_y * off_y, axis=1))
            ink = ops.clip(inputs[:, SEGMENTS * 4 :] - distance + 0.5, 0.0, 1.0)
            return ops.cast(ops.round(ink * 255.0), "uint8")

    if not len(rows):
        return np.zeros((0, SIZE, SIZE), np.uint8)
    return (
        oribi.Sequential([Pen(name="pen")], name="digits")
        .predict(rows, batch_size=64, verbose=0)
        .reshape(-1, SIZE, SIZE)
    )


# --- kept on disk -----------------------------------------------------------------------------------------------------


def _cache_file(train: int, test: int, seed: int) -> Path:
    home = os.environ.get("KERAS_HOME")
    base = Path(home) if home else Path.home() / ".keras"
    return base / "datasets" / f"oribi_digits_v{VERSION}_{train}_{test}_{seed}.bin"


def _read(path: Path, total: int) -> np.ndarray | None:
    """The images of an earlier run, if the file is whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    body, digest = data[:-32], data[-32:]
    if len(body) != total * SIZE * SIZE or hashlib.sha256(body).digest() != digest:
        return None
    return np.frombuffer(body, np.uint8).reshape(total, SIZE, SIZE).copy()


def _write(path: Path, images: np.ndarray) -> None:
    """Keep the images; where the folder cannot be written they are made again next time."""
    body = images.tobytes()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path, durable=False) as file:
            file.write(body + hashlib.sha256(body).digest())
    except OSError:
        return
