"""The layers that random models are made of: for each, which values it takes and which arguments it may get.

An argument is plain data that JSON can hold. `{"make": "layers.LSTM", "args": {...}}` stands for an object, `{"function": name}`
for one of `running.FUNCTIONS`; lists become tuples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Shape = tuple[int, ...]
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """How a layer is drawn.

    Attributes:
        ranks: of the inputs it takes, without the batch axis.
        draw: gives its arguments for the input's shape, or None where there are none that fit.
        joins: how its inputs are chosen: `one`, `alike` (several of one shape), `concatenated`, `dotted`, `attended`.
        whole: it takes whole numbers (`indices`), anything, or floats only.
    """

    ranks: tuple[int, ...]
    draw: Callable[[Random, Shape], Arguments | None]
    joins: str = "one"
    whole: str = "float"


def make(what: str, **args: Any) -> dict[str, Any]:
    return {"make": what, "args": args}


def some(rng: Random, **choices: Any) -> Arguments:
    """Each argument with probability one half: one of a list of choices, else its default."""
    return {name: rng.choice(values) for name, values in choices.items() if rng.random() < 0.5}


ACTIVATIONS = (
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "relu",
)
ACTIVATIONS += ("relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh", "swish")
BOTH = (True, False)
FORMATS = ("channels_last", "channels_first")
REGULARIZERS = ("l1", "l2", make("regularizers.L1L2", l1=0.02, l2=0.01), None)
CONSTRAINTS = (
    "non_neg",
    "unit_norm",
    "max_norm",
    make("constraints.MinMaxNorm", min_value=0.3, max_value=0.8, rate=0.7),
    None,
)


def weighted(rng: Random, *names: str) -> Arguments:
    """Seldom a penalty or a constraint on a weight, or on what comes out."""
    given: Arguments = {}
    for name in names:
        if rng.random() < 0.08:
            given[f"{name}_regularizer"] = rng.choice(REGULARIZERS)
        if rng.random() < 0.08:
            given[f"{name}_constraint"] = rng.choice(CONSTRAINTS)
        if given.get(f"{name}_regularizer") not in (None, "l2") and given.get(f"{name}_constraint") == "non_neg":
            del given[f"{name}_constraint"]  # the gradient of |0| is 1 in JAX, 0 here and in TensorFlow
    if names and rng.random() < 0.05:
        given["activity_regularizer"] = rng.choice(("l1", "l2"))
    return given


def none(rng: Random, shape: Shape) -> Arguments:
    return {}


def of(**choices: Any) -> Callable[[Random, Shape], Arguments]:
    """Arguments that are drawn without a look at the input."""
    return lambda rng, shape: some(rng, **choices)


def needing(needed: dict[str, Any], **choices: Any) -> Callable[[Random, Shape], Arguments]:
    """As `of`, where some arguments are always given."""
    return lambda rng, shape: {name: rng.choice(values) for name, values in needed.items()} | some(rng, **choices)


def dense(rng: Random, shape: Shape) -> Arguments:
    own = some(rng, activation=ACTIVATIONS, use_bias=BOTH)
    return {"units": rng.choice((1, 2, 3, 4, 5, 9)), **own, **weighted(rng, "kernel", "bias")}


# --- windows ----------------------------------------------------------------------------------------------------------


def spatial(rng: Random, shape: Shape) -> tuple[str, Shape, int]:
    """A data format, with what it says are the spatial axes and the channels."""
    layout = rng.choice(FORMATS) if rng.random() < 0.3 else "channels_last"
    return (layout, shape[:-1], shape[-1]) if layout == "channels_last" else (layout, shape[1:], shape[0])


def sizes(rng: Random, extents: Shape, most: int) -> int | list[int]:
    """One number, or one for each axis, none larger than the axis."""
    if rng.random() < 0.6:
        return rng.randint(1, max(1, min(most, *extents)))
    return [rng.randint(1, max(1, min(most, n))) for n in extents]


def windows(rng: Random, extents: Shape, causal: bool, dilates: bool = True) -> Arguments:
    own: Arguments = {"kernel_size": sizes(rng, extents, 3)}
    own |= some(rng, padding=("valid", "same", *(("causal",) if causal else ())))
    if rng.random() < 0.4:
        own["strides"] = sizes(rng, extents, 3)
    elif dilates and rng.random() < 0.4 and own.get("padding", "valid") != "valid":
        own["dilation_rate"] = sizes(rng, extents, 2)
    return own


def convolution(rank: int, kind: str) -> Callable[[Random, Shape], Arguments | None]:
    causal = rank == 1 and kind == "plain"

    def draw(rng: Random, shape: Shape) -> Arguments | None:
        layout, extents, channels = spatial(rng, shape)
        own = windows(rng, extents, causal, kind != "transposed")
        if kind in ("depthwise", "separable"):
            if isinstance(own.get("strides"), list) and rank == 2:
                own["strides"] = own["strides"][0]  # Keras' other backends want them alike
            own |= some(rng, depth_multiplier=(1, 2, 3)) | weighted(rng, "depthwise", "bias")
        if kind in ("plain", "transposed", "separable"):
            own["filters"] = rng.choice((1, 2, 3, 4, 6))
        if kind == "plain" and channels > 1 and rng.random() < 0.25:
            own["groups"] = rng.choice([g for g in range(1, channels + 1) if channels % g == 0])
            own["filters"] = own["groups"] * rng.choice((1, 2))
        if kind == "separable":
            own |= weighted(rng, "pointwise")
        if kind in ("plain", "transposed"):
            own |= weighted(rng, "kernel", "bias")
        if kind == "transposed" and rng.random() < 0.2:
            strides = own.get("strides", 1)
            least = min(strides) if isinstance(strides, list) else strides
            if least > 1:
                own["output_padding"] = rng.randint(0, least - 1)
        own |= {} if layout == "channels_last" else {"data_format": layout}
        return own | some(rng, activation=ACTIVATIONS, use_bias=BOTH)

    return draw


def pooling(rng: Random, shape: Shape) -> Arguments:
    layout, extents, _ = spatial(rng, shape)
    own: Arguments = {"pool_size": sizes(rng, extents, 3)} | some(rng, padding=("valid", "same"))
    if rng.random() < 0.5:
        own["strides"] = sizes(rng, extents, 3)
    return own | ({} if layout == "channels_last" else {"data_format": layout})


def around(word: str, rank: int, most: int) -> Callable[[Random, Shape], Arguments | None]:
    """Padding or cropping: one number, one for each axis, or a pair for each."""

    def draw(rng: Random, shape: Shape) -> Arguments | None:
        layout, extents, _ = spatial(rng, shape)
        if word == "cropping" and (rank == 1 or min(extents) < 3):
            layout, extents = "channels_last", shape[:-1]
        amounts = [[rng.randint(0, min(most, n - 1)) if n > 1 else 0 for _ in range(2)] for n in extents]
        if word == "cropping":
            amounts = [[a, b if a + b < n else 0] for (a, b), n in zip(amounts, extents, strict=True)]
        form = rng.choice(("number", "each", "pairs"))
        same = min(min(pair) for pair in amounts)
        value = {"number": same, "each": [min(p) for p in amounts], "pairs": amounts}[form]
        if rank == 1 and form != "number":
            value = amounts[0]
        return {word: value} | ({} if layout == "channels_last" else {"data_format": layout})

    return draw


def upsampling(rank: int) -> Callable[[Random, Shape], Arguments]:
    def draw(rng: Random, shape: Shape) -> Arguments:
        own = {
            "size": rng.choice((1, 2, 3))
            if rank == 1 or rng.random() < 0.5
            else [rng.choice((1, 2)) for _ in range(rank)]
        }
        if rank == 2 and rng.random() < 0.3:
            own["interpolation"] = rng.choice(("nearest", "bilinear"))
        return own | (some(rng, data_format=FORMATS) if rank > 1 else {})

    return draw


# --- sequences --------------------------------------------------------------------------------------------------------


def cell_arguments(name: str, rng: Random) -> Arguments:
    own = {"units": rng.choice((1, 2, 3, 5))} | some(
        rng, activation=("tanh", "relu", "sigmoid", "linear"), use_bias=BOTH
    )
    if name != "SimpleRNN":
        own |= some(rng, recurrent_activation=("sigmoid", "hard_sigmoid", "tanh"))
    if name == "GRU":
        own |= some(rng, reset_after=BOTH)
    if name == "LSTM":
        own |= some(rng, unit_forget_bias=BOTH)
    return own | weighted(rng, "kernel", "recurrent", "bias")


RUN = {"return_sequences": BOTH, "go_backwards": BOTH, "zero_output_for_mask": BOTH, "unroll": (False, False, True)}


def run(rng: Random) -> Arguments:
    """How a sequence is gone through. Unrolled, Keras on JAX does not put zeros where a mask has nothing."""
    given = some(rng, **RUN)
    if given.get("unroll"):
        given.pop("zero_output_for_mask", None)
    return given


def recurrent(name: str) -> Callable[[Random, Shape], Arguments]:
    def drawn(rng: Random, shape: Shape) -> Arguments:
        given = cell_arguments(name, rng) | run(rng)
        if name == "SimpleRNN":
            given.pop("activity_regularizer", None)  # which Keras' leaves out of account
        return given

    return drawn


def cell(name: str, rng: Random) -> dict[str, Any]:
    own = cell_arguments(name, rng)
    own.pop("activity_regularizer", None)
    return make(f"layers.{name}Cell", **own)


def rnn(rng: Random, shape: Shape) -> Arguments:
    cells = [cell(rng.choice(("SimpleRNN", "LSTM", "GRU")), rng) for _ in range(rng.choice((1, 1, 2)))]
    form = rng.choice(("list", "stacked")) if len(cells) > 1 else rng.choice(("one", "list", "stacked"))
    given = {"one": cells[0], "list": cells, "stacked": make("layers.StackedRNNCells", cells=cells)}[form]
    return {"cell": given} | run(rng)


def conv_lstm(rng: Random, shape: Shape) -> Arguments:
    own = {"filters": rng.choice((1, 2)), "kernel_size": rng.choice((1, 2)), "padding": "same"}
    return own | some(rng, return_sequences=BOTH, go_backwards=BOTH, use_bias=BOTH) | weighted(rng, "kernel", "bias")


def bidirectional(rng: Random, shape: Shape) -> Arguments:
    name = rng.choice(("SimpleRNN", "LSTM", "GRU"))
    own = cell_arguments(name, rng) | some(rng, return_sequences=BOTH)
    own.pop("activity_regularizer", None)
    return {"layer": make(f"layers.{name}", **own)} | some(rng, merge_mode=("concat", "sum", "mul", "ave"))


def time_distributed(rng: Random, shape: Shape) -> Arguments | None:
    inner = shape[1:]
    names = [n for n in INSIDE_OF_TIME if len(inner) in ROWS[n].ranks]
    if not names:
        return None
    name = rng.choice(names)
    own = ROWS[name].draw(rng, inner)
    return None if own is None else {"layer": make(f"layers.{name}", **own)}


INSIDE_OF_TIME = (
    "Dense",
    "Conv1D",
    "Conv2D",
    "BatchNormalization",
    "LayerNormalization",
    "Flatten",
    "LSTM",
    "MaxPooling1D",
)
INSIDE_OF_TIME += (
    "Activation",
    "PReLU",
    "GlobalAveragePooling1D",
    "Reshape",
    "Dropout",
    "GroupNormalization",
    "Softmax",
)


def embedding(rng: Random, shape: Shape) -> Arguments:
    own = {"input_dim": 10, "output_dim": rng.choice((1, 2, 4))} | some(rng, mask_zero=BOTH)
    return own | weighted(rng, "embeddings")


# --- attention --------------------------------------------------------------------------------------------------------


def heads(rng: Random, shape: Shape) -> Arguments:
    own = {"num_heads": rng.choice((1, 2, 3)), "key_dim": rng.choice((1, 2, 4))}
    own |= some(rng, value_dim=(1, 3), use_bias=BOTH, output_shape=(2, [5]), call=({"use_causal_mask": True}, {}))
    return own | weighted(rng, "kernel", "bias")


def grouped_heads(rng: Random, shape: Shape) -> Arguments:
    shared, own = rng.choice((1, 2)), rng.choice((1, 2))
    arguments = {"head_dim": rng.choice((1, 3)), "num_query_heads": shared * own, "num_key_value_heads": own}
    return arguments | some(rng, use_bias=BOTH, call=({"use_causal_mask": True}, {}))


# --- shapes -----------------------------------------------------------------------------------------------------------


def reshape(rng: Random, shape: Shape) -> Arguments:
    size = 1
    for n in shape:
        size *= n
    first = rng.choice([d for d in range(1, size + 1) if size % d == 0])
    second = rng.choice([d for d in range(1, size // first + 1) if (size // first) % d == 0])
    target = rng.choice(([size], [first, size // first], [first, second, size // first // second]))
    if rng.random() < 0.3:
        target[rng.randrange(len(target))] = -1
    return {"target_shape": target}


def permute(rng: Random, shape: Shape) -> Arguments:
    dims = list(range(1, len(shape) + 1))
    rng.shuffle(dims)
    return {"dims": dims}


def an_axis(rng: Random, shape: Shape, several: bool = False) -> int | list[int]:
    """One axis without the batch's, counted from either end; or several."""
    axis = rng.randint(1, len(shape))
    if several and len(shape) > 1 and rng.random() < 0.4:
        return sorted(rng.sample(range(1, len(shape) + 1), 2))
    return axis if rng.random() < 0.5 else axis - len(shape) - 1


def along(several: bool, **choices: Any) -> Callable[[Random, Shape], Arguments]:
    """An axis, seldom given, and further arguments."""

    def draw(rng: Random, shape: Shape) -> Arguments:
        axis = {"axis": an_axis(rng, shape, several)} if rng.random() < 0.4 else {}
        return axis | some(rng, **choices)

    return draw


def normalization(several: bool, **choices: Any) -> Callable[[Random, Shape], Arguments]:
    drawn = along(several, **choices)
    return lambda rng, shape: drawn(rng, shape) | weighted(rng, "beta", "gamma")


def group_normalization(rng: Random, shape: Shape) -> Arguments:
    axis = an_axis(rng, shape) if rng.random() < 0.3 else -1
    channels = shape[axis - 1] if axis > 0 else shape[axis]
    groups = rng.choice([g for g in range(1, channels + 1) if channels % g == 0] + [-1])
    return (
        {"groups": groups}
        | ({} if axis == -1 else {"axis": axis})
        | some(rng, center=BOTH, scale=BOTH, epsilon=(0.01,))
    )


def rms_normalization(rng: Random, shape: Shape) -> Arguments:
    """Over the last axes: along others Keras multiplies with the wrong elements of the scale."""
    last = list(range(len(shape), 0, -1))[: rng.choice((1, 1, 2))]
    return some(rng, axis=(-1, sorted(last)), epsilon=(1e-3,))


def prelu(rng: Random, shape: Shape) -> Arguments:
    return some(rng, shared_axes=[[a] for a in range(1, len(shape) + 1)]) | weighted(rng, "alpha")


def noise(rng: Random, shape: Shape) -> Arguments:
    return {"rate": 0.0}


ANY, FROM2 = (1, 2, 3, 4), (2, 3, 4)
ALIKE = {"joins": "alike", "whole": "any"}
FUNCTION_NAMES = ("doubled", "summed", "clipped", "masked_or_not")

ROWS: dict[str, Row] = {
    "Activation": Row(ANY, needing({"activation": ACTIVATIONS})),
    "ActivityRegularization": Row(ANY, of(l1=(0.01, 0.1), l2=(0.01, 0.1))),
    "Add": Row(ANY, none, **ALIKE),
    "AdditiveAttention": Row((2,), of(use_scale=BOTH), joins="attended"),
    "AlphaDropout": Row(ANY, noise),
    "Attention": Row((2,), of(use_scale=BOTH, score_mode=("dot", "concat")), joins="attended"),
    "Average": Row(ANY, none, **ALIKE),
    "AveragePooling1D": Row((2,), pooling),
    "AveragePooling2D": Row((3,), pooling),
    "AveragePooling3D": Row((4,), pooling),
    "BatchNormalization": Row(ANY, normalization(False, momentum=(0.5, 0.9), epsilon=(0.01,), center=BOTH, scale=BOTH)),
    "Bidirectional": Row((2,), bidirectional),
    "Concatenate": Row(ANY, along(False), joins="concatenated", whole="any"),
    "Conv1D": Row((2,), convolution(1, "plain")),
    "Conv1DTranspose": Row((2,), convolution(1, "transposed")),
    "Conv2D": Row((3,), convolution(2, "plain")),
    "Conv2DTranspose": Row((3,), convolution(2, "transposed")),
    "Conv3D": Row((4,), convolution(3, "plain")),
    "Conv3DTranspose": Row((4,), convolution(3, "transposed")),
    "ConvLSTM1D": Row((3,), conv_lstm),
    "ConvLSTM2D": Row((4,), conv_lstm),
    "ConvLSTM3D": Row((5,), conv_lstm),
    "Cropping1D": Row((2,), around("cropping", 1, 1)),
    "Cropping2D": Row((3,), around("cropping", 2, 1)),
    "Cropping3D": Row((4,), around("cropping", 3, 1)),
    "Dense": Row(ANY, dense),
    "DepthwiseConv1D": Row((2,), convolution(1, "depthwise")),
    "DepthwiseConv2D": Row((3,), convolution(2, "depthwise")),
    "Dot": Row((1, 2), of(normalize=BOTH), joins="dotted"),
    "Dropout": Row(ANY, noise),
    "ELU": Row(ANY, of(alpha=(0.5, 1.5))),
    "Embedding": Row((1, 2), embedding, whole="indices"),
    "Flatten": Row(ANY, of(data_format=FORMATS), whole="any"),
    "GRU": Row((2,), recurrent("GRU")),
    "GRUCell": Row((), none),  # inside of RNN
    "GaussianDropout": Row(ANY, noise),
    "GaussianNoise": Row(ANY, lambda rng, shape: {"stddev": 0.0}),
    "GlobalAveragePooling1D": Row((2,), of(keepdims=BOTH, data_format=FORMATS)),
    "GlobalAveragePooling2D": Row((3,), of(keepdims=BOTH, data_format=FORMATS)),
    "GlobalAveragePooling3D": Row((4,), of(keepdims=BOTH, data_format=FORMATS)),
    "GlobalMaxPooling1D": Row((2,), of(keepdims=BOTH, data_format=FORMATS)),
    "GlobalMaxPooling2D": Row((3,), of(keepdims=BOTH, data_format=FORMATS)),
    "GlobalMaxPooling3D": Row((4,), of(keepdims=BOTH, data_format=FORMATS)),
    "GroupNormalization": Row(FROM2, group_normalization),
    "GroupQueryAttention": Row((2,), grouped_heads, joins="attended"),
    "Identity": Row(ANY, none, whole="any"),
    "InputLayer": Row((), none),  # every model's inputs
    "LSTM": Row((2,), recurrent("LSTM")),
    "LSTMCell": Row((), none),
    "Lambda": Row(ANY, needing({"function": [{"function": name} for name in FUNCTION_NAMES]})),
    "LayerNormalization": Row(ANY, normalization(True, epsilon=(0.01,), center=BOTH, scale=BOTH)),
    "LeakyReLU": Row(ANY, of(negative_slope=(0.0, 0.1, 0.5))),
    "Masking": Row((2,), of(mask_value=(0.0, 1.0))),
    "MaxPooling1D": Row((2,), pooling),
    "MaxPooling2D": Row((3,), pooling),
    "MaxPooling3D": Row((4,), pooling),
    "Maximum": Row(ANY, none, **ALIKE),
    "Minimum": Row(ANY, none, **ALIKE),
    "MultiHeadAttention": Row((2,), heads, joins="attended"),
    "Multiply": Row(ANY, none, **ALIKE),
    "PReLU": Row(ANY, prelu),
    "Permute": Row(ANY, permute, whole="any"),
    "RMSNormalization": Row(ANY, rms_normalization),
    "RNN": Row((2,), rnn),
    "ReLU": Row(ANY, of(max_value=(0.5, 1.0), negative_slope=(0.1,), threshold=(0.2, 1.0))),
    "RepeatVector": Row((1,), needing({"n": (1, 2, 4)})),
    "Rescaling": Row(ANY, needing({"scale": (0.5, 1 / 255, 2)}, offset=(-0.5, 1)), whole="any"),
    "Reshape": Row(ANY, reshape, whole="any"),
    "SeparableConv1D": Row((2,), convolution(1, "separable")),
    "SeparableConv2D": Row((3,), convolution(2, "separable")),
    "SimpleRNN": Row((2,), recurrent("SimpleRNN")),
    "SimpleRNNCell": Row((), none),
    "Softmax": Row(ANY, along(False)),
    "SpatialDropout1D": Row((2,), noise),
    "SpatialDropout2D": Row((3,), noise),
    "SpatialDropout3D": Row((4,), noise),
    "StackedRNNCells": Row((), none),
    "Subtract": Row(ANY, none, **ALIKE),
    "TimeDistributed": Row(FROM2, time_distributed),
    "UnitNormalization": Row(ANY, along(True)),
    "UpSampling1D": Row((2,), upsampling(1)),
    "UpSampling2D": Row((3,), upsampling(2)),
    "UpSampling3D": Row((4,), upsampling(3)),
    "ZeroPadding1D": Row((2,), around("padding", 1, 2)),
    "ZeroPadding2D": Row((3,), around("padding", 2, 2)),
    "ZeroPadding3D": Row((4,), around("padding", 3, 2)),
}
