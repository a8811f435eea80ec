"""Convolutions, plain, transposed, depthwise and separable, in one, two and three dimensions."""

from typing import Any

from oribi import initializers, ops, regularizers
from oribi.config.defaults import checked_format
from oribi.config.serialization import serialize
from oribi.ops.windows import Sizes, each
from oribi.utils import checked

from .base.shapes import Shape
from .base.weighted import Biased, Weighted, known_axis

PADDINGS = ("valid", "same")


WINDOW = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")  # arguments that say how a window slides


def set_window(
    layer: Any, kind: str, paddings: tuple[str, ...], sizes: dict[str, Sizes], padding: str, data_format: Any
) -> None:
    """Check the arguments that say how a layer's window slides over its `rank` axes, and set them on it.

    Args:
        layer: has a rank.
        kind: what it is called in messages.
        paddings: those that it knows.
        sizes: kernel_size, strides and dilation_rate, one number or one for each spatial axis.
        padding, data_format: as given.
    """
    for name, value in sizes.items():
        setattr(layer, name, each(value, layer.rank, f"{kind}: {name}"))
    layer.padding = str(padding).lower()
    if layer.padding not in paddings:
        known = ", ".join(map(repr, paddings))
        raise ValueError(f"{kind}: padding must be one of {known}. Received: padding={padding!r}")
    layer.data_format = checked_format(kind, data_format)


class _Convolution(Biased):
    """What all convolutions share: how the window slides.

    Args:
        kernel_size: taps of the window, one number or one for each spatial axis.
        strides: steps from one place of the window to the next.
        padding: `valid` (none), `same` (as many places as steps fit into the input), in one dimension also `causal`.
        data_format: `channels_last` (the default) or `channels_first`.
        dilation_rate: distance of the window's taps.
        activation, use_bias, kwargs: as for `Dense`.
    """

    rank: int
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str
    data_format: str
    paddings: tuple[str, ...] = PADDINGS

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes,
        padding: str,
        data_format: str | None,
        dilation_rate: Sizes,
        *weighted: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*weighted, **kwargs)
        kind = type(self).__name__
        sizes = {"kernel_size": kernel_size, "strides": strides, "dilation_rate": dilation_rate}
        set_window(self, kind, self.paddings, sizes, padding, data_format)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{kind}: strides > 1 do not go with dilation_rate > 1. Received: strides={self.strides}, "
                f"dilation_rate={self.dilation_rate}"
            )

    @property
    def channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def channels_of(self, input_shape: Shape) -> int:
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"{self.describe()}: expected inputs of {self.rank + 2} dimensions, (batch, *spatial, channels), got "
                f"shape {tuple(input_shape)}. Add the missing axes, for instance with inputs[..., None]."
            )
        return known_axis(self, input_shape, self.channel_axis)

    def check_input(self, inputs: Any) -> None:
        expected, got = self.channels, self.channels_of(inputs.shape)
        if expected != got:
            raise ValueError(
                f"{self.describe()}: expected {expected} channels along axis {self.channel_axis}, got {got} "
                f"(input shape {tuple(inputs.shape)})"
            )
        if self.padding == "valid" and not self._fits(inputs.shape):
            raise ValueError(
                f"{self.describe()}: a window of {self.kernel_size} does not fit into inputs of shape "
                f"{tuple(inputs.shape)}. Use padding='same', a smaller kernel_size, or larger inputs."
            )

    def _fits(self, shape: Shape) -> bool:
        spatial = shape[1:-1] if self.channel_axis == -1 else shape[2:]
        rows = zip(spatial, self.kernel_size, self.dilation_rate, strict=True)
        return all(n is None or n == 0 or n >= (k - 1) * d + 1 for n, k, d in rows)

    channels: int

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **{name: getattr(self, name) for name in WINDOW}}


# --- plain ------------------------------------------------------------------------------------------------------------


class _Conv(_Convolution, Weighted):
    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.filters, self.groups = (
            checked.positive(type(self).__name__, "filters", filters),
            checked.positive(type(self).__name__, "groups", groups),
        )
        if filters % groups:
            raise ValueError(
                f"{type(self).__name__}: filters must be a multiple of groups. Received: {filters=}, {groups=}"
            )

    def build(self, input_shape: Shape) -> None:
        self.channels = self.channels_of(input_shape)
        if self.channels % self.groups:
            raise ValueError(f"{self.describe()}: {self.channels} channels cannot be shared by {self.groups} groups")
        self.kernel = self.add_kernel((*self.kernel_size, self.channels // self.groups, self.filters))
        self.bias = self.add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, self.dtype)
        convolved = ops.conv(x, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        return self.finish(convolved, self.channel_axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "groups": self.groups}


class Conv1D(_Conv):
    """Features of windows that slide along sequences: activation(conv(inputs, kernel) + bias).

    Args:
        filters: features of the output.
        kernel_size, strides, padding, data_format, dilation_rate: how the window slides; padding may be `causal`.
        groups: of channels that are convolved apart.
        activation, use_bias, kwargs: as for `Dense`.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, places, filters)`.
    Weights: kernel `(kernel_size, channels / groups, filters)`, bias `(filters,)`.

    >>> Conv1D(4, 3, padding="causal")(ops.ones((2, 10, 3))).shape
    (2, 10, 4)
    """

    rank = 1
    paddings = (*PADDINGS, "causal")


class Conv2D(_Conv):
    """Features of windows that slide over images: activation(conv(inputs, kernel) + bias).

    Args:
        filters: features of the output.
        kernel_size, strides, padding, data_format, dilation_rate: how the window slides.
        groups: of channels that are convolved apart.
        activation, use_bias, kwargs: as for `Dense`.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, filters)`.
    Weights: kernel `(*kernel_size, channels / groups, filters)`, bias `(filters,)`.

    >>> Conv2D(32, 3, activation="relu")(ops.ones((2, 28, 28, 1))).shape
    (2, 26, 26, 32)
    """

    rank = 2


class Conv3D(_Conv):
    """Features of windows that slide through volumes; as `Conv2D` with one more spatial axis.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, planes, rows, columns, filters)`.

    Args:
        filters: features of the result.
        groups: the channels are split in so many parts, each with kernels of its own.

    >>> Conv3D(2, 3)(ops.ones((1, 5, 6, 7, 1))).shape
    (1, 3, 4, 5, 2)
    """

    rank = 3


# --- transposed -------------------------------------------------------------------------------------------------------


class _ConvTranspose(_Convolution, Weighted):
    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        output_padding: Sizes | None = None,
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.filters = checked.positive(type(self).__name__, "filters", filters)
        if isinstance(output_padding, int):
            output_padding = (output_padding,) * self.rank
        self.output_padding = None if output_padding is None else tuple(output_padding)
        if self.output_padding and any(p >= s for p, s in zip(self.output_padding, self.strides, strict=True)):
            raise ValueError(
                f"{type(self).__name__}: strides must be greater than output_padding. Received: "
                f"strides={self.strides}, output_padding={self.output_padding}"
            )

    def build(self, input_shape: Shape) -> None:
        self.channels = self.channels_of(input_shape)
        self.kernel = self.add_kernel((*self.kernel_size, self.filters, self.channels))
        self.bias = self.add_bias(self.filters)

    def _fits(self, shape: Shape) -> bool:
        return True

    def call(self, inputs: Any) -> Any:
        x = ops.cast(inputs, self.dtype)
        how = (self.strides, self.padding, self.output_padding, self.data_format, self.dilation_rate)
        return self.finish(ops.conv_transpose(x, self.kernel, *how), self.channel_axis)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "output_padding": self.output_padding}


class Conv1DTranspose(_ConvTranspose):
    """The transposed convolution of sequences: each step of the input spreads a window over the output.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, places, filters)`.

    Args:
        filters: features of the result.
        output_padding: more elements at the end of each spatial axis; so many that a convolution of the result gives
            the input by default.

    >>> Conv1DTranspose(4, 3, strides=2, padding="same")(ops.ones((2, 5, 3))).shape
    (2, 10, 4)
    """

    rank = 1


class Conv2DTranspose(_ConvTranspose):
    """The transposed convolution of images: from a coarse picture to a finer one.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, filters)`.

    Args:
        filters: features of the output.
        kernel_size, strides, padding, data_format, dilation_rate: how the window slides over the output.
        output_padding: more rows and columns at the end of the output.
        activation, use_bias, kwargs: as for `Dense`.

    Weights: kernel `(*kernel_size, filters, channels)`, bias `(filters,)`.

    >>> Conv2DTranspose(4, 3, strides=2, padding="same")(ops.ones((2, 7, 7, 8))).shape
    (2, 14, 14, 4)
    """

    rank = 2


class Conv3DTranspose(_ConvTranspose):
    """The transposed convolution of volumes.

    Input shape: `(batch, planes, height, width, channels)`. Output shape: `(batch, planes, rows, columns, filters)`.

    Args:
        filters: features of the result.
        output_padding: more elements at the end of each spatial axis; so many that a convolution of the result gives
            the input by default.

    >>> Conv3DTranspose(1, 2, strides=2)(ops.ones((1, 2, 3, 4, 2))).shape
    (1, 4, 6, 8, 1)
    """

    rank = 3

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Sizes | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


# --- depthwise and separable ------------------------------------------------------------------------------------------


class _DepthwiseConv(_Convolution):
    constrained: tuple[str, ...] = ("depthwise", "bias")
    depthwise_constraint: Any

    def __init__(
        self,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = checked.positive(type(self).__name__, "depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)

    def _add_depthwise_kernel(self, name: str) -> Any:
        shape = (*self.kernel_size, self.channels, self.depth_multiplier)
        how = {"regularizer": self.depthwise_regularizer, "constraint": self.depthwise_constraint}
        return self.add_weight(shape, self.depthwise_initializer, **how, name=name)

    def build(self, input_shape: Shape) -> None:
        self.channels = self.channels_of(input_shape)
        self.kernel = self._add_depthwise_kernel("kernel")
        self.bias = self.add_bias(self.channels * self.depth_multiplier)

    def call(self, inputs: Any) -> Any:
        how = (self.strides, self.padding, self.data_format, self.dilation_rate)
        convolved = ops.depthwise_conv(ops.cast(inputs, self.dtype), self.kernel, *how)
        return self.finish(convolved, self.channel_axis)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "depth_multiplier": self.depth_multiplier,
            "depthwise_initializer": serialize(self.depthwise_initializer),
            "depthwise_regularizer": serialize(self.depthwise_regularizer),
        }


class DepthwiseConv1D(_DepthwiseConv):
    """Each channel of a sequence convolved on its own.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, places, channels * depth_multiplier)`.

    Args:
        depth_multiplier: kernels of each channel.
        depthwise_initializer: names or objects.
        depthwise_regularizer: penalties added to the loss.
        depthwise_constraint: what brings the weights back where they may be.

    >>> DepthwiseConv1D(3)(ops.ones((2, 10, 4))).shape
    (2, 8, 4)
    """

    rank = 1
    paddings = (*PADDINGS, "causal")


class DepthwiseConv2D(_DepthwiseConv):
    """Each channel of an image convolved on its own, with `depth_multiplier` kernels.

    Weights: kernel `(*kernel_size, channels, depth_multiplier)`, bias `(channels * depth_multiplier,)`.

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, channels * depth_multiplier)`.

    Args:
        depthwise_initializer: names or objects.
        depthwise_regularizer: penalties added to the loss.
        depthwise_constraint: what brings the weights back where they may be.

    >>> DepthwiseConv2D(3, depth_multiplier=2)(ops.ones((2, 8, 8, 4))).shape
    (2, 6, 6, 8)
    """

    rank = 2


class _SeparableConv(_DepthwiseConv):
    constrained = ("depthwise", "pointwise", "bias")
    pointwise_constraint: Any

    def __init__(
        self,
        filters: int,
        kernel_size: Sizes,
        strides: Sizes = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Sizes = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            kernel_size,
            strides,
            padding,
            depth_multiplier,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            bias_constraint,
            pointwise_constraint=pointwise_constraint,
            **kwargs,
        )
        self.filters = checked.positive(type(self).__name__, "filters", filters)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)

    def build(self, input_shape: Shape) -> None:
        self.channels = self.channels_of(input_shape)
        self.depthwise_kernel = self._add_depthwise_kernel("depthwise_kernel")
        self.pointwise_kernel = self.add_weight(
            ((1,) * self.rank + (self.channels * self.depth_multiplier, self.filters)),
            self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            name="pointwise_kernel",
        )
        self.bias = self.add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        how = (self.strides, self.padding, self.data_format, self.dilation_rate)
        x = ops.cast(inputs, self.dtype)
        convolved = ops.separable_conv(x, self.depthwise_kernel, self.pointwise_kernel, *how)
        return self.finish(convolved, self.channel_axis)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "pointwise_initializer": serialize(self.pointwise_initializer),
            "pointwise_regularizer": serialize(self.pointwise_regularizer),
        }


class SeparableConv1D(_SeparableConv):
    """A depthwise convolution of sequences, then a mix of its channels at each step.

    Input shape: `(batch, steps, channels)`. Output shape: `(batch, places, filters)`.

    Args:
        filters: features of the result.
        depth_multiplier: kernels of each channel.
        depthwise_initializer, pointwise_initializer: names or objects.
        depthwise_regularizer, pointwise_regularizer: penalties added to the loss.
        depthwise_constraint, pointwise_constraint: what brings the weights back where they may be.

    >>> SeparableConv1D(6, 3)(ops.ones((2, 10, 4))).shape
    (2, 8, 6)
    """

    rank = 1
    paddings = (*PADDINGS, "causal")


class SeparableConv2D(_SeparableConv):
    """A depthwise convolution of images, then a mix of its channels at each point (Chollet, 2017).

    Input shape: `(batch, height, width, channels)`. Output shape: `(batch, rows, columns, filters)`.

    Args:
        filters: features of the result.
        depth_multiplier: kernels of each channel.
        depthwise_initializer, pointwise_initializer: names or objects.
        depthwise_regularizer, pointwise_regularizer: penalties added to the loss.
        depthwise_constraint, pointwise_constraint: what brings the weights back where they may be.

    >>> SeparableConv2D(6, 3)(ops.ones((2, 8, 8, 4))).shape
    (2, 6, 6, 6)
    """

    rank = 2
