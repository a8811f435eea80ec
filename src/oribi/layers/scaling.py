"""Rescaling: a fixed scale and offset."""

from typing import Any

from oribi import ops

from .base.layer import Layer
from .base.shapes import Shape


class Rescaling(Layer):
    """inputs * scale + offset, as floats of the layer's dtype.

    Input shape: any. Output shape: the same.

    Args:
        scale: factor, such as 1 / 255 for bytes.
        offset: added after.
    """

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset
        self.build_at_init()

    def call(self, inputs: Any) -> Any:
        scaled = ops.multiply(ops.cast(inputs, self.dtype), ops.cast(self.scale, self.dtype))
        return ops.add(scaled, ops.cast(self.offset, self.dtype))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale, "offset": self.offset}
