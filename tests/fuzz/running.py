"""A spec in a library: its model is made and used, and what can be seen of that is noted.

The two libraries have one API, so there is one builder: it is given the module, `oribi` or `keras`.
"""

import inspect
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

Spec = dict[str, Any]
Observed = dict[str, Any]


# --- from plain data to objects ---------------------------------------------------------------------------------------


def resolved(library: Any, value: Any) -> Any:
    """What plain data stands for in a library."""
    if isinstance(value, dict) and "make" in value:
        found = library
        for part in value["make"].split("."):
            found = getattr(found, part)
        return found(**{k: resolved(library, v) for k, v in value["args"].items()})
    if isinstance(value, dict) and "function" in value:
        return FUNCTIONS[value["function"]](library.ops)
    if isinstance(value, dict):
        return {k: resolved(library, v) for k, v in value.items()}
    return tuple(resolved(library, v) for v in value) if isinstance(value, list) else value


def huber_like(ops: Any) -> Callable[..., Any]:
    return lambda y_true, y_pred: ops.mean(ops.sqrt(1.0 + ops.square(ops.cast(y_true, y_pred.dtype) - y_pred)), axis=-1)


FUNCTIONS: dict[str, Callable[[Any], Callable[..., Any]]] = {
    "doubled": lambda ops: lambda x: x * 2.0 - 1.0,
    "summed": lambda ops: lambda x: ops.sum(x, axis=-1, keepdims=True),
    "clipped": lambda ops: lambda x: ops.clip(x, -0.5, 0.5),
    "masked_or_not": lambda ops: lambda x, mask=None: x if mask is None else -x,
    "huber_like": huber_like,
}


def called(layer: Any, node: Spec, tensors: list[Any], training: bool | None = None) -> Any:
    """A layer called on values, as the node says."""
    how = node.get("args", {}).get("call", {})
    if training is not None and "training" in inspect.signature(layer.call).parameters:
        how = {**how, "training": training}
    if ATTENTION.get(type(layer).__name__) == "two":
        return layer(*tensors, **how)
    return layer(tensors if len(tensors) > 1 or type(layer).__name__ in JOINING else tensors[0], **how)


ATTENTION = {"MultiHeadAttention": "two", "GroupQueryAttention": "two", "GroupedQueryAttention": "two"}
JOINING = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")


def layers_of(library: Any, spec: Spec) -> list[Any]:
    """A layer for each node that makes one; for the others None."""
    made = []
    for number, node in enumerate(spec["nodes"]):
        args = {k: v for k, v in node.get("args", {}).items() if k != "call"}
        named = {"make": f"layers.{node.get('layer')}", "args": {"name": f"n{number}", **args}}
        made.append(resolved(library, named) if "layer" in node else None)
    return made


def computed(spec: Spec, layers: list[Any], inputs: list[Any], training: bool | None = None) -> list[Any]:
    """The outputs of the graph on tensors.

    Args:
        training: handed to layers that take it: in `fit`, Keras on JAX forgets it between a model's `call` and its layers.
    """
    values = list(inputs)
    for number, node in enumerate(spec["nodes"]):
        layer = layers[node.get("again", number)]
        values.append(called(layer, node, [values[v] for v in node["of"]], training))
    return [values[output["value"]] for output in spec["outputs"]]


def model_of(library: Any, spec: Spec) -> Any:
    """The model: functional, a Sequential, or a subclass whose `call` is the graph."""
    inputs = [
        library.Input(tuple(i["shape"]), dtype=i["dtype"], name=f"x{number}") for number, i in enumerate(spec["inputs"])
    ]
    layers = layers_of(library, spec)
    if spec["kind"] == "sequential":
        return library.Sequential([inputs[0], *(layers[node.get("again", k)] for k, node in enumerate(spec["nodes"]))])
    if spec["kind"] == "functional":
        outputs = computed(spec, layers, inputs)
        return library.Model(inputs if len(inputs) > 1 else inputs[0], outputs if len(outputs) > 1 else outputs[0])

    class Model(library.Model):
        def __init__(self):
            super().__init__()
            self.parts = [layer for layer in layers if layer is not None]

        def call(self, x, training=None):
            outputs = computed(spec, layers, list(x) if isinstance(x, list | tuple) else [x], training)
            return outputs if len(outputs) > 1 else outputs[0]

    return Model()


# --- data -------------------------------------------------------------------------------------------------------------


def data_of(spec: Spec) -> tuple[Any, Any, Any]:
    """Inputs, targets and sample weights; the inputs `moved` by a share of their size, so that none is like another."""
    rng = np.random.default_rng([spec["seed"] % 2**32, 1])
    rows = spec["rows"]
    x = [array_of(rng, i["data"], (rows, *i["shape"])) for i in spec["inputs"]]
    if "moved" in spec:
        other = np.random.default_rng([spec["seed"] % 2**32, 3])
        by = [abs(spec["moved"]) if i["data"] == "indices" else spec["moved"] for i in spec["inputs"]]
        x = [
            a + (s * other.uniform(1, 2, a.shape) * (np.abs(a) + 1)).astype("float32")
            for a, s in zip(x, by, strict=True)
        ]
    y = [targets_of(rng, output["y"], rows) for output in spec["outputs"]]
    kind = spec["fit"].get("sample_weight")
    weight = np.round(rng.uniform(0.2, 2, rows), 2).astype("float32")
    if kind == "zeros":
        weight[rng.random(rows) < 0.6] = 0
    single = lambda arrays: arrays if len(arrays) > 1 else arrays[0]
    weights = (
        single([weight.reshape(rows, *(1,) * axes) for axes in map(_loss_axes, spec["outputs"])]) if kind else None
    )
    return single(x), single(y), weights


def _loss_axes(output: Spec) -> int:
    """How many axes after the batch's the values of a loss have; Keras takes weights for rows only where they are none."""
    shape, loss = output["y"]["shape"], output["loss"]
    sparse = loss["make"].startswith("losses.Sparse") if "make" in loss else "sparse" in loss
    if sparse:
        return len(shape) - (output["value_rank"] == len(shape))
    return max(0, output["value_rank"] - 1)


def array_of(rng: Any, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """Data of a kind: numbers of a dtype, `padded` sequences, or `indices` with zeros for padding."""
    if kind in ("padded", "indices"):
        array = rng.integers(1, 10, shape) if kind == "indices" else rng.normal(size=shape).astype("float32")
        steps = shape[1] if len(shape) > 1 else 1
        lengths = rng.integers(0, steps + 1, shape[0])
        there = np.arange(steps) < lengths[:, None]
        there = there.reshape(*there.shape, *(1,) * (len(shape) - 2)) if len(shape) > 1 else lengths > 0
        return np.where(there, array, 0).astype(array.dtype)
    if kind == "bool":
        return rng.random(shape) < 0.5
    if kind.startswith(("int", "uint")):
        return rng.integers(0 if kind.startswith("u") else -3, 6, shape).astype(kind)
    return rng.normal(size=shape).astype("float32" if kind == "normal" else kind)


def targets_of(rng: Any, y: Spec, rows: int) -> np.ndarray:
    shape, kind = (rows, *y["shape"]), y.get("data", "normal")
    if kind == "classes":
        return rng.integers(0, y["classes"], shape).astype(y["dtype"])
    if kind == "one_hot":
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])]
    if kind == "distribution":
        return rng.dirichlet(np.ones(shape[-1]), shape[:-1]).astype("float32")
    if kind == "bits":
        return rng.integers(0, 2, shape).astype(y["dtype"])
    return rng.uniform(size=shape).astype("float32") if kind == "uniform" else array_of(rng, kind, shape)


def weights_of(spec: Spec, model: Any) -> list[np.ndarray]:
    """The weights that the model begins with, the same in both libraries: by place and shape, variances positive."""
    rng = np.random.default_rng([spec["seed"] % 2**32, 2])
    values = []
    for weight in model.weights:
        shape = tuple(weight.shape)
        spread = min(0.6, 1.5 / np.sqrt(max(1, int(np.prod(shape[:-1])))))
        normal = rng.normal(size=shape) * spread
        positive = weight.name in ("moving_variance", "gamma", "scale")
        values.append((0.5 + np.abs(normal) if positive else normal).astype(str(weight.dtype)))
    return values


# --- what is seen -----------------------------------------------------------------------------------------------------


def observed(library: Any, spec: Spec, flags: dict[str, Any] | None = None) -> Observed:
    """What comes out of a spec, by stage: arrays and numbers, or `{"error": ...}`, after which there is nothing more.

    Args:
        library: `oribi` or `keras`.
        flags: more arguments of `compile`.
    """
    seen: Observed = {}
    stage = "build"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for stage, value in stages(library, spec, flags or {}):
                seen[stage] = value
    except Exception as error:
        seen[f"after {stage}" if seen else "build"] = {"error": f"{type(error).__name__}: {error}"}
        if os.environ.get("FUZZ_RAISE"):
            raise
    return seen


def stages(library: Any, spec: Spec, flags: dict[str, Any]) -> Any:
    x, y, sample_weight = data_of(spec)
    model = model_of(library, spec)
    if spec["kind"] == "functional":
        yield "shapes", [[list(o.shape), o.dtype] for o in model.outputs]
    if not spec["do"]:
        return
    model.compile(**compile_arguments(library, spec, model), **flags)
    batch = {"batch_size": spec["batch"], "verbose": 0}
    if spec["kind"] == "subclass":
        model.predict(x, **batch)  # makes the weights
    freeze(spec, model)
    yield "weights", [[w.name, list(w.shape), str(w.dtype), bool(w.trainable)] for w in model.weights]
    model.set_weights(weights_of(spec, model))
    if "predict" in spec["do"]:
        yield "predict", flat(model.predict(x, **batch))
    if "evaluate" in spec["do"]:
        logs = model.evaluate(x, y, sample_weight=sample_weight, return_dict=True, **batch)
        yield "evaluate", _named(spec, logs)
    if "fit" in spec["do"]:
        classes = spec["fit"].get("class_weight")
        given = {"class_weight": {int(k): v for k, v in classes.items()}} if classes else {}
        epochs = spec["fit"]["epochs"]
        history = model.fit(x, y, epochs=epochs, shuffle=False, sample_weight=sample_weight, **given, **batch)
        yield "fit", _named(spec, history.history, training=True)
        yield "weights after fit", [np.asarray(w) for w in model.get_weights()]


def freeze(spec: Spec, model: Any) -> None:
    """Freeze layers that were made so, once more: Keras' constructor leaves the layers inside of wrappers trainable."""
    frozen = [
        f"n{number}" for number, node in enumerate(spec["nodes"]) if node.get("args", {}).get("trainable") is False
    ]
    for layer in model.layers:
        if layer.name in frozen:
            layer.trainable = False


def _named(spec: Spec, logs: dict[str, Any], training: bool = False) -> dict[str, Any]:
    """Logs without what oribi and Keras name, or count, differently: names of outputs that have none; the metrics of masked
    predictions while training, where Keras on JAX forgets the mask."""
    nameless = spec["kind"] == "subclass" and len(spec["outputs"]) > 1
    unmasked = training and any(
        node.get("layer") == "Masking" or node.get("args", {}).get("mask_zero") for node in spec["nodes"]
    )
    return {name: value for name, value in logs.items() if not (nameless or unmasked) or name == "loss"}


def flat(value: Any) -> list[np.ndarray]:
    if isinstance(value, dict):
        return [a for v in value.values() for a in flat(v)]
    return [a for v in value for a in flat(v)] if isinstance(value, list | tuple) else [np.asarray(value)]


def compile_arguments(library: Any, spec: Spec, model: Any) -> dict[str, Any]:
    """The objectives: bare for one output, else in a list, or in a dict by the outputs' names."""
    made = {
        "loss": [resolved(library, o["loss"]) for o in spec["outputs"]],
        "metrics": [[resolved(library, m) for m in o["metrics"]] for o in spec["outputs"]],
        "weighted_metrics": [[resolved(library, m) for m in o["weighted_metrics"]] for o in spec["outputs"]],
        "loss_weights": spec["compile"]["loss_weights"],
    }
    made = {k: v for k, v in made.items() if v is not None and (any(v) or k == "loss_weights")}
    if len(spec["outputs"]) == 1:
        made = {k: v[0] for k, v in made.items()}
    elif spec["compile"]["loss_as"] == "dict" and len(set(getattr(model, "output_names", ()))) == len(spec["outputs"]):
        made = {k: dict(zip(model.output_names, v, strict=True)) for k, v in made.items()}
    return {"optimizer": resolved(library, spec["compile"]["optimizer"]), **made}
