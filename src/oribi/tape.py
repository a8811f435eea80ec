"""GradientTape: gradients of what was computed, inside of a model's own `train_step` and outside of it."""

from functools import reduce
from typing import Any

from oribi import nest, ops
from oribi.context import current
from oribi.graph.elementwise import add, full_like
from oribi.graph.grad import connected
from oribi.graph.node import Node
from oribi.values import Record, Tensor, Variable, current_trace


class GradientTape:
    """Gradients of what was computed inside of the block, as `tf.GradientTape`.

    Every computation is a graph already, so the tape only notes which node stood for each variable. In a `train_step` that is all;
    elsewhere, tensors that are looked at keep their past until the gradients were asked for.

    Args:
        persistent: whether `gradient` may be called several times; in a `train_step` it always may.
        watch_accessed_variables: taken for TensorFlow's sake: every variable is watched.

    >>> x = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     y = x * x
    >>> tape.gradient(y, x).item()
    6.0

    >>> from oribi import Model, layers, losses
    >>> class Net(Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.out = layers.Dense(1)
    ...     def call(self, x):
    ...         return self.out(x)
    ...     def train_step(self, data):
    ...         x, y = data
    ...         with GradientTape() as tape:
    ...             loss = ops.mean((self(x, training=True) - y) ** 2)
    ...         variables = self.trainable_variables
    ...         self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    ...         return {"loss": loss}
    >>> net = Net()
    >>> net.compile("sgd")
    >>> sorted(net.fit(ops.ones((8, 2)), ops.ones((8, 1)), verbose=0).history)
    ['loss']
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._noted: dict[Variable, Node] | None = None
        self._given: set[Node] = set()
        self._record: Record | None = None  # of what is computed outside of a trace

    def __enter__(self) -> "GradientTape":
        trace = current_trace()
        if trace is None:
            self._record = self._record or Record()
            current.records = (*current.records, self._record)
        else:
            # A variable that was assigned before has a value here, and no past: gradients do not go back through an update.
            self._given = set(trace.current.values())
        return self

    def __exit__(self, *error: object) -> None:
        trace = current_trace()
        if self._record is not None:
            current.records = tuple(record for record in current.records if record is not self._record)
        elif trace is not None:
            self._noted = dict(trace.current)

    def __del__(self) -> None:
        if self._record is not None:
            self._record.release()

    def watch(self, tensor: Any) -> None:
        """Every tensor is watched; one that was put off until now is computed first, so that it stays what it is.

        Args:
            tensor: a tensor or a variable, or a nest of them.
        """
        for leaf in nest.flatten(tensor):
            if isinstance(leaf, Tensor) and current_trace() is None:
                leaf.numpy()

    def gradient(
        self, target: Any, sources: Any, output_gradients: Any = None, unconnected_gradients: str = "none"
    ) -> Any:
        """The gradients of the sum of `target`.

        Args:
            target: a tensor, or a nest of them.
            sources: a nest of variables and tensors.
            output_gradients: what each of `target` is multiplied by, in the same nest; ones by default.
            unconnected_gradients: `"none"` or `"zero"`: what stands for a source that the target does not depend on.

        Returns:
            A gradient for each source, in the same nest.

        Raises:
            ValueError: another word for `unconnected_gradients`.
            RuntimeError: a tape that is not persistent is asked again.
        """
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(f"unconnected_gradients must be 'none' or 'zero', got {unconnected_gradients!r}")
        targets = [ops.convert_to_tensor(t) for t in nest.flatten(target)]
        factors = nest.flatten(output_gradients) if output_gradients is not None else [None] * len(targets)
        scaled = [t if g is None else ops.multiply(t, g) for t, g in zip(targets, factors, strict=True)]
        total = sum((ops.sum(t) for t in scaled), start=ops.zeros(()))
        if self._record is not None and self._record.released:
            raise RuntimeError(
                "this GradientTape was asked for gradients before: make it with persistent=True to ask several times"
            )
        nodes = [self._nodes(source) for source in nest.flatten(sources)]
        found = connected([(total.node, ops.ones((), total.dtype).node)], [n for of in nodes for n in of], self._given)
        each = iter(found)
        gradients: list[Any] = [_sum([g for _ in of if (g := next(each)) is not None]) for of in nodes]
        if unconnected_gradients == "zero":
            gradients = [
                Tensor(full_like(of[0], 0)) if g is None else g for of, g in zip(nodes, gradients, strict=True)
            ]
        if self._record is not None and not self._persistent:
            self._record.release()
        return nest.pack(nest.structure(sources), gradients)

    def _nodes(self, source: Any) -> list[Node]:
        """The nodes that stood for a source: of a variable that was assigned meanwhile there are several."""
        if self._record is not None and source in self._record.noted:
            return list(self._record.noted[source])
        if isinstance(source, Variable) and self._noted is not None and source in self._noted:
            return [self._noted[source]]
        return [source.node]


def _sum(gradients: list[Node]) -> Tensor | None:
    """The sum of gradients; None where there is none."""
    return Tensor(reduce(add, gradients)) if gradients else None
