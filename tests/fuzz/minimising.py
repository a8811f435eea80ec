"""A disagreement made smaller: whatever can be left out of a spec without its going away is left out."""

import copy
import re
from collections.abc import Callable, Iterator

from .running import Spec
from .specs import without_unused

Fails = Callable[[Spec], str | None]


def kind_of(disagreement: str | None) -> str | None:
    """What of a disagreement has to stay: the stage and who raises, not the numbers."""
    return None if disagreement is None else re.split(r"[:\[\d]", disagreement)[0]


def minimised(spec: Spec, fails: Fails, tries: int = 60) -> tuple[Spec, str]:
    """The smallest spec that was found to fail alike, and its disagreement."""
    found = fails(spec)
    assert found is not None
    progress = True
    while progress and tries > 0:
        progress = False
        for smaller in shrunk(spec):
            if tries <= 0:
                break
            tries -= 1
            again = fails(smaller)
            if kind_of(again) == kind_of(found):
                spec, found, progress = smaller, again or found, True
                break
    return spec, found


def shrunk(spec: Spec) -> Iterator[Spec]:
    """Specs that are a little smaller, those that save most first."""
    for change in (_fewer_stages, _fewer_outputs, _cuts, _without_nodes, _plainer, _fewer_arguments, _fewer_rows):
        yield from change(spec)


def _edited(spec: Spec) -> Spec:
    return copy.deepcopy(spec)


def _fewer_stages(spec: Spec) -> Iterator[Spec]:
    if len(spec["do"]) > 1:
        for stage in spec["do"]:
            yield {**spec, "do": [stage]}


def _fewer_outputs(spec: Spec) -> Iterator[Spec]:
    for k in range(len(spec["outputs"])):
        if len(spec["outputs"]) > 1:
            smaller = _edited(spec)
            del smaller["outputs"][k]
            smaller["compile"]["loss_weights"] = None
            yield without_unused(smaller)


def _cuts(spec: Spec) -> Iterator[Spec]:
    """A value becomes an input."""
    count = len(spec["inputs"])
    ends = {o["value"] for o in spec["outputs"]}
    for k, node in reversed(list(enumerate(spec["nodes"]))):
        shared = any(other.get("again") == k for other in spec["nodes"])
        if "shape" not in node or k + count in ends or shared or (spec["kind"] == "sequential" and k):
            continue
        if all(v < count for v in node["of"]) or spec["kind"] != "sequential":
            smaller = _edited(spec)
            dtype = node["is"] if not node["is"].startswith("float") else "float32"
            smaller["inputs"].append(
                {"shape": node["shape"], "dtype": dtype, "data": "normal" if dtype == "float32" else dtype}
            )
            _renumber(smaller, lambda v, k=k: count if v == k + count else v + 1 if v >= count else v)
            yield without_unused(smaller)


def _without_nodes(spec: Spec) -> Iterator[Spec]:
    """Readers of a node read its operand instead."""
    count = len(spec["inputs"])
    for k, node in enumerate(spec["nodes"]):
        if any(o["value"] == k + count for o in spec["outputs"]) and node["of"][0] < count:
            continue
        smaller = _edited(spec)
        if spec["kind"] == "sequential":
            if any(other.get("again") == k for other in spec["nodes"]):
                continue
            smaller["kind"] = "functional"
        _renumber(smaller, lambda v, k=k, of=node["of"][0]: of if v == k + count else v)
        yield without_unused(smaller)


def _renumber(spec: Spec, number: Callable[[int], int]) -> None:
    for node in spec["nodes"]:
        node["of"] = [number(v) for v in node["of"]]
    for output in spec["outputs"]:
        output["value"] = number(output["value"])


def _plainer(spec: Spec) -> Iterator[Spec]:
    """What it is trained for, and how, made plain."""
    sgd = {"make": "optimizers.SGD", "args": {"learning_rate": 0.1}}
    if spec["compile"]["optimizer"] != sgd:
        yield {**spec, "compile": {**spec["compile"], "optimizer": sgd}}
    if spec["compile"]["loss_weights"] is not None:
        yield {**spec, "compile": {**spec["compile"], "loss_weights": None}}
    for name in spec["fit"]:
        if name != "epochs":
            yield {**spec, "fit": {k: v for k, v in spec["fit"].items() if k != name}}
    if spec["fit"]["epochs"] > 1:
        yield {**spec, "fit": {**spec["fit"], "epochs": 1}}
    if spec["kind"] == "subclass":
        yield {**spec, "kind": "functional"}
    for k, output in enumerate(spec["outputs"]):
        for name, plain in (("metrics", []), ("weighted_metrics", []), ("loss", "mse")):
            if output.get(name, plain) != plain:
                smaller = _edited(spec)
                smaller["outputs"][k][name] = plain
                if name == "loss":
                    node = spec["nodes"][output["value"] - len(spec["inputs"])]
                    smaller["outputs"][k]["y"] = {"shape": node.get("shape", []), "data": "normal"}
                yield smaller


def _fewer_arguments(spec: Spec) -> Iterator[Spec]:
    for k, node in enumerate(spec["nodes"]):
        for name in node.get("args", {}):
            smaller = _edited(spec)
            del smaller["nodes"][k]["args"][name]
            yield smaller
    for k, given in enumerate(spec["inputs"]):
        if given["data"] != "normal" and given["dtype"] == "float32":
            smaller = _edited(spec)
            smaller["inputs"][k]["data"] = "normal"
            yield smaller


def _fewer_rows(spec: Spec) -> Iterator[Spec]:
    if spec["rows"] > spec["batch"]:
        yield {**spec, "rows": spec["batch"]}
    if spec["rows"] > 1:
        yield {**spec, "rows": 1, "batch": 1}
