"""Layers that return their input: Identity, and one that penalizes what passes."""

from typing import Any

from oribi import regularizers

from .base.layer import Layer


class Identity(Layer):
    """Gives its inputs, whatever they are.

    Input shape: any. Output shape: the same.

    >>> from oribi import ops
    >>> Identity()(ops.ones((2, 3))).shape
    (2, 3)
    """

    supports_masking = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class ActivityRegularization(Identity):
    """Gives its inputs, and adds a penalty on them to the loss, per example.

    Input shape: any. Output shape: the same.

    Args:
        l1, l2: factors of the sum of absolute values, and of squares.

    >>> from oribi import ops
    >>> layer = ActivityRegularization(l1=0.5)
    >>> _ = layer(ops.ones((2, 3)))
    >>> layer.losses[0].numpy()
    array(1.5, dtype=float32)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def get_config(self) -> dict[str, Any]:
        config = {**super().get_config(), "l1": self.l1, "l2": self.l2}
        del config["activity_regularizer"]
        return config
