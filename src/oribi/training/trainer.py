"""Trainer: compile, fit, evaluate, predict; what makes a layer a model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi import losses, nest, ops, optimizers
from oribi import metrics as metric_classes
from oribi.random import next_seed
from oribi.utils.registry import serialize

from . import checkpoint
from .checkpoint import Fit
from .data import Data, as_columns, as_data, split, with_class_weights
from .loop import Loop, float_logs
from .objectives import Objectives, aligned, names_of, revived
from .step import Step, layout_of, variables_state

BATCH = 32


class Trainer:
    """The methods of a model that train and use it. The rest of a model is a `Layer`."""

    optimizer: Any = None
    loss: Any = None
    _objectives: Objectives
    stop_training = False
    _compiled = False

    # --- compile ---

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model trains.

        Args:
            optimizer: name or object.
            loss: name, object, or function of (y_true, y_pred); for several outputs a list, or a dict by name.
            loss_weights: factors of the outputs' losses, likewise.
            metrics: names, objects or functions; `"accuracy"` is the one that fits the loss. For several outputs a list of
                lists, or a dict by name.
            weighted_metrics: the same, weighted by sample weights.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: taken for Keras' sake; whole epochs are always
                compiled.
        """
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        self._objectives = Objectives(loss, loss_weights, metrics, weighted_metrics)
        self._flags = {
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile,
        }
        self._steps: dict[Any, Step] = {}
        self.stop_training = False
        self._compiled = True

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of `compile`, to be written to a file; None where it was not called."""
        if not self._compiled:
            return None
        return {"optimizer": serialize(self.optimizer), **serialize(self._objectives.given), **self._flags}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile as `get_compile_config` says, and make the optimizer's slots."""
        families = {"loss": losses, "metrics": metric_classes, "weighted_metrics": metric_classes}
        given = {key: revived(config.get(key), family) for key, family in families.items()}
        flags = {key: config[key] for key in ("run_eagerly", "steps_per_execution", "jit_compile") if key in config}
        self.compile(optimizers.get(config["optimizer"]), loss_weights=config.get("loss_weights"), **given, **flags)
        if self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compiled

    @property
    def metrics(self) -> list[Any]:
        """The loss's running mean, then the compiled metrics."""
        return self._objectives.all_metrics if self._compiled else []

    @property
    def metrics_names(self) -> list[str]:
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The metrics so far, by name."""
        return {m.name: m.result() for m in self.metrics}

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The compiled loss of a batch, what layers added to it, and the penalties of regularized weights."""
        penalties = self.losses  # type: ignore[attr-defined]
        total = self._objectives.loss(*self._aligned(y, y_pred, sample_weight))
        if total is None and not penalties:
            raise ValueError(f"{self.describe()} has no loss: give compile() one")  # type: ignore[attr-defined]
        for penalty in map(ops.sum, penalties):
            total = penalty if total is None else ops.add(total, penalty)
        return total

    def update_metrics(self, y: Any, y_pred: Any, sample_weight: Any, loss: Any) -> None:
        """Add a batch to the metrics."""
        self._objectives.update(*self._aligned(y, y_pred, sample_weight), loss)

    def _aligned(self, y: Any, y_pred: Any, sample_weight: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """True values, predictions and sample weights of each output."""
        names = names_of(self, y_pred)
        predictions = nest.flatten(y_pred)
        targets = aligned("y", y, names)
        if sample_weight is None or (not isinstance(sample_weight, dict | list | tuple) and len(names) > 1):
            weights = [sample_weight] * len(names)
        else:
            weights = aligned("sample_weight", sample_weight, names, default=lambda: None)
        self._objectives.resolve(names, targets, predictions)
        return targets, predictions, weights

    # --- steps ---

    def _need_compiled(self, method: str) -> None:
        if not self._compiled:
            raise ValueError(
                f"{self.describe()} is not compiled: call compile(optimizer=..., loss=...) "  # type: ignore[attr-defined]
                f"before {method}()"
            )

    def _step(self, kind: str, batch: int, data: Data, ordered: bool = False) -> Step:
        """The compiled step for a number of rows of such data."""
        layout = layout_of(kind, batch, ordered, data)
        steps = self.__dict__.setdefault("_steps", {})
        key = (layout, variables_state(self))
        if key not in steps:
            steps[key] = Step(self, layout)
        step = steps[key]
        if kind != "predict" and not self.has_own(f"{kind}_step"):
            names = self._objectives.outputs or []
            self._objectives.check(aligned("y", data.y, names), step.output_shapes)
        return step

    # --- fit ---

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Sequence[Any] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
    ) -> cb.History:
        """Train.

        Args:
            x: inputs, one example a row: an array, a list or a tensor, of any number dtype; for several inputs a list of arrays,
                or a dict by name.
            y: true values, as many rows; for several outputs likewise.
            batch_size: rows of a step; 32 by default.
            epochs: the number of the last epoch.
            verbose: 0 silent, 1 a progress bar, 2 one line an epoch, `"auto"` is 1.
            callbacks: objects whose hooks are called.
            validation_split: the share of the last rows that is kept to validate on.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to validate on.
            shuffle: take the rows in another order each epoch.
            class_weight: {class: weight}.
            sample_weight: a weight for each row.
            initial_epoch: the number of the first epoch.
            steps_per_epoch: at most so many steps an epoch.
            validation_steps, validation_batch_size, validation_freq: as they say.

        Returns:
            A `History`: its `history` maps each metric to its values, one an epoch.

        Raises:
            ValueError, TypeError: the model is not compiled, or the data do not fit it.
        """
        self._need_compiled("fit")
        data = as_data(x, y, sample_weight, self._wants_y("train"))
        validation = _validation(validation_data, self._wants_y("test"))
        if validation is None and validation_split:
            data, validation = split(data, validation_split)
        if class_weight is not None:
            data = with_class_weights(data, class_weight)
        batch = _positive("batch_size", batch_size or BATCH)
        if steps_per_epoch is not None:
            _positive("steps_per_epoch", steps_per_epoch)
        verbose = _verbosity(verbose)
        history, bar = cb.History(), cb.ProgbarLogger(verbose)
        generator = np.random.default_rng(next_seed()) if shuffle else None

        def make_step(size: int) -> Step:
            return self._step("train", size, data, generator is not None)

        def new_loop() -> Loop:
            step = fit.step  # not at the start, when a run goes on that was interrupted
            return Loop(data, batch, make_step, fit.order(len(data)), steps_per_epoch, first=step)

        fit = Fit([], generator, initial_epoch)
        loop = new_loop()
        params = {"verbose": verbose, "epochs": epochs, "steps": loop.steps}
        hooks = cb.CallbackList([*(callbacks or ()), history], self, params)
        fit.callbacks = hooks.callbacks
        self.history, self.stop_training = history, False
        self.__dict__["_fit"] = fit
        hooks("on_train_begin")
        if fit.resumed:
            loop = new_loop()
        initial_epoch, logs = fit.epoch, {}
        for epoch in range(initial_epoch, epochs if not self.stop_training else initial_epoch):
            if not fit.step:
                self.reset_metrics()
            hooks("on_epoch_begin", epoch)
            bar.start(loop.steps, f"Epoch {epoch + 1}/{epochs}")
            logs = self._run("train", loop, hooks, bar)
            fit.epoch, fit.step = epoch + 1, 0
            if validation is not None and _due(epoch, validation_freq):
                # Its metrics start anew, so those of the epoch were read before.
                size = validation_batch_size or batch
                tested = self._evaluate(validation, size, validation_steps, hooks, cb.ProgbarLogger(0))
                logs |= {f"val_{name}": value for name, value in tested.items()}
            bar.finish(loop.steps, logs)
            hooks("on_epoch_end", epoch, logs=logs)
            if self.stop_training:
                break
            if epoch + 1 < epochs:
                loop = new_loop()
        hooks("on_train_end", logs=logs)
        return history

    def back_up(self, path: Any) -> None:
        """Write where the running `fit` is to a file: all that a run needs that is to go on from here."""
        checkpoint.write(path, self, self.__dict__["_fit"])

    def go_on_from(self, path: Any) -> None:
        """Put the `fit` that is about to begin where another one was, as `back_up` wrote it."""
        checkpoint.restore(path, self, self.__dict__["_fit"])

    def _run(self, kind: str, loop: Loop, hooks: cb.CallbackList, bar: cb.ProgbarLogger) -> dict[str, float]:
        """One pass; returns the metrics."""
        each = hooks.wants_batches(kind)
        if each and loop.first < loop.steps:
            hooks(f"on_{kind}_batch_begin", loop.first)
        self.__dict__["_told"] = loop.told()  # not as an attribute: layers track variables that are set on them
        for done in loop.run(each):
            if kind == "train":
                self.__dict__["_fit"].step = done
            if each:
                hooks(f"on_{kind}_batch_end", done - 1, logs=self._logs())
            if self.stop_training and kind == "train":
                break
            if each and done < loop.steps:
                hooks(f"on_{kind}_batch_begin", done)
            if bar.verbose == 1 and done < loop.steps:
                bar.update(done, self._logs())
        return self._logs()

    _told: Any = None

    def _logs(self) -> dict[str, float]:
        return float_logs({n: v.numpy() for n, v in self._told.items()} if self._told else self.get_metrics_result())

    def has_own(self, method: str) -> bool:
        """Whether a subclass wrote its own `train_step`, `test_step` or `compute_loss`."""
        return getattr(type(self), method) is not getattr(Trainer, method)

    def _wants_y(self, kind: str) -> bool:
        """Whether a step compares with true values."""
        return self._objectives.compare and not self.has_own(f"{kind}_step") and not self.has_own("compute_loss")

    def train_step(self, data: Any) -> Any:
        """One step of training, to be overridden: `data` is `(x, y, sample_weight)`, as far as given to `fit`; returns metrics
        by name. It is traced once, into the same compiled loop as any model."""
        raise NotImplementedError("the default step is built in: override train_step rather than calling it")

    def test_step(self, data: Any) -> Any:
        """One step of `evaluate`, to be overridden as `train_step`."""
        raise NotImplementedError("the default step is built in: override test_step rather than calling it")

    # --- evaluate and predict ---

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on data.

        Args:
            x, y, batch_size, verbose, sample_weight, callbacks: as in `fit`.
            steps: at most so many batches.
            return_dict: give them by name.

        Returns:
            The loss, or `[loss, metric, ...]`, or a dict.
        """
        self._need_compiled("evaluate")
        data = as_data(x, y, sample_weight, self._wants_y("test"))
        batch, bar = _positive("batch_size", batch_size or BATCH), cb.ProgbarLogger(_verbosity(verbose))
        hooks = cb.CallbackList(callbacks or (), self, {"verbose": bar.verbose})
        logs = self._evaluate(data, batch, steps, hooks, bar)
        if return_dict:
            return logs
        values = list(logs.values()) if self._told else [logs[name] for name in self.metrics_names]
        return values[0] if len(values) == 1 else values

    def _evaluate(
        self, data: Data, batch: int, limit: int | None, hooks: cb.CallbackList, bar: cb.ProgbarLogger
    ) -> dict[str, float]:
        loop = Loop(data, batch, lambda size: self._step("test", size, data), limit=limit)
        self.reset_metrics()
        hooks("on_test_begin")
        bar.start(loop.steps)
        logs = self._run("test", loop, hooks, bar)
        bar.finish(loop.steps, logs)
        hooks("on_test_end", logs=logs)
        return logs

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Sequence[Any] | None = None,
    ) -> Any:
        """The model's output for each row.

        Args:
            x: inputs, one example a row.
            batch_size: rows that are computed together; it does not change the result. 32 by default.
            verbose, steps, callbacks: as in `evaluate`.

        Returns:
            An array, one row for each of `x`.
        """
        data = Data(as_columns(x, "x"))
        batch, bar = _positive("batch_size", batch_size or BATCH), cb.ProgbarLogger(_verbosity(verbose))
        if not len(data):
            raise ValueError(f"x has no rows (shape {nest.flatten(data.x)[0].shape}); expected at least one example")
        hooks = cb.CallbackList(callbacks or (), self, {"verbose": bar.verbose})
        rows = min(len(data), steps * batch) if steps else len(data)
        first = self._step("predict", min(batch, rows), data)
        outputs = [np.empty((rows, *o.shape[1:]), o.dtype) for o in first.executable.program.outputs]
        loop = Loop(data.rows(0, rows), batch, lambda size: self._step("predict", size, data), outputs=outputs)
        hooks("on_predict_begin")
        bar.start(loop.steps)
        each = hooks.wants_batches("predict")
        if each:
            hooks("on_predict_batch_begin", 0)
        for done in loop.run(each):
            if each:
                part = [o[(done - 1) * batch : done * batch] for o in outputs]
                hooks("on_predict_batch_end", done - 1, logs={"outputs": nest.pack(first.output_structure, part)})
                if done < loop.steps:
                    hooks("on_predict_batch_begin", done)
            bar.update(done, {})
        bar.finish(loop.steps, {})
        hooks("on_predict_end")
        return nest.pack(first.output_structure, outputs)

    # --- one batch ---

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step on one batch; returns the metrics since they were last reset."""
        self._need_compiled("train_on_batch")
        data = as_data(x, y, sample_weight, self._wants_y("train"))
        return self._on_batch(
            "train", data if class_weight is None else with_class_weights(data, class_weight), return_dict
        )

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The metrics of one batch, added to those since they were last reset."""
        self._need_compiled("test_on_batch")
        return self._on_batch("test", as_data(x, y, sample_weight, self._wants_y("test")), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The model's output for one batch."""
        columns = as_columns(x, "x")
        return self.predict(columns, batch_size=max(len(nest.flatten(columns)[0]), 1), verbose=0)

    def _on_batch(self, kind: str, data: Data, return_dict: bool) -> Any:
        for _ in Loop(data, len(data), lambda size: self._step(kind, size, data)).run():
            pass
        logs = {name: float(value) for name, value in self.get_metrics_result().items()}
        values = list(logs.values())
        return logs if return_dict else values[0] if len(values) == 1 else values


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _validation(given: Any, need_y: bool) -> Data | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise ValueError("validation_data must be (x, y) or (x, y, sample_weight)")
    x, y, weight = [*given, None][:3]
    return as_data(x, y, weight, need_y)


def _due(epoch: int, frequency: int | Sequence[int]) -> bool:
    return (epoch + 1) % frequency == 0 if isinstance(frequency, int) else epoch + 1 in frequency


def _positive(word: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{word} must be a positive whole number, got {value!r}")
    return int(value)


def _verbosity(verbose: Any) -> int:
    if verbose == "auto":
        return 1
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose must be 0, 1, 2 or 'auto', got {verbose!r}")
    return int(verbose)
