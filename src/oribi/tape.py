"""GradientTape: gradients inside of a model's own `train_step`."""

from typing import Any

from oribi import nest, ops
from oribi.graph.elementwise import full_like
from oribi.graph.grad import connected
from oribi.graph.node import Node
from oribi.values import Tensor, Variable, current_trace


class GradientTape:
    """Gradients of what was computed inside of the block, as `tf.GradientTape`.

    Every computation is a graph already, so the tape only notes which node stood for each variable. It works where a step is
    compiled: in `train_step` and what that calls.

    Args:
        persistent, watch_accessed_variables: taken for TensorFlow's sake; every tape can be asked again.

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
        self._noted: dict[Variable, Node] | None = None
        self._given: set[Node] = set()

    def __enter__(self) -> "GradientTape":
        trace = current_trace()
        if trace is None:
            raise NotImplementedError(
                "GradientTape works inside of a model's train_step, which is compiled; outside of it, it is not there yet"
            )
        # A variable that was assigned before has a value here, and no past: gradients do not go back through an update.
        self._given = set(trace.current.values())
        return self

    def __exit__(self, *error: object) -> None:
        trace = current_trace()
        self._noted = dict(trace.current) if trace is not None else {}

    def watch(self, tensor: Any) -> None:
        """Nothing to do: every tensor is watched."""

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
        """
        if unconnected_gradients not in ("none", "zero"):
            raise ValueError(f"unconnected_gradients must be 'none' or 'zero', got {unconnected_gradients!r}")
        targets = [ops.convert_to_tensor(t) for t in nest.flatten(target)]
        factors = nest.flatten(output_gradients) if output_gradients is not None else [None] * len(targets)
        scaled = [t if g is None else ops.multiply(t, g) for t, g in zip(targets, factors, strict=True)]
        total = sum((ops.sum(t) for t in scaled), start=ops.zeros(()))
        nodes = [self._node(source) for source in nest.flatten(sources)]
        gradients: list[Any] = [
            None if g is None else Tensor(g)
            for g in connected([(total.node, ops.ones((), total.dtype).node)], nodes, self._given)
        ]
        if unconnected_gradients == "zero":
            gradients = [
                Tensor(full_like(node, 0)) if g is None else g for node, g in zip(nodes, gradients, strict=True)
            ]
        return nest.pack(nest.structure(sources), gradients)

    def _node(self, source: Any) -> Node:
        if isinstance(source, Variable) and self._noted is not None and source in self._noted:
            return self._noted[source]
        return source.node
