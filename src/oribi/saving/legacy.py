"""Reading the `.h5` files of Keras 2 and TensorFlow: whole models, and weights alone.

Groups are named after layers; each holds the layer's weights, those that train first.
"""

from pathlib import Path
from typing import Any

import numpy as np

from oribi.layers.base.layer import Layer
from oribi.values import Variable

from . import archive, hdf5
from .errors import FileProblem, leaving_alone

RENAMED = {"lr": "learning_rate"}
GONE = ("decay", "jit_compile", "is_legacy_optimizer", "fn")  # arguments that Keras 3 does not have


def configs(path: Path, root: hdf5.Group) -> tuple[Any, Any]:
    """The configs of the model and of its training.

    Raises:
        FileProblem: the file holds weights only.
    """
    found = [root.attribute(name) for name in ("model_config", "training_config")]
    if found[0] is None:
        raise FileProblem(path, "holds weights only, no model: build one, and call its load_weights()")
    model, training = (None if text is None else archive.parsed(path, _text(path, text)) for text in found)
    return _modern(model), _training(training)


def _text(path: Path, given: Any) -> Any:
    if not isinstance(given, str | bytes):
        raise FileProblem(path, f"has a config that is no text but {type(given).__name__}")
    return given


def _modern(config: Any) -> Any:
    """A config of Keras 2 in Keras 3's words."""
    if isinstance(config, list):
        return [_modern(item) for item in config]
    if not isinstance(config, dict):
        return config
    config = {RENAMED.get(key, key): _modern(value) for key, value in config.items()}
    if config.get("class_name") == "Model":
        config["class_name"] = "Functional"
    inner = config.get("config")
    if config.get("class_name") == "InputLayer" and isinstance(inner, dict) and "batch_input_shape" in inner:
        inner["batch_shape"] = inner.pop("batch_input_shape")
        inner.pop("sparse", None), inner.pop("ragged", None)
    if isinstance(inner, dict):
        inner.pop("time_major", None)
    for key in ("input_layers", "output_layers"):  # a model of one tensor had a list of one
        if isinstance(config.get(key), list) and len(config[key]) == 1:
            config[key] = config[key][0]
    nodes = config.get("inbound_nodes")
    if isinstance(nodes, list):
        config["inbound_nodes"] = [_node(node) for node in nodes]
    return config


def _node(node: Any) -> Any:
    """A call, which Keras 2 wrote as a list of `[layer, which call, which output, keywords]`."""
    if isinstance(node, dict) or not isinstance(node, list) or not node:
        return node
    calls = node if isinstance(node[0], list) else [node]
    tensors = [_tensor(call[:3]) for call in calls]
    keywords = {k: v for k, v in (calls[0][3] if len(calls[0]) > 3 else {}).items() if v is not None}
    named = {k: _tensor(v) if _is_history(v) else v for k, v in keywords.items()}
    return {"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": named}


def _is_history(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int)


def _tensor(history: list[Any]) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}


def _training(config: Any) -> Any:
    """The arguments of `compile`."""
    if not isinstance(config, dict):
        return None
    optimizer = _modern(config.get("optimizer_config") or "rmsprop")
    if isinstance(optimizer, dict) and isinstance(optimizer.get("config"), dict):
        optimizer["config"] = {k: v for k, v in optimizer["config"].items() if k not in GONE}
    metrics = config.get("metrics")
    if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list):
        metrics = metrics[0]
    given = {"loss": config.get("loss"), "metrics": metrics, "weighted_metrics": config.get("weighted_metrics")}
    cleaned = {key: _without_functions(_modern(value)) for key, value in given.items()}
    return {"optimizer": optimizer, "loss_weights": config.get("loss_weights"), **cleaned}


def _without_functions(value: Any) -> Any:
    """Losses and metrics that were functions go by their names; classes keep their arguments but for the function inside."""
    if isinstance(value, list):
        return [_without_functions(v) for v in value]
    if (
        isinstance(value, dict)
        and value.get("class_name") == "MeanMetricWrapper"
        and isinstance(value.get("config"), dict)
    ):
        return value["config"].get("fn")
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        inner = {k: v for k, v in value["config"].items() if k not in GONE}
        if inner.get("reduction") == "auto":
            inner["reduction"] = "sum_over_batch_size"
        return {**value, "config": inner}
    return value


# --- weights ----------------------------------------------------------------------------------------------------------


def matched(model: Any, root: hdf5.Group, by_name: bool, skip_mismatch: bool) -> dict[Variable, np.ndarray]:
    """The array of each weight of a model: layers in order, or by name.

    Raises:
        FileProblem: layers or weights are not as many, or of other shapes.
    """
    top = root.group("model_weights") or root
    names = [n for n in _names(top, "layer_names") if _names(top.group(n), "weight_names")]
    layers = [layer for layer in model.layers if layer.weights]
    if by_name:
        pairs = [(layer, layer.name) for layer in layers if layer.name in names]
    else:
        if len(names) != len(layers):
            raise FileProblem(root.path, f"has {len(names)} layers with weights, the model has {len(layers)}")
        pairs = list(zip(layers, names, strict=True))
    found: dict[Variable, np.ndarray] = {}
    for layer, name in pairs:
        with leaving_alone(skip_mismatch):
            found.update(_of_layer(layer, name, top))
    return found


def _of_layer(layer: Layer, name: str, top: hdf5.Group) -> dict[Variable, np.ndarray]:
    group = top.group(name)
    assert group is not None
    variables = [*layer.trainable_weights, *layer.non_trainable_weights]
    stored = [group.array(n) for n in _names(group, "weight_names")]
    have, want = [s.shape for s in stored], [v.shape for v in variables]
    if have != want:
        raise FileProblem(
            top.path, f"has weights of shapes {have} for layer {name!r}, where {layer.describe()} has {want}"
        )
    return {v: s.read() for v, s in zip(variables, stored, strict=True)}


def _names(group: hdf5.Group | None, attribute: str) -> list[str]:
    """The names that an attribute lists; a long list is cut into numbered attributes."""
    if group is None:
        return []
    parts = [group.attribute(attribute)]
    if parts[0] is None:
        parts, number = [], 0
        while (part := group.attribute(f"{attribute}{number}")) is not None:
            parts.append(part)
            number += 1
    listed = [entry for part in parts for entry in np.asarray(part).ravel().tolist()]
    return [entry.decode() if isinstance(entry, bytes) else str(entry) for entry in listed]
