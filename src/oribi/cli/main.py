"""The commands and their options."""

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
    from oribi.engines.cpu import cache, host, team

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


@main.group("cache")
def cache_group() -> None:
    """The cache of compiled programs."""


@cache_group.command("clear")
def clear() -> None:
    """Remove every compiled program."""
    from oribi.engines.cpu import cache

    entries, size = cache.clear()
    click.echo(f"removed {entries} programs, {size / 2**20:.1f} MiB, from {cache.folder()}")
