"""Convolution and pooling layers against the installed Keras, over grids of arguments; their errors."""

from itertools import product

import numpy as np
import pytest

import oribi

from .agreement import layers_agree

L = oribi.layers
SHAPES = {1: (2, 9, 4), 2: (2, 8, 7, 4), 3: (1, 5, 6, 4, 2)}


def grid(**options):
    return [dict(zip(options, values, strict=True)) for values in product(*options.values())]


CASES = [
    *(("Conv1D", {"filters": 6, "kernel_size": 3, **g}, SHAPES[1]) for g in grid(padding=["valid", "same", "causal"])),
    *(("Conv1D", {"filters": 2, "kernel_size": 2, "padding": "causal", **g}, SHAPES[1]) for g in grid(strides=[1, 2])),
    ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, SHAPES[1]),
    *(
        ("Conv2D", {"filters": 4, "kernel_size": (3, 2), **g}, SHAPES[2])
        for g in grid(strides=[1, 2, (2, 1)], padding=["valid", "same"], groups=[1, 2])
    ),
    ("Conv2D", {"filters": 17, "kernel_size": 1, "activation": "relu"}, SHAPES[2]),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "dilation_rate": (2, 1), "padding": "same"}, SHAPES[2]),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "data_format": "channels_first"}, (2, 4, 6, 7)),
    ("Conv2D", {"filters": 3, "kernel_size": 3, "use_bias": False}, SHAPES[2]),
    *(("Conv3D", {"filters": 3, "kernel_size": 2, **g}, SHAPES[3]) for g in grid(padding=["valid", "same"])),
    ("Conv3D", {"filters": 3, "kernel_size": (1, 3, 2), "strides": (1, 2, 1)}, SHAPES[3]),
    *(
        ("Conv2DTranspose", {"filters": 3, "kernel_size": (3, 4), **g}, SHAPES[2])
        for g in grid(strides=[1, 2, (3, 2)], padding=["valid", "same"])
    ),
    *(
        ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2, **g}, SHAPES[2])
        for g in grid(padding=["valid", "same"], output_padding=[0, 1])
    ),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "dilation_rate": 2}, SHAPES[2]),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 5, "strides": 3, "padding": "same"}, SHAPES[1]),
    ("Conv3DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2}, SHAPES[3]),
    *(
        ("DepthwiseConv2D", {"kernel_size": 3, **g}, SHAPES[2])
        for g in grid(strides=[1, 2], padding=["valid", "same"], depth_multiplier=[1, 3])
    ),
    ("DepthwiseConv1D", {"kernel_size": 3, "depth_multiplier": 2}, SHAPES[1]),
    *(("SeparableConv2D", {"filters": 5, "kernel_size": 3, **g}, SHAPES[2]) for g in grid(depth_multiplier=[1, 2])),
    ("SeparableConv1D", {"filters": 5, "kernel_size": 3, "strides": 2, "padding": "same"}, SHAPES[1]),
    *(
        (f"{kind}Pooling{rank}D", {"pool_size": 2, **g}, SHAPES[rank])
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
        for g in grid(strides=[None, 1, 3], padding=["valid", "same"])
    ),
    ("MaxPooling2D", {"pool_size": (3, 2), "data_format": "channels_first"}, (2, 4, 6, 7)),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, SHAPES[2]),
    *(
        (f"Global{kind}Pooling{rank}D", g, SHAPES[rank])
        for kind in ("Max", "Average")
        for rank in (1, 2, 3)
        for g in grid(keepdims=[False, True], data_format=["channels_last", "channels_first"])
    ),
]


@pytest.mark.parametrize(("name", "arguments", "shape"), CASES, ids=lambda v: str(v).replace(" ", ""))
def test_agrees_with_keras(keras, name, arguments, shape):
    layers_agree(keras, name, arguments, shape)


WRONG = [
    (lambda: L.Conv2D(0, 3), "filters must be a positive whole number. Received: filters=0"),
    (lambda: L.Conv2D(4, (3, 3, 3)), r"kernel_size must be a positive whole number, or 2 of them.*\(3, 3, 3\)"),
    (lambda: L.Conv2D(4, 3, padding="causal"), "padding must be one of 'valid', 'same'. Received: padding='causal'"),
    (lambda: L.Conv2D(4, 3, strides=2, dilation_rate=2), "strides > 1 do not go with dilation_rate > 1"),
    (lambda: L.Conv2D(4, 3, groups=3), "filters must be a multiple of groups"),
    (lambda: L.Conv2D(4, 3, name="c")(np.ones((2, 8, 8))), r"Conv2D 'c': expected inputs of 4 dimensions.*\(2, 8, 8\)"),
    (lambda: L.Conv2D(4, 3, groups=2)(np.ones((2, 8, 8, 3))), "3 channels cannot be shared by 2 groups"),
    (lambda: L.Conv2D(4, 9)(np.ones((2, 8, 8, 3))), r"a window of \(9, 9\) does not fit.*padding='same'"),
    (lambda: L.MaxPooling2D(padding="full"), "padding must be 'valid' or 'same'"),
    (lambda: L.MaxPooling2D()(np.ones((2, 8, 8))), "expected inputs of 4 dimensions"),
    (lambda: L.Conv2DTranspose(4, 3, strides=2, output_padding=2), "strides must be greater than output_padding"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=range(len(WRONG)))
def test_errors_are_in_the_users_terms(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_another_number_of_channels():
    layer = L.Conv2D(4, 3, name="edges")
    layer(np.ones((1, 5, 5, 3)))
    with pytest.raises(ValueError, match=r"Conv2D 'edges': expected 3 channels along axis -1, got 2"):
        layer(np.ones((1, 5, 5, 2)))


def test_a_convnet_trains_and_threads_do_not_matter(monkeypatch):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(70, 12, 11, 1)), rng.integers(0, 3, 70)
    bits = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("ORIBI_THREADS", threads)
        oribi.utils.set_random_seed(3)
        model = oribi.Sequential(
            [L.Conv2D(20, 3, activation="relu"), L.MaxPooling2D(), L.Conv2D(33, 2), L.AveragePooling2D(2), L.Flatten()]
        )
        model.add(L.Dense(3))
        model.compile("adam", oribi.losses.SparseCategoricalCrossentropy(from_logits=True))
        losses = model.fit(x, y, epochs=8, batch_size=32, verbose=0).history["loss"]
        assert losses[-1] < losses[0]
        bits.append([w.tobytes() for w in model.get_weights()])
    assert bits[0] == bits[1] == bits[2]
