"""What two libraries saw of one model, compared; and whether a difference is more than the rounding of float32."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .running import Observed, Spec, observed

TOLERANCE = {"float32": 3e-5, "float64": 1e-9}
AFTER_STEPS = 10  # errors add up over the steps of a fit
ACCURACY, ONE_ROW = re.compile(r"acc(uracy)?\b"), 0.34
# Scores that are all zero are no distribution: 0 / 0. XLA's clip makes a number of that.
ZERO_SUM = re.compile(r"categorical_crossentropy: (\[\d+\]: )?at \[\] nan and")
FACTOR = 30  # how much farther from float64 than Keras' float32 ours may be


def disagreement(
    spec: Spec, ours: Observed, theirs: Observed, others: Iterable[Callable[[], Observed]] = ()
) -> str | None:
    """The first difference of two runs, in words that begin with its kind; None where they agree.

    Args:
        ours, theirs: what oribi and Keras saw.
        others: give what Keras sees of the same but for rounding; a difference is none where Keras differs from them as much.
    """
    for stage in dict.fromkeys([*theirs, *ours]):
        a, b = ours.get(stage), theirs.get(stage)
        if _is_error(a) or _is_error(b) or a is None or b is None:
            return _refusal(spec, ours, theirs)
        found = difference(a, b, tolerance(stage))
        if found is None or (ACCURACY.search(found) and _has_ties(spec) and difference(a, b, ONE_ROW) is None):
            continue
        if ZERO_SUM.search(found) and _has_ties(spec):
            continue
        if not any(_is_rounding(a, b, other().get(stage), tolerance(stage)) for other in others):
            return f"{stage} differs: {found}"
    return None


def _has_ties(spec: Spec) -> bool:
    """Whether two classes may have the same score, so that rounding decides which of them is the largest."""
    return any(i["data"] not in ("normal", "float32", "float64") for i in spec["inputs"])


def tolerance(stage: str) -> float:
    return TOLERANCE["float32"] * (AFTER_STEPS if "fit" in stage else 1)


def _is_error(value: Any) -> bool:
    return isinstance(value, dict) and "error" in value


def _refusal(spec: Spec, ours: Observed, theirs: Observed) -> str | None:
    """One library raised, or both did, which is agreement."""
    mine = next((v["error"] for v in ours.values() if _is_error(v)), None)
    other = next((v["error"] for v in theirs.values() if _is_error(v)), None)
    if mine is not None and other is not None:
        return None
    text, who = (mine, "oribi alone raises") if other is None else (other, "Keras alone raises")
    if any(re.search(pattern, text) for pattern in KNOWN_ERRORS[who]):
        return None
    return f"{who}: {text}"


# Where only one of them raises, and that is as it should be.
KNOWN_ERRORS: dict[str, tuple[str, ...]] = {
    "oribi alone raises": ("is not there yet",),
    "Keras alone raises": (
        r"calling MultiHeadAttention[\s\S]*cannot reshape array",  # value_dim other than key_dim, on JAX
        r"calling RNN[\s\S]*scan body function carry",  # cells in one StackedRNNCells, or in a list of one
        r"calling RNN[\s\S]*list arity mismatch",  # those with a mask
        r"calling LSTMCell[\s\S]*list index out of range",  # a list of one, unrolled
        r"calling (GRU|LSTM|SimpleRNN)[\s\S]*scan body function carry input[\s\S]*float64",  # in float64
        r"calling Softmax[\s\S]*`mask` must be broadcastable",  # a mask of the leading axes
        r"`target` and `output` must have the same shape",  # a crossentropy as a metric of (n, 1), true values (n,)
        r"Incompatible shapes for broadcasting: shapes=\[\((\d+(, \d+)*), \d+\), \(\1\)\]",  # a mask of the leading axes
    ),
}


def difference(a: Any, b: Any, limit: float) -> str | None:
    """Where two values differ by more than a share of their size; None where they do not."""
    if isinstance(b, dict):
        if list(a) != list(b) and sorted(a) != sorted(b):
            return f"names {list(a)} and {list(b)}"
        return next((f"{k}: {d}" for k in b if (d := difference(a[k], b[k], limit))), None)
    if isinstance(b, list | tuple):
        if not isinstance(a, list | tuple) or len(a) != len(b):
            return (
                f"{a!r} and {b!r}" if not isinstance(b[0] if b else 0, np.ndarray) else f"{len(a)} and {len(b)} arrays"
            )
        return next(
            (f"[{i}]: {d}" for i, (p, q) in enumerate(zip(a, b, strict=True)) if (d := difference(p, q, limit))), None
        )
    if isinstance(b, np.ndarray | np.generic | float):
        return _arrays(np.asarray(a), np.asarray(b), limit)
    return None if a == b else f"{a!r} and {b!r}"


def _arrays(a: np.ndarray, b: np.ndarray, limit: float) -> str | None:
    if a.shape != b.shape:
        return f"shapes {a.shape} and {b.shape}"
    if a.ndim and a.dtype != b.dtype:
        return f"dtypes {a.dtype} and {b.dtype}"
    if not a.size:
        return None
    x, y = a.astype("float64"), b.astype("float64")
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    off = np.where(same, 0, np.abs(x - y))
    finite = np.abs(y[np.isfinite(y)])
    if np.isnan(off).any() or off.max() > limit * max(1.0, finite.max() if finite.size else 1.0):
        at = np.unravel_index(int(np.argmax(np.where(np.isnan(off), np.inf, off))), a.shape)
        return f"at {[int(i) for i in at]} {x[at]:.7g} and {y[at]:.7g} (shape {a.shape})"
    return None


def _is_rounding(a: Any, b: Any, truth: Any, limit: float) -> bool:
    """Whether ours is about as near to `truth`, the same but for rounding, as Keras' is."""
    mine, other, right = (list(_numbers(v)) for v in (a, b, truth))
    if not len(mine) == len(other) == len(right):
        return False
    for x, y, z in zip(mine, other, right, strict=True):
        if x.shape != y.shape or x.shape != z.shape:
            return False
        with np.errstate(all="ignore"):
            error, noise = _distance(x, z), _distance(y, z)
        size = max(1.0, float(np.abs(z[np.isfinite(z)]).max(initial=0)))
        jumps = not noise <= limit * size  # where sums cancel, 0 / 0 is as good as any number
        if not error <= FACTOR * noise + limit * size and not (jumps and not math.isfinite(error + noise)):
            return False
    return True


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return float(np.where(same, 0, np.abs(a - b)).max(initial=0))


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _numbers(value[key])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, np.ndarray | np.generic | float):
        yield np.asarray(value, "float64")


# --- both libraries ---------------------------------------------------------------------------------------------------


def tried(keras: Any, spec: Spec) -> str | None:
    """The disagreement of oribi and Keras on a spec, if there is one."""
    import oribi

    ours = observed(oribi, spec)
    theirs = observed(keras, spec, {"jit_compile": True})
    moved = [lambda by=by: observed(keras, {**spec, "moved": by}, {"jit_compile": True}) for by in (1e-6, -1e-6)]
    return disagreement(spec, ours, theirs, [lambda: in_float64(keras, spec), *moved])


def in_float64(keras: Any, spec: Spec) -> Observed:
    before = keras.config.floatx()
    wide = {**spec, "inputs": [{**i, "dtype": i["dtype"].replace("float32", "float64")} for i in spec["inputs"]]}
    try:
        keras.config.set_floatx("float64")
        keras.config.set_dtype_policy("float64")
        return observed(keras, wide, {"jit_compile": True})
    finally:
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(before)
