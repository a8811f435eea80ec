"""Adam and AdamW."""

from collections.abc import Iterable
from typing import Any

from oribi import ops
from oribi.values import Variable

from .optimizer import Optimizer


class Adam(Optimizer):
    """Running means of gradients and of their squares, corrected for their start at zero (Kingma and Ba, 2015).

    m += (g - m) (1 - beta_1);  v += (g^2 - v) (1 - beta_2);  w -= alpha m / (sqrt(v) + epsilon)
    with alpha = rate * sqrt(1 - beta_2^t) / (1 - beta_1^t).

    Args:
        learning_rate: a number or a schedule.
        beta_1, beta_2: how slowly the two means move, 0 <= beta < 1.
        epsilon: keeps the divisor from zero.
        amsgrad: divide by the largest v so far (Reddi et al., 2018).
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.beta_1, self.beta_2, self.epsilon, self.amsgrad = beta_1, beta_2, epsilon, amsgrad

    def build(self, variables: Iterable[Variable]) -> None:
        variables = list(variables)
        super().build(variables)
        self.momentums, self.velocities, self.largest = [], [], []
        for variable in variables:
            self.momentums.append(self.add_variable_from_reference(variable, "momentum"))
            self.velocities.append(self.add_variable_from_reference(variable, "velocity"))
        if self.amsgrad:
            self.largest = [self.add_variable_from_reference(v, "velocity_hat") for v in variables]

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        index = self.index(variable)
        m, v = self.momentums[index], self.velocities[index]
        m.assign(ops.add(m, ops.multiply(ops.subtract(gradient, m), 1 - self.beta_1)))
        v.assign(ops.add(v, ops.multiply(ops.subtract(ops.square(gradient), v), 1 - self.beta_2)))
        divisor: Any = v
        if self.amsgrad:
            largest = self.largest[index]
            largest.assign(ops.maximum(largest, v))
            divisor = largest
        alpha = ops.multiply(learning_rate, ops.cast(self.correction(), variable.dtype))
        step = ops.divide(ops.multiply(m, alpha), ops.add(ops.sqrt(divisor), self.epsilon))
        variable.assign(ops.subtract(variable, step))

    def correction(self) -> Any:
        """sqrt(1 - beta_2^t) / (1 - beta_1^t) at the step t, which counts from one."""
        t = ops.cast(ops.add(self.iterations, 1), "float32")
        first = ops.subtract(1.0, ops.power(self.beta_1, t))
        second = ops.subtract(1.0, ops.power(self.beta_2, t))
        return ops.divide(ops.sqrt(second), first)

    def get_config(self) -> dict[str, Any]:
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon, "amsgrad": self.amsgrad}
        return {**super().get_config(), **own}


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019).

    Raises:
        ValueError: no weight_decay.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay must be a number. Received: weight_decay=None")
        super().__init__(
            learning_rate,
            beta_1,
            beta_2,
            epsilon,
            amsgrad,
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
