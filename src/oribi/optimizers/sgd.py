"""Stochastic gradient descent."""

from collections.abc import Iterable
from typing import Any

from oribi import ops
from oribi.values import Variable

from .optimizer import Optimizer


class SGD(Optimizer):
    """w -= rate * g; with momentum, v = momentum * v - rate * g and w += v.

    Nesterov's form adds momentum * v - rate * g instead (Sutskever et al., 2013).

    Args:
        nesterov: look ahead: add momentum * v - rate * g to the weights instead of v.

    Raises:
        ValueError: momentum is not between 0 and 1.

    >>> v = Variable([1.0])
    >>> SGD(0.5).apply([ops.ones(1)], [v])
    >>> v.numpy()
    array([0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
        )
        if not isinstance(momentum, int | float) or not 0 <= momentum <= 1:
            raise ValueError(f"SGD: momentum must be a number between 0 and 1, got {momentum!r}")
        self.momentum, self.nesterov = momentum, nesterov

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        super().build(variables)
        self.momentums = [self.add_variable_from_reference(v, "momentum") for v in variables] if self.momentum else []

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        step = ops.multiply(gradient, learning_rate)
        if not self.momentum:
            variable.assign(ops.subtract(variable, step))
            return
        velocity = self.momentums[self.index(variable)]
        new = ops.subtract(ops.multiply(velocity, self.momentum), step)
        velocity.assign(new)
        change = ops.subtract(ops.multiply(new, self.momentum), step) if self.nesterov else new
        variable.assign(ops.add(variable, change))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
