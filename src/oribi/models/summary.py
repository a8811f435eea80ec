"""The table that `model.summary()` prints."""

from collections.abc import Callable
from typing import Any

from oribi.graph import dtypes
from oribi.values import Variable


def summary(model: Any, line_length: int | None = None, print_fn: Callable[[str], Any] | None = None) -> None:
    """Print a model's layers, output shapes and numbers of weights, in Keras' form."""
    import io

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(width=line_length or 80)
    table.add_column("Layer (type)", ratio=36)
    table.add_column("Output Shape", ratio=30)
    table.add_column("Param #", ratio=14, justify="right")
    for layer, shape in _shapes(model):
        count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        table.add_row(escape(f"{layer.name} ({type(layer).__name__})"), escape(shape), count)
    lines = _totals(model)
    if print_fn is None:
        console = Console(highlight=False)
        console.print(f'[bold]Model: "{escape(model.name)}"[/bold]')
        console.print(table)
        console.print(*lines, sep="\n")
        return
    text = io.StringIO()
    console = Console(file=text, width=line_length or 80, highlight=False)
    console.print(f'Model: "{model.name}"')
    console.print(table)
    console.print(*lines, sep="\n")
    print_fn(text.getvalue())


def _shapes(model: Any) -> list[tuple[Any, str]]:
    """Each layer and its output shape as text; `?` where it is not known."""
    if hasattr(model, "summary_rows"):
        return list(model.summary_rows())
    shape = getattr(model, "_built_shape", None)
    rows = []
    for layer in model.layers:
        if shape is not None and type(model).__name__ == "Sequential":
            shape = layer.compute_output_shape(shape)
            rows.append((layer, str(shape)))
        else:
            rows.append((layer, "?"))
    return rows


def _totals(model: Any) -> list[str]:
    groups = (
        ("Total params", model.weights),
        ("Trainable params", model.trainable_weights),
        ("Non-trainable params", model.non_trainable_weights),
    )
    lines = [f" {word}: {sum(v.size for v in vs):,} ({_bytes(vs)})" for word, vs in groups]
    slots = model.optimizer.variables if getattr(model, "optimizer", None) and model.optimizer.built else []
    if slots:
        lines.append(f" Optimizer params: {sum(v.size for v in slots):,} ({_bytes(slots)})")
        everything = [*model.weights, *slots]
        lines[0] = f" Total params: {sum(v.size for v in everything):,} ({_bytes(everything)})"
    return lines


def _bytes(variables: list[Variable]) -> str:
    size = float(sum(v.size * dtypes.itemsize(v.dtype) for v in variables))
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
