"""A model to try, as plain data, drawn from a seed.

A spec is a dict that JSON can hold:

    kind         `functional`, `sequential` or `subclass`
    rows, batch  how much data there is, and in which pieces it is trained on
    inputs       shape, dtype of the model's input, and what data it gets: `{"shape", "dtype", "data"}`
    nodes        `{"layer", "args", "of"}`, or `{"again", "of"}` for another call of an earlier node's layer; `of` holds the numbers
                 of the values it is called on, inputs first; `shape` and `is` say what came out when it was drawn.
    outputs      numbers of values, each with its loss, targets and metrics
    compile      the optimizer, and how losses and metrics are handed over
    fit          epochs, sample weights, class weights
    do           what is done with it: any of `predict`, `evaluate`, `fit`
"""

from random import Random
from typing import Any

import oribi

from .rows import ROWS, Shape, make, some
from .running import called, resolved

FLOATS = ("float32", "float32", "float32", "float64")
NUMBERS = (*FLOATS, "int32", "int64", "uint8", "bool")
STAGES = ("predict", "evaluate", "fit")


def spec_of(seed: int) -> dict[str, Any]:
    """The model of a seed."""
    rng = Random(seed)
    kind = rng.choice(("functional", "functional", "functional", "sequential", "subclass"))
    graph = Graph(rng, 1 if kind == "sequential" else rng.choice((1, 1, 2)), casts=kind != "subclass")
    try:
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 5))):
            graph.grow(chain=kind == "sequential")
        outputs, stages = graph.finish(1 if kind == "sequential" else 3), list(STAGES)
    except Refused:
        outputs, stages = [{"value": len(graph.values) - 1, "y": {"shape": []}}], []
    batch = rng.choice((2, 3, 4))
    spec = {
        "seed": seed,
        "kind": kind,
        "rows": batch * rng.choice((1, 1, 2)) + rng.choice((0, 0, 1)),
        "batch": batch,
        "inputs": graph.inputs,
        "nodes": graph.nodes,
        "outputs": outputs,
        "compile": {"optimizer": optimizer(rng), "loss_as": rng.choice(("list", "dict")), "loss_weights": None},
        "fit": fit_arguments(rng, outputs),
        "do": stages,
    }
    if len(outputs) > 1 and rng.random() < 0.3:
        spec["compile"]["loss_weights"] = [rng.choice((0.5, 1.0, 2.0, 0.0)) for _ in outputs]
    return without_unused(spec)


def _penalises_activity(node: dict[str, Any]) -> bool:
    return node.get("layer") == "ActivityRegularization" or "activity_regularizer" in node.get("args", {})


class Graph:
    """A graph that grows: the inputs, the nodes, and what each value is like."""

    def __init__(self, rng: Random, inputs: int, casts: bool) -> None:
        self.rng, self.casts = rng, casts
        self.inputs: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.values: list[Any] = []  # KerasTensors
        self.layers: list[Any] = []
        for _ in range(inputs):
            self.add_input(tuple(rng.choice((2, 3, 4, 5, 6)) for _ in range(rng.choice((1, 2, 2, 2, 3, 3, 4)))))

    def add_input(self, shape: Shape, of: str = "float") -> int:
        """A new input; where nodes are there already, their numbers move up."""
        data = {"indices": ("indices",), "float": ("normal", "normal", "padded", *NUMBERS[3:]), "any": NUMBERS}[of]
        given = self.rng.choice(data if self.casts or of != "float" else data[:3])
        dtype = "float32" if of == "float" else self.rng.choice(("int32", "int64", "float32"))
        at = len(self.inputs)
        self.inputs.append({"shape": list(shape), "dtype": dtype, "data": given})
        for node in self.nodes:
            node["of"] = [v if v < at else v + 1 for v in node["of"]]
        self.values.insert(at, oribi.Input(shape, dtype=dtype))
        return at

    def grow(self, chain: bool) -> None:
        """One more layer: any, called on values that it takes."""
        for _ in range(30):
            name = self.rng.choice([n for n, row in ROWS.items() if row.ranks])
            of = self._operands(name, chain)
            if of is not None and self._add(name, of, chain):
                return

    def _takes(self, name: str, value: int) -> bool:
        row, tensor = ROWS[name], self.values[value]
        kinds = {"float": ("float",), "indices": ("int",), "any": ("float", "int", "uint", "bool")}[row.whole]
        return len(tensor.shape) - 1 in row.ranks and tensor.dtype.startswith(kinds) and 0 not in tensor.shape

    def _operands(self, name: str, chain: bool) -> list[int] | None:
        rng, row = self.rng, ROWS[name]
        last = len(self.values) - 1
        fitting = [v for v in ([last] if chain else range(last + 1)) if self._takes(name, v)]
        if chain and row.joins != "one":
            return None
        if row.whole == "indices":
            fitting = [v for v in fitting if v < len(self.inputs) and self.inputs[v]["data"] == "indices"]
        if not fitting:
            return self._on_new_input(name, chain)
        first = max(rng.sample(fitting, min(2, len(fitting))))  # rather one that came late
        return None if first is None else self._with_partners(row.joins, first)

    def _on_new_input(self, name: str, chain: bool) -> list[int] | None:
        rng, row = self.rng, ROWS[name]
        if (chain and self.nodes) or len(self.inputs) > 2 or rng.random() < 0.5:
            return None
        if chain:
            self.inputs.clear()
            self.values.clear()
        shape = tuple(rng.choice((2, 3, 4, 5)) for _ in range(rng.choice(row.ranks)))
        return self._with_partners(row.joins, self.add_input(shape, row.whole))

    def _with_partners(self, joins: str, first: int) -> list[int] | None:
        rng, tensor = self.rng, self.values[first]
        like = [v for v, other in enumerate(self.values) if other.dtype == tensor.dtype]
        if joins == "one":
            return [first]
        if joins == "attended":
            like = [v for v in like if len(self.values[v].shape) == 3 and self.values[v].shape[-1] == tensor.shape[-1]]
            return [first, rng.choice(like)]
        if joins == "dotted":
            like = [v for v in like if len(self.values[v].shape) in (2, 3)]
            return [first, rng.choice(like)]
        like = [v for v in like if self.values[v].shape[:-1] == tensor.shape[:-1]]
        if joins == "alike":
            like = [v for v in like if self.values[v].shape == tensor.shape]
        return [first, *(rng.choice(like) for _ in range(rng.choice((1, 1, 2))))]

    def _add(self, name: str, of: list[int], chain: bool) -> bool:
        rng = self.rng
        shape = tuple(self.values[of[0]].shape[1:])
        if self._calls_again(of, chain):
            return True
        args = ROWS[name].draw(rng, shape)
        if args is None or not self._complete(name, args, of):
            return False
        if rng.random() < 0.05 and not name.startswith("SpatialDropout"):
            args["trainable"] = False
        if rng.random() < 0.03:
            args["dtype"] = "float64"
        return self._append({"layer": name, "args": args, "of": of})

    def _complete(self, name: str, args: dict[str, Any], of: list[int]) -> bool:
        """Arguments that depend on more than the first operand; False where there are none that fit."""
        shapes = [self.values[v].shape for v in of]
        if name == "Subtract":
            del of[2:]
        if name == "Dot":
            pairs = [
                (i, j)
                for i in range(1, len(shapes[0]))
                for j in range(1, len(shapes[1]))
                if shapes[0][i] == shapes[1][j]
            ]
            if not pairs:
                return False
            args["axes"] = list(self.rng.choice(pairs))
        if name == "Concatenate" and any(s != shapes[0] for s in shapes):
            args.pop("axis", None)
        return True

    def _calls_again(self, of: list[int], chain: bool) -> bool:
        """Seldom an earlier layer is called again instead, on a value like the one it knows."""
        like = [
            k
            for k, node in enumerate(self.nodes)
            if len(of) == len(node["of"])
            and all(self._alike(a, b) for a, b in zip(of, node["of"], strict=True))
            and not _penalises_activity(node)  # Keras on JAX counts the last call of a layer alone
        ]
        if not like or chain or self.rng.random() > 0.2:
            return False
        first = self.rng.choice(like)
        return self._append({"again": self.nodes[first].get("again", first), "of": of})

    def _alike(self, a: int, b: int) -> bool:
        return self.values[a].shape == self.values[b].shape and self.values[a].dtype == self.values[b].dtype

    def _append(self, node: dict[str, Any]) -> bool:
        """The node in the graph, if it can be computed; what is refused here is tried in a model of its own."""
        tensors = [self.values[v] for v in node["of"]]
        try:
            layer = resolved(oribi, made(node)) if "layer" in node else self.layers[node["again"]]
            result = called(layer, node, tensors)
        except Exception as error:
            node["refused"] = f"{type(error).__name__}: {error}"
            self.nodes.append(node)
            self.values.append(None)
            self.layers.append(None)
            raise Refused from error
        if isinstance(result, list | tuple) or None in result.shape[1:] or size(result.shape) > 600:
            return False
        self.nodes.append(node)
        self.values.append(result)
        self.layers.append(layer)
        node |= {"shape": list(result.shape[1:]), "is": result.dtype}
        return True

    def finish(self, most: int) -> list[dict[str, Any]]:
        """What the values that nobody reads are trained for."""
        read = {v for node in self.nodes for v in node["of"]}
        ends = [v for v in range(len(self.inputs), len(self.values)) if v not in read] or [len(self.values) - 1]
        return [self._output(v) for v in ends[-most:]]

    def _output(self, value: int) -> dict[str, Any]:
        if not self.nodes or not self.values[value].dtype.startswith("float"):
            self._append({"layer": "Rescaling", "args": {"scale": 0.5}, "of": [value]})
            value = len(self.values) - 1
        output = objective(self.rng, tuple(self.values[value].shape[1:]))
        head = output.pop("head", None)
        if head is not None:
            self._append({"layer": "Activation", "args": {"activation": head}, "of": [value]})
            value = len(self.values) - 1
        return {"value": value, "value_rank": len(self.values[value].shape) - 1, **output}


class Refused(Exception):
    """A layer that oribi does not make or call: the graph ends with it."""


def made(node: dict[str, Any]) -> dict[str, Any]:
    """The layer of a node, as an object to be made."""
    args = {k: v for k, v in node["args"].items() if k != "call"}
    return make(f"layers.{node['layer']}", **args)


def size(shape: Any) -> int:
    product = 1
    for n in shape[1:]:
        product *= n
    return product


# --- what it is trained for -------------------------------------------------------------------------------------------

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight")


def objective(rng: Random, shape: Shape) -> dict[str, Any]:
    """A loss that fits an output, its targets and metrics; `head` is an activation that the output needs first."""
    losses = ["MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy"]
    losses += ["CategoricalCrossentropy", "SparseCategoricalCrossentropy"] * (2 * (shape[-1] > 1)) if shape else []
    name = rng.choice(losses)
    args: dict[str, Any] = {} if rng.random() < 0.7 else {"reduction": rng.choice(REDUCTIONS)}
    output: dict[str, Any] = {"loss": make(f"losses.{name}", **args), "y": {"shape": list(shape)}}
    args = output["loss"]["args"]
    y = output["y"]
    squeezed = shape[:-1] if shape and shape[-1] == 1 and rng.random() < 0.4 else shape
    if name.startswith("Mean"):
        y |= {"shape": list(squeezed), "data": rng.choice(("normal", *NUMBERS))}
    elif name == "SparseCategoricalCrossentropy":
        y |= {"shape": [*shape[:-1], *([1] if rng.random() < 0.3 else [])], "data": "classes", "classes": shape[-1]}
        y["dtype"] = rng.choice(("int32", "int64", "uint8", "float32"))
        args |= {"ignore_class": rng.choice((0, shape[-1] - 1))} if rng.random() < 0.2 else {}
    elif name == "CategoricalCrossentropy":
        y |= {"data": rng.choice(("one_hot", "distribution"))}
    else:
        y |= {
            "shape": list(squeezed),
            "data": rng.choice(("bits", "uniform")),
            "dtype": rng.choice(("float32", "int32", "bool")),
        }
        y |= {"dtype": "float32"} if y["data"] == "uniform" else {}
    if "Cross" in name:
        args |= {"from_logits": True} if rng.random() < 0.5 else {}
        if not args.get("from_logits"):
            output["head"] = "sigmoid" if name.startswith("Binary") else "softmax"
        args |= {"label_smoothing": 0.2} if "Sparse" not in name and rng.random() < 0.2 else {}
    if rng.random() < 0.2 and not args:
        output["loss"] = {"MeanSquaredError": "mse", "MeanAbsoluteError": "mae"}.get(name, snake(name))
    elif rng.random() < 0.05 and y["shape"] == list(shape):
        output["loss"] = {"function": "huber_like"}
    return output | {
        "metrics": metrics(rng, name),
        "weighted_metrics": metrics(rng, name) if rng.random() < 0.3 else [],
    }


def snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


FITTING = {
    "MeanSquaredError": ("mse", "mae", "MeanAbsoluteError"),
    "MeanAbsoluteError": ("mse", "mae", "MeanSquaredError"),
    "BinaryCrossentropy": ("binary_accuracy", "binary_crossentropy", "mse", "BinaryAccuracy"),
    "CategoricalCrossentropy": ("accuracy", "categorical_accuracy", "categorical_crossentropy"),
    "SparseCategoricalCrossentropy": (
        "accuracy",
        "acc",
        "sparse_categorical_accuracy",
        "sparse_categorical_crossentropy",
    ),
}


def metrics(rng: Random, loss: str) -> list[Any]:
    names = rng.sample(FITTING[loss], rng.choice((0, 0, 1, 1, 2)))
    return [make(f"metrics.{n}") if n[0].isupper() else n for n in names]


def optimizer(rng: Random) -> dict[str, Any]:
    """An optimizer with settings of its own; Adam's epsilon is large, for noise over a tiny divisor is no disagreement."""
    name = rng.choice(("SGD", "SGD", "SGD", "RMSprop", "Adam", "AdamW"))
    rate: Any = rng.choice((0.01, 0.1))
    if rng.random() < 0.2:
        rate = rng.choice(
            (
                make("optimizers.schedules.ExponentialDecay", initial_learning_rate=0.1, decay_steps=2, decay_rate=0.5),
                make("optimizers.schedules.PiecewiseConstantDecay", boundaries=[1, 2], values=[0.1, 0.05, 0.02]),
                make("optimizers.schedules.CosineDecay", initial_learning_rate=0.1, decay_steps=3),
                make("optimizers.schedules.PolynomialDecay", initial_learning_rate=0.1, decay_steps=3, power=2.0),
                make("optimizers.schedules.InverseTimeDecay", initial_learning_rate=0.1, decay_steps=1, decay_rate=0.5),
            )
        )
    args = {"learning_rate": rate}
    if name == "SGD" and rng.random() < 0.5:
        args |= {"momentum": 0.9} | some(rng, nesterov=(True,))
    if name == "RMSprop":
        args |= {"epsilon": 0.01} | some(rng, rho=(0.5,), momentum=(0.9,), centered=(True,))
    if name.startswith("Adam"):
        args |= {"epsilon": 0.01} | some(rng, beta_1=(0.5,), beta_2=(0.9,), amsgrad=(True,))
    if rng.random() < 0.25:
        args |= {rng.choice(("clipnorm", "clipvalue", "global_clipnorm")): rng.choice((0.05, 0.5))}
    if rng.random() < 0.2:
        args |= {"weight_decay": 0.02}
    return make(f"optimizers.{name}", **args)


def fit_arguments(rng: Random, outputs: list[dict[str, Any]]) -> dict[str, Any]:
    given: dict[str, Any] = {"epochs": rng.choice((1, 2))}
    weights = rng.random()
    if any(_divides_by_weights(output) for output in outputs):
        return given
    if weights < 0.4:
        given["sample_weight"] = rng.choice(("rows", "rows", "zeros"))
    elif (
        weights < 0.5
        and len(outputs) == 1
        and outputs[0]["y"].get("data") == "classes"
        and len(outputs[0]["y"]["shape"]) == 0
    ):
        given["class_weight"] = {str(c): 0.5 + c for c in range(outputs[0]["y"]["classes"])}
    return given


def _divides_by_weights(output: dict[str, Any]) -> bool:
    """Whether a loss is divided by the sum of its weights: Keras takes that before they are broadcast to all of a row's losses."""
    loss = output.get("loss")
    return (
        isinstance(loss, dict)
        and loss.get("args", {}).get("reduction") == "mean_with_sample_weight"
        and output["value_rank"] > 1
    )


def without_unused(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec without nodes and inputs that no output needs, its values numbered anew."""
    count = len(spec["inputs"])
    needed: set[int] = set()
    todo = [output["value"] for output in spec["outputs"]]
    while todo:
        value = todo.pop()
        if value in needed:
            continue
        needed.add(value)
        if value >= count:
            node = spec["nodes"][value - count]
            todo += node["of"] + ([node["again"] + count] if "again" in node else [])
    if not any(v < count for v in needed):
        needed.add(0)
    new = {old: number for number, old in enumerate(sorted(needed))}
    inputs = [i for v, i in enumerate(spec["inputs"]) if v in needed]
    nodes = []
    for v, node in enumerate(spec["nodes"], count):
        if v in needed:
            again = {"again": new[node["again"] + count] - len(inputs)} if "again" in node else {}
            nodes.append({**node, **again, "of": [new[o] for o in node["of"]]})
    outputs = [{**output, "value": new[output["value"]]} for output in spec["outputs"]]
    return {**spec, "inputs": inputs, "nodes": nodes, "outputs": outputs}
