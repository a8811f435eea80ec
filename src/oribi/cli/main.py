"""The commands and their options."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="oribi", message="oribi %(version)s")
def main() -> None:
    """The Keras API as one small, fast, embedded library."""


@main.command()
@click.option("--seed", default=0, show_default=True, help="Of every random number.")
@click.option("--epochs", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
@click.option(
    "--output", default="quickstart", show_default=True, type=click.Path(path_type=Path), help="Folder for pictures."
)
@click.option(
    "--data", type=click.Choice(["mnist", "synthetic"]), help="Which digits; MNIST if it can be had, by default."
)
def quickstart(**options: Any) -> None:
    """Train a classifier of handwritten digits, and tell the story of it."""
    from .quickstart import run

    run(**options)


@main.command()
def info() -> None:
    """Versions, CPU, threads, engine and cache."""
    import platform

    import llvmlite
    import numpy

    import oribi
    from oribi.engines.cpu import host
    from oribi.engines.cpu.run import cache, team

    entries, size = cache.size()
    target = host()
    rows = {
        "oribi": oribi.__version__,
        "Python": platform.python_version(),
        "numpy": numpy.__version__,
        "llvmlite": llvmlite.__version__,
        "platform": target.triple,
        "CPU": target.cpu,
        "vector width": f"{target.vector_bits} bits ({target.lanes} float32 lanes)",
        "threads": team.default_size(),
        "engine": "cpu (compiled); reference (NumPy) for eager expressions",
        "cache": f"{cache.folder()}: {entries} programs, {size / 2**20:.1f} MiB",
    }
    width = max(map(len, rows))
    for name, value in rows.items():
        click.echo(f"{name:<{width}}  {value}")


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@main.command()
@click.argument("file", type=FILE)
def inspect(file: Path) -> None:
    """What is in a model or weights FILE, told without building or trusting it."""
    from . import files

    with _problems():
        files.show(file)


@main.command()
@click.argument("model", type=FILE)
@click.argument("data", type=FILE, required=False)
@click.option("--batch-size", default=32, show_default=True, type=click.IntRange(min=1))
def evaluate(model: Path, data: Path | None, batch_size: int) -> None:
    """Loss and metrics of MODEL on DATA, an .npz file of x and y; on the test digits by default."""
    from . import files

    with _problems():
        files.evaluate(model, data, batch_size)


@main.command()
@click.argument("model", type=FILE)
@click.argument("images", type=FILE, nargs=-1, required=True)
@click.option("--top", default=3, show_default=True, type=click.IntRange(min=1), help="How many classes to tell.")
@click.option("--invert", is_flag=True, help="Dark strokes on a light ground: MNIST has light ones on dark.")
def predict(model: Path, images: tuple[Path, ...], top: int, invert: bool) -> None:
    """What MODEL makes of IMAGES, which are brought to its input's size."""
    from . import files

    with _problems():
        files.predict(model, images, top, invert)


@contextmanager
def _problems() -> Iterator[None]:
    """What is wrong with a file is told in a line."""
    try:
        yield
    except (ValueError, OSError, NotImplementedError, ImportError) as error:
        raise click.ClickException(str(error)) from None


@main.group("cache")
def cache_group() -> None:
    """The cache of compiled programs."""


@cache_group.command("clear")
def clear() -> None:
    """Remove every compiled program."""
    from oribi.engines.cpu.run import cache

    entries, size = cache.clear()
    click.echo(f"removed {entries} programs, {size / 2**20:.1f} MiB, from {cache.folder()}")
