"""`oribi quickstart`: the TensorFlow quickstart's story, told in the terminal, its pictures left in a folder."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

Data = tuple[Any, Any, Any, Any]


class Clock:
    """The time that each part of the story took."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, float]] = []

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.parts.append((name, time.perf_counter() - start))


def run(seed: int, epochs: int, batch_size: int, output: Path, data: str | None) -> None:
    """Tell the story."""
    clock = Clock()
    with clock.part("import oribi"):
        import oribi

        oribi.utils.set_random_seed(seed)
        layers = oribi.layers
    with clock.part("data"):
        x_train, y_train, x_test, y_test = load(data)
    output.mkdir(parents=True, exist_ok=True)
    _show_digits(x_train, y_train)
    with clock.part("model"):
        model = oribi.Sequential(
            [
                layers.Flatten(input_shape=x_train.shape[1:]),
                layers.Dense(128, activation="relu"),
                layers.Dropout(0.2),
                layers.Dense(10),
            ]
        )
        loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.summary()
    with clock.part("untrained"):
        _show_untrained(model, loss, x_train, y_train)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    _title("Training")
    with clock.part("fit"):
        history = model.fit(x_train, y_train, epochs=epochs, batch_size=batch_size)
    _title("On digits that it has not seen")
    with clock.part("evaluate"):
        model.evaluate(x_test, y_test, verbose=2)
    with clock.part("predict"):
        probabilities = oribi.ops.softmax(model.predict(x_test, verbose=0)).numpy()
    _show_confusion(y_test, probabilities)
    with clock.part("pictures"):
        pictures(output, (x_train, y_train, x_test, y_test), probabilities, history.history)
    with clock.part("save"):
        model.save(output / "digits.keras")
    _title("Time")
    for name, seconds in clock.parts:
        click.echo(f"  {name:<14}{seconds:8.3f} s")
    click.echo(f"  {'together':<14}{sum(s for _, s in clock.parts):8.3f} s")
    click.echo(f"\nPictures and the model are in {output.resolve()}. What next?")
    click.echo(f"  oribi inspect {output / 'digits.keras'}\n  oribi predict {output / 'digits.keras'} IMAGE...")


def load(wanted: str | None) -> Data:
    """Digits as floats between 0 and 1, and where they came from, said aloud."""
    from oribi.datasets import mnist, synthetic_digits

    _title("Data")
    if wanted != "synthetic":
        where = mnist.source()
        try:
            train, test = mnist.load_data()
            click.echo(f"MNIST, from {where}")
            return train[0] / 255.0, train[1], test[0] / 255.0, test[1]
        except OSError as error:
            if wanted == "mnist":
                raise click.ClickException(str(error)) from error
            click.secho(
                "MNIST COULD NOT BE LOADED: these are SYNTHETIC DIGITS, and so are all results below.", bold=True
            )
            click.echo(f"({error})")
    train, test = synthetic_digits.load_data()
    click.echo("Synthetic digits, drawn with pen strokes by oribi.datasets.synthetic_digits")
    return train[0] / 255.0, train[1], test[0] / 255.0, test[1]


def _title(text: str) -> None:
    click.secho(f"\n{text}", bold=True)


def _show_digits(x: Any, y: Any) -> None:
    click.echo(f"{len(x):,} digits of {x.shape[1]} x {x.shape[2]} pixels. Expected digits of the first 16:")
    click.echo(y[:16])


def _show_untrained(model: Any, loss: Any, x: Any, y: Any) -> None:
    from oribi import ops

    _title("Untrained")
    logits = model(x[:1]).numpy()
    with np.printoptions(precision=4, suppress=True):
        click.echo(f"logits         {logits[0]}")
        click.echo(f"probabilities  {ops.softmax(logits).numpy()[0]}")
    click.echo(f"loss           {float(loss(y[:1], logits)):.4f}   (guessing: -log(1/10) = {-math.log(0.1):.4f})")


def _show_confusion(y: Any, probabilities: Any) -> None:
    _title("Confusion: rows are true digits, columns what the model says")
    table = np.zeros((10, 10), int)
    np.add.at(table, (y.astype(int), probabilities.argmax(1)), 1)
    click.echo("     " + "".join(f"{digit:6d}" for digit in range(10)))
    for digit, row in enumerate(table):
        cells = "".join(click.style(f"{n:6d}", bold=i == digit, dim=n == 0) for i, n in enumerate(row))
        click.echo(f"  {digit}  {cells}")


def pictures(folder: Path, data: Data, probabilities: Any, history: dict[str, list[float]]) -> None:
    """The digits, the learning curve, the confusion matrix, and the most confident mistakes, as PNG files."""
    try:
        import matplotlib
    except ImportError:
        click.echo("No pictures: matplotlib is not installed (pip install 'oribi[plot]')")
        return
    matplotlib.use("Agg")
    x_train, y_train, x_test, y_test = data
    _grid(folder / "digits.png", x_train[:16], [str(digit) for digit in y_train[:16]], "Expected digits")
    said = probabilities.argmax(1)
    wrong = np.flatnonzero(said != y_test)
    worst = wrong[np.argsort(-probabilities[wrong, said[wrong]])][:16]
    titles = [f"{y_test[i]}, said {said[i]} ({probabilities[i, said[i]]:.0%})" for i in worst]
    _grid(folder / "mistakes.png", x_test[worst], titles, "Most confident mistakes")
    _curve(folder / "learning.png", history)
    _confusion(folder / "confusion.png", y_test, said)


def _grid(path: Path, images: Any, titles: list[str], title: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 6.6), layout="constrained")
    figure.suptitle(title)
    for place, axes in enumerate(figure.subplots(4, 4).flat):
        axes.axis("off")
        if place < len(images):
            axes.imshow(images[place], "gray")
            axes.set_title(titles[place], fontsize=8)
    figure.savefig(path, dpi=120)


def _curve(path: Path, history: dict[str, list[float]]) -> None:
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(range(1, len(history[name]) + 1), history[name], marker="o")
        axes.set(title=f"Training {name}", xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def _confusion(path: Path, y: Any, said: Any) -> None:
    from matplotlib.figure import Figure

    table = np.zeros((10, 10), int)
    np.add.at(table, (y.astype(int), said), 1)
    figure = Figure(figsize=(6, 5.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.log1p(table), "Blues")
    axes.set(xlabel="what the model says", ylabel="true digit", xticks=range(10), yticks=range(10), title="Confusion")
    for row in range(10):
        for column in range(10):
            colour = "white" if table[row, column] > 100 else "black"
            axes.text(column, row, table[row, column], ha="center", va="center", fontsize=7, color=colour)
    figure.savefig(path, dpi=120)
