"""RMSprop."""

from collections.abc import Iterable
from typing import Any

from oribi import ops
from oribi.values import Variable

from .optimizer import Optimizer


class RMSprop(Optimizer):
    """Gradients divided by the root of a running mean of their squares (Tieleman and Hinton, 2012).

    v = rho * v + (1 - rho) * g^2;  w -= rate * g / sqrt(v + epsilon). With `centered`, v less the squared running mean of g.

    Args:
        momentum: share of the last change that is made again.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        super().build(variables)
        self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]
        self.momentums = [self.add_variable_from_reference(v, "momentum") for v in variables] if self.momentum else []
        self.averages = (
            [self.add_variable_from_reference(v, "average_gradient") for v in variables] if self.centered else []
        )

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        index = self.index(variable)
        velocity = _running(self.velocities[index], ops.square(gradient), self.rho)
        if self.centered:
            velocity = ops.subtract(velocity, ops.square(_running(self.averages[index], gradient, self.rho)))
        step = ops.divide(ops.multiply(learning_rate, gradient), ops.sqrt(ops.add(velocity, self.epsilon)))
        if self.momentum:
            momentum = self.momentums[index]
            step = ops.add(ops.multiply(momentum, self.momentum), step)
            momentum.assign(step)
        variable.assign(ops.subtract(variable, step))

    def get_config(self) -> dict[str, Any]:
        own = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon, "centered": self.centered}
        return {**super().get_config(), **own}


def _running(slot: Variable, value: Any, rho: float) -> Any:
    """The running mean, moved on by one value."""
    new = ops.add(ops.multiply(slot, rho), ops.multiply(value, 1 - rho))
    slot.assign(new)
    return new
