"""Trainer: compile, fit, evaluate, predict; what makes a layer a model."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from oribi import callbacks as cb
from oribi import losses, nest, ops, optimizers
from oribi import metrics as metric_classes
from oribi.config.serialization import serialize
from oribi.data import Order, Resident, Rows, Source, as_columns, as_rows, source_of
from oribi.data.batch import unpack_x_y_sample_weight
from oribi.data.rows import check_classes, classes_of, with_class_weights
from oribi.random.random import next_seed
from oribi.tape import GradientTape
from oribi.values import current_trace, untraced

from . import arguments, checkpoint
from .fit import Fit, Validation
from .loop import Loop
from .objectives import Objectives, aligned, names_of, revived
from .predict import predict
from .run import check_targets, logs_of, running, running_fit, step_for, steps_of, test
from .step import StepTrace


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
        """The loss's running mean, the compiled metrics, then those that are attributes of the model and of its layers."""
        compiled = self._objectives.all_metrics if self._compiled else []
        own = [m for m in self.tracked_metrics() if not any(m is known for known in compiled)]  # type: ignore[attr-defined]
        return [*compiled, *own]

    @property
    def metrics_names(self) -> list[str]:
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The metrics so far, by name; those of a metric whose result is a dict are put in one by one."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            results |= result if isinstance(result, Mapping) else {metric.name: result}
        return results

    # --- one step ---

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training: the forward pass, the loss, its gradients, the optimizer, the metrics.

        A subclass may override it, and call it by `super()`. It is traced once, into the same compiled loop as ever: what it does
        in Python happens then, what it computes with tensors happens in every step.

        Args:
            data: a batch as given to `fit`: `(x, y, sample_weight)`, `(x, y)` or `x`.

        Returns:
            Logs: tensors by name.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)  # type: ignore[operator]
            loss = self._loss_of_step(x, y, y_pred, sample_weight, training=True)
        variables = self.trainable_variables  # type: ignore[attr-defined]
        if variables:
            self.optimizer.apply(tape.gradient(loss, variables), variables)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of `evaluate`: the forward pass, the loss, the metrics; arguments and result as of `train_step`."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        self._loss_of_step(x, y, y_pred, sample_weight, training=False)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """One step of `predict`: what the model gives for a batch, arguments as of `train_step`."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def _loss_of_step(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """The loss of a batch, added to its running mean."""
        takes = inspect.signature(self.compute_loss).parameters
        named = {"training": training} if "training" in takes or "kwargs" in takes else {}
        loss = self.compute_loss(x, y, y_pred, sample_weight, **named)
        if loss is None:
            raise ValueError(f"{self.describe()}: compute_loss returned None")  # type: ignore[attr-defined]
        self._objectives.tracker.update_state(loss, sample_weight=float(nest.flatten(x)[0].shape[0]))
        return loss

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The compiled loss of a batch, what layers added to it, and the penalties of regularized weights; may be overridden.

        Args:
            x: inputs.
            y: true values.
            y_pred: the model's predictions.
            sample_weight: a weight for each example.
            training: whether the model is trained.

        Returns:
            A scalar tensor.

        Raises:
            ValueError: there is no loss, or y is missing.
        """
        penalties = self.losses  # type: ignore[attr-defined]
        total = None
        if self._objectives.has_losses:
            total = self._objectives.loss(*self._aligned(y, y_pred, sample_weight))
            trace = current_trace()
            if isinstance(trace, StepTrace):
                trace.compared = [tensor.shape for tensor in nest.flatten(y_pred)]
        if total is None and not penalties:
            raise ValueError(f"{self.describe()} has no loss: give compile() one")  # type: ignore[attr-defined]
        for penalty in map(ops.sum, penalties):
            total = penalty if total is None else ops.add(total, penalty)
        return total

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Add a batch to the metrics of `compile`; may be overridden, to update metrics of one's own.

        Args:
            x, y, y_pred, sample_weight: as of `compute_loss`.

        Returns:
            The results of all metrics by name.
        """
        if self._objectives.has_metrics:
            self._objectives.update(*self._aligned(y, y_pred, sample_weight))
        return self.get_metrics_result()

    def _aligned(self, y: Any, y_pred: Any, sample_weight: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """True values, predictions and sample weights of each output."""
        if y is None:
            raise ValueError("y is missing: the losses and metrics of compile() need true values")
        names = names_of(self, y_pred)
        predictions = nest.flatten(y_pred)
        targets = aligned("y", y, names, default=lambda: None)
        if sample_weight is None or (not isinstance(sample_weight, dict | list | tuple) and len(names) > 1):
            weights = [sample_weight] * len(names)
        else:
            weights = aligned("sample_weight", sample_weight, names, default=lambda: None)
        with untraced():
            self._objectives.resolve(names, targets, predictions)
        return targets, predictions, weights

    # --- fit ---

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
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
            steps_per_epoch: steps of an epoch; the next one goes on with the rows after them. All rows by default.
            validation_steps: at most so many batches of validation.
            validation_batch_size: rows of one of them; `batch_size` by default.
            validation_freq: validate every so many epochs, or after those of these numbers.

        Returns:
            A `History`: its `history` maps each metric to its values, one an epoch.

        Raises:
            ValueError, TypeError: the model is not compiled, or the data do not fit it.
        """
        self._need_compiled("fit")
        order = Order(np.random.default_rng(next_seed()) if arguments.shuffled(shuffle) else None)
        batch = arguments.optional("batch_size", batch_size)
        source = source_of(x, y, sample_weight, batch, order)
        validation = arguments.optional("validation_batch_size", validation_batch_size) or batch
        source, held_back = _held_back(source, validation_split, validation_data, y is not None, validation)
        if class_weight is not None:
            weights = arguments.class_weights(class_weight)
            source = source.map(lambda rows: with_class_weights(rows, weights))
        steps, frequency = (
            arguments.optional("validation_steps", validation_steps),
            arguments.validation_epochs(validation_freq),
        )
        limit = arguments.optional("steps_per_epoch", steps_per_epoch)
        first, last = arguments.whole("initial_epoch", initial_epoch, 0), arguments.whole("epochs", epochs, 0)
        history, bar = cb.History(), cb.ProgbarLogger(arguments.verbosity(verbose))
        params = {"verbose": bar.verbose, "epochs": last, "steps": limit or source.left()}
        hooks = cb.CallbackList([*arguments.callback_list(callbacks), history], self, params)
        self.history, self.stop_training = history, False
        steps_of(self).look_if_changed(self)
        # Callbacks find all variables made, those of the optimizer too.
        part = source.first()
        step = step_for(self, "train", part)
        check_targets(self, part.rows, step)
        if class_weight is not None and step.compared is not None:
            check_classes(class_weight, classes_of(part.rows.y, step.compared[0]))
        with running(self) as run:
            run.fit = Fit(self, source, last, limit, Validation(held_back, steps, frequency), hooks, bar, first)
            run.fit.run()
        return history

    def back_up(self, path: Any) -> None:
        """Write where the running `fit` is to a file: all that a run needs that is to go on from here."""
        checkpoint.write(path, running_fit(self))

    def go_on_from(self, path: Any) -> None:
        """Put the `fit` that is about to begin where another one was, as `back_up` wrote it."""
        checkpoint.restore(path, running_fit(self))

    # --- evaluate and predict ---

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
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
        source = source_of(x, y, sample_weight, arguments.optional("batch_size", batch_size))
        bar = cb.ProgbarLogger(arguments.verbosity(verbose))
        hooks = cb.CallbackList(arguments.callback_list(callbacks), self, {"verbose": bar.verbose})
        limit = arguments.optional("steps", steps)
        steps_of(self).look_if_changed(self)
        with running(self):
            logs = test(self, source, limit, hooks, bar)
        return logs if return_dict else self._in_order(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The model's output for each row.

        Args:
            x: inputs, one example a row.
            batch_size: rows that are computed together; it does not change the result. 32 by default.
            verbose, steps, callbacks: as in `evaluate`.

        Returns:
            An array, one row for each of `x`.
        """
        source = source_of(x, batch_size=arguments.optional("batch_size", batch_size)).map(lambda rows: Rows(rows.x))
        bar = cb.ProgbarLogger(arguments.verbosity(verbose))
        hooks = cb.CallbackList(arguments.callback_list(callbacks), self, {"verbose": bar.verbose})
        return predict(self, source, arguments.optional("steps", steps), hooks, bar)

    # --- one batch ---

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step on one batch; returns its metrics, as `evaluate` does."""
        self._need_compiled("train_on_batch")
        rows = as_rows(x, y, sample_weight)
        if class_weight is not None:
            rows = with_class_weights(rows, arguments.class_weights(class_weight))
        return self._on_batch("train", rows, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """The metrics of one batch, as `evaluate` gives them."""
        self._need_compiled("test_on_batch")
        return self._on_batch("test", as_rows(x, y, sample_weight), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The model's output for one batch."""
        columns = as_columns(x, "x")
        return self.predict(columns, batch_size=max(len(nest.flatten(columns)[0]), 1), verbose=0)

    def _on_batch(self, kind: str, rows: Rows, return_dict: bool) -> Any:
        source = Resident(rows, len(rows))
        with running(self):
            self.reset_metrics()
            check_targets(self, rows, step_for(self, kind, source.first()))
            loop = Loop(source.parts(0, None), lambda part: step_for(self, kind, part))
            for _ in loop.run():
                pass
            logs = logs_of(self, loop)
        return logs if return_dict else self._in_order(logs)

    def _in_order(self, logs: dict[str, Any]) -> Any:
        """The values of logs in the order of the metrics, then those of other names; alone where there is one."""
        names = [name for name in dict.fromkeys(self.metrics_names) if name in logs]
        values = [logs[name] for name in (*names, *(name for name in sorted(logs) if name not in names))]
        return values[0] if len(values) == 1 else values

    def _need_compiled(self, method: str) -> None:
        if not self._compiled:
            raise ValueError(
                f"{self.describe()} is not compiled: call compile(optimizer=..., loss=...) "  # type: ignore[attr-defined]
                f"before {method}()"
            )


def _held_back(
    source: Source, split: float, given: Any, with_y: bool, batch: int | None
) -> tuple[Source, Source | None]:
    """What to train on, and what to validate on."""
    share = arguments.share(split)
    if given is not None:
        return source, arguments.validation_data(given, with_y, batch)
    if not share:
        return source, None
    if not isinstance(source, Resident):
        raise ValueError(f"validation_split={split} is for arrays: give validation_data")
    return source.split(share, batch)
