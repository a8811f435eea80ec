"""Arguments that make no sense are refused by name, also where Keras takes them."""

import numpy as np
import pytest

from oribi import layers

WRONG_COUNTS = (0, -1, 1.5, "x", True, None)
RIGHT = {
    "Dense": {"units": 3},
    "Conv1D": {"filters": 2, "kernel_size": 3},
    "Conv2D": {"filters": 2, "kernel_size": 3},
    "Conv2DTranspose": {"filters": 2, "kernel_size": 3},
    "DepthwiseConv2D": {"kernel_size": 3},
    "SeparableConv2D": {"filters": 2, "kernel_size": 3},
    "MaxPooling1D": {},
    "AveragePooling2D": {},
    "Embedding": {"input_dim": 5, "output_dim": 3},
    "SimpleRNN": {"units": 3},
    "LSTM": {"units": 3},
    "GRU": {"units": 3},
    "Dropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "BatchNormalization": {},
    "LayerNormalization": {},
    "UnitNormalization": {},
    "Reshape": {"target_shape": (2, 3)},
    "RepeatVector": {"n": 2},
    "ZeroPadding1D": {},
    "ZeroPadding2D": {},
    "Cropping1D": {},
    "Cropping2D": {},
    "UpSampling1D": {},
    "UpSampling2D": {},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 3},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2},
    "Dot": {"axes": 1},
    "ReLU": {},
}
PAIRS = ((1,), -1, (0, -1), (1, 2, 3), "x", 1.5, None, True, [])
WRONG = {
    ("Dense", "units"): WRONG_COUNTS,
    ("Conv1D", "filters"): WRONG_COUNTS,
    ("Conv2D", "kernel_size"): (*WRONG_COUNTS, (1, 2, 3), (0, 1), (-1, 1)),
    ("Conv2D", "strides"): (0, -1, (0, 1), (1, 2, 3)),
    ("Conv2D", "groups"): (0, -1, 1.5),
    ("Conv2DTranspose", "filters"): WRONG_COUNTS,
    ("DepthwiseConv2D", "depth_multiplier"): WRONG_COUNTS,
    ("SeparableConv2D", "filters"): WRONG_COUNTS,
    ("MaxPooling1D", "pool_size"): (0, -1, (1, 2), "x"),
    ("AveragePooling2D", "padding"): ("causal", 1),
    ("Embedding", "input_dim"): (0, -1, 1.5, "x"),
    ("Embedding", "output_dim"): (0, -1, 1.5, "x"),
    **{(kind, "units"): WRONG_COUNTS for kind in ("SimpleRNN", "LSTM", "GRU")},
    **{(kind, "seed"): (-1, 1.5, "x", (1,)) for kind in ("SimpleRNN", "LSTM", "GRU")},
    ("Dropout", "rate"): (-0.1, 1.1, "x", None),
    ("Dropout", "noise_shape"): ((-1, 2), (0, 2), 3, "x", (1.5, 2)),
    ("GaussianNoise", "stddev"): (-0.5, "x"),
    ("BatchNormalization", "epsilon"): ("x", None, (1,), float("nan")),
    ("BatchNormalization", "momentum"): ("x", None, (1,)),
    ("LayerNormalization", "axis"): ("x", 1.5, [], ("a",)),
    ("UnitNormalization", "axis"): ("x", 1.5, [], ("a",)),
    ("Reshape", "target_shape"): ((-1, -1), (-2, 3), (1.5,), "x", None),
    ("RepeatVector", "n"): (1.5, "x", None),
    ("ZeroPadding1D", "padding"): PAIRS,
    ("Cropping1D", "cropping"): PAIRS,
    ("ZeroPadding2D", "padding"): ((1,), (1, 2, 3), (-1, 1), ((1, 2),), ((1, 2, 3), (1, 2)), "xx", None),
    ("Cropping2D", "cropping"): ((1,), (1, 2, 3), (-1, 1), ((1, 2),)),
    ("UpSampling1D", "size"): ((1,), (1, 2), 0, -1, "x"),
    ("UpSampling2D", "size"): ((1,), (1, 2, 3), 0, (0, 1)),
    ("MultiHeadAttention", "num_heads"): WRONG_COUNTS,
    ("MultiHeadAttention", "key_dim"): WRONG_COUNTS,
    ("MultiHeadAttention", "value_dim"): WRONG_COUNTS[:-1],
    ("GroupQueryAttention", "head_dim"): WRONG_COUNTS,
    ("GroupQueryAttention", "num_query_heads"): (0, -1, 3, "x"),
    ("GroupQueryAttention", "num_key_value_heads"): (0, -1, 3, "x"),
    ("Dot", "axes"): ("x", (1,), (1, 2, 3), [], 1.5),
    ("ReLU", "threshold"): (-1.0, None, "x"),
    ("ReLU", "negative_slope"): (-1.0, None, "x"),
    ("ReLU", "max_value"): (-1.0, "x"),
}
ROWS = [(kind, argument, value) for (kind, argument), values in WRONG.items() for value in values]


@pytest.mark.parametrize(("kind", "argument", "value"), ROWS, ids=str)
def test_a_wrong_argument_is_refused(kind, argument, value):
    getattr(layers, kind)(**RIGHT[kind])
    with pytest.raises((ValueError, TypeError)):
        getattr(layers, kind)(**{**RIGHT[kind], argument: value})


@pytest.mark.parametrize("kind", RIGHT)
def test_numpys_integers_are_integers(kind):
    as_numpy = lambda v: np.int64(v) if type(v) is int else tuple(map(as_numpy, v)) if isinstance(v, tuple) else v
    getattr(layers, kind)(**{name: as_numpy(value) for name, value in RIGHT[kind].items()})
