"""Callback, the list that calls many, and one made of functions."""

from collections.abc import Callable, Iterable
from typing import Any

Logs = dict[str, Any] | None

BATCH_HOOKS = tuple(f"on_{kind}_batch_{edge}" for kind in ("train", "test", "predict") for edge in ("begin", "end"))
OTHER_HOOKS = tuple(f"on_{kind}_{edge}" for kind in ("epoch", "train", "test", "predict") for edge in ("begin", "end"))
HOOKS = (*OTHER_HOOKS, *BATCH_HOOKS)


class Callback:
    """Base class: override the hooks you need. `self.model` and `self.params` are set before training starts.

    A callback with a batch hook makes the engine return to Python after every step; without one, hundreds of steps run in
    a single native call.
    """

    model: Any = None
    params: dict[str, Any]
    kept: tuple[str, ...] = ()  # the attributes that a run which goes on after an interruption needs
    comes_last = False  # whether its hooks are called after all others'

    def get_state(self) -> dict[str, Any]:
        """What a checkpoint keeps of the callback: the attributes that `kept` names. Numbers, texts, arrays, lists and dicts."""
        return {name: getattr(self, name) for name in self.kept}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on with what `get_state` gave; called after `on_train_begin`."""
        for name, value in state.items():
            setattr(self, name, value)

    def set_model(self, model: Any) -> None:
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Before an epoch of `fit`."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """After an epoch; logs hold the metrics, those of the validation data with `val_`."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Before `fit`."""

    def on_train_end(self, logs: Logs = None) -> None:
        """After `fit`."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Before `evaluate`."""

    def on_test_end(self, logs: Logs = None) -> None:
        """After `evaluate`."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Before `predict`."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """After `predict`."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """An old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """An old name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a step of training."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a step of training; logs hold the metrics of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of `evaluate`."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of `evaluate`."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of `predict`."""


def wants_batches(callback: Any, kind: str) -> bool:
    """Whether a callback has a hook that is called for each batch of `train`, `test` or `predict`."""
    if hasattr(callback, "wants_batches"):
        return kind == "train" and bool(callback.wants_batches())
    names = [f"on_{kind}_batch_begin", f"on_{kind}_batch_end"]
    if kind == "train":
        names += ["on_batch_begin", "on_batch_end"]
    for name in names:
        function = getattr(callback, name, None)
        own = getattr(function, "__func__", function)
        if function is not None and own is not getattr(Callback, name, None):
            return True
    return False


class CallbackList:
    """Calls the hooks of many callbacks in turn.

    Args:
        model: what is trained.
        params: what callbacks find as `params`.
    """

    def __init__(self, callbacks: Iterable[Any], model: Any, params: dict[str, Any]) -> None:
        self.callbacks = sorted(callbacks, key=lambda c: getattr(c, "comes_last", False))
        for callback in self.callbacks:
            callback.set_params(params)
            callback.set_model(model)

    def __call__(self, hook: str, *number: int, logs: Logs = None) -> None:
        """Call a hook of all: with the number of the epoch or batch, if it is about one, and the logs, empty if there are none."""
        for callback in self.callbacks:
            getattr(callback, hook)(*number, {} if logs is None else logs)

    def wants_batches(self, kind: str) -> bool:
        return any(wants_batches(c, kind) for c in self.callbacks)


class LambdaCallback(Callback):
    """Hooks given as functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`.

    Raises:
        TypeError: an unknown hook.
    """

    def __init__(self, **hooks: Callable[..., Any]) -> None:
        for name, function in hooks.items():
            if name not in HOOKS:
                raise TypeError(f"LambdaCallback: there is no hook {name!r}; known are {', '.join(HOOKS)}")
            if function is not None:
                setattr(self, name, function)
