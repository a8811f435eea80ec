"""What `oribi inspect`, `evaluate` and `predict` do with files."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from oribi import saving

Array = Any


def show(path: Path) -> None:
    """Print what is in a file."""
    found = saving.inspect(path)
    click.echo(f"{path}: {found.kind}, {found.size:,} bytes")
    click.echo(f"sha256 {found.sha256}")
    for name, value in found.facts.items():
        click.echo(f"{name}: {value}")
    if found.step is not None:
        click.echo(f"optimizer step: {found.step}")
    if found.layers:
        click.echo("\nlayers")
        for kind, name in found.layers:
            click.echo(f"  {kind:<40} {name}")
    click.echo("\narrays")
    width = max((len(name) for name, _, _ in found.arrays), default=0)
    for name, shape, dtype in found.arrays:
        click.echo(f"  {name:<{width}}  {dtype:<8} {list(shape)}")
    click.echo(f"\n{found.parameters:,} parameters, those of the optimizer aside")
    for warning in dict.fromkeys(found.warnings):
        click.echo(f"CAREFUL: it {warning}")


def evaluate(path: Path, data: Path | None, batch_size: int) -> None:
    """Print the loss and the metrics of a model on data."""
    model = saving.load_model(path)
    if not model.compiled:
        raise click.ClickException(f"{path} was not compiled when it was saved: there is no loss to evaluate")
    x, y = _arrays(data) if data is not None else _digits()
    click.echo(f"{len(x):,} rows from {data or 'the test digits'}")
    for name, value in model.evaluate(x, y, batch_size=batch_size, verbose=0, return_dict=True).items():
        click.echo(f"{name}: {value:.4f}")


def _arrays(path: Path) -> tuple[Array, Array]:
    """Inputs and true values of an `.npz` file, under the names `x` and `y`, or `x_test` and `y_test`."""
    try:
        with np.load(path, allow_pickle=False) as found:
            for names in (("x", "y"), ("x_test", "y_test")):
                if all(name in found for name in names):
                    return found[names[0]], found[names[1]]
            known = ", ".join(found)
    except (ValueError, OSError, EOFError, AttributeError, TypeError) as error:
        raise click.ClickException(f"{path} is no .npz file of arrays: {error}") from None
    raise click.ClickException(f"{path} needs the arrays x and y, or x_test and y_test; it has {known}")


def _digits() -> tuple[Array, Array]:
    from .quickstart import load

    _, _, x, y = load(None)
    return x, y


def predict(path: Path, images: tuple[Path, ...], top: int, invert: bool) -> None:
    """Print what a model makes of images."""
    model = saving.load_model(path, compile=False)
    shape = model.input_symbols().shape[1:]
    rows = np.stack([_image(image, shape, invert) for image in images])
    outputs = model.predict(rows, verbose=0)
    for image, output in zip(images, outputs, strict=True):
        click.echo(f"{image}: {_told(np.ravel(output), top)}")


def _image(path: Path, shape: tuple[Any, ...], invert: bool) -> Array:
    """An image in a model's input shape, from 0 to 1."""
    try:
        from PIL import Image
    except ImportError:
        raise click.ClickException("reading images needs pillow: pip install 'oribi[plot]'") from None
    if len(shape) not in (2, 3) or None in shape or (len(shape) == 3 and shape[2] not in (1, 3)):
        raise click.ClickException(f"the model takes inputs of shape {shape}, and no images")
    colours = len(shape) == 3 and shape[2] == 3
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB" if colours else "L").resize((shape[1], shape[0])), "float32") / 255
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise click.ClickException(f"{path} is no image that can be read: {error}") from None
    return (1 - pixels if invert else pixels).reshape(shape)


def _told(output: Array, top: int) -> str:
    """Classes with their probabilities, the likeliest first; other outputs as they are."""
    if len(output) < 2:
        return ", ".join(f"{value:.6g}" for value in output)
    if output.min() < 0 or abs(output.sum() - 1) > 1e-3:
        output = np.exp(output - output.max())
        output /= output.sum()
    best = np.argsort(-output, kind="stable")[:top]
    return ", ".join(f"{index} ({100 * output[index]:.1f} %)" for index in best)
