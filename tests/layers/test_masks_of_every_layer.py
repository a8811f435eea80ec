"""What every layer of the table does with a mask, and which it gives on, beside Keras; rows of padding alone among them."""

import warnings

import numpy as np
import pytest

import oribi
from oribi.config import families

SEQUENCE, IMAGES, VIDEO = (4, 6, 3), (4, 6, 3, 2), (4, 6, 3, 2, 2)
FIXED = (4, 2, 6, 3, 4)  # what a 3D convolution takes


def row(shape=SEQUENCE, count=1, **arguments):
    return shape, count, arguments


def cell(library, name):
    return getattr(library.layers, name)(2)


# name of the layer: the shape of its inputs, how many there are, and its arguments; a function of the library gives layers.
ROWS = {
    "Activation": [row(activation="tanh"), row(activation="softmax")],
    "ActivityRegularization": [row(l1=0.1)],
    "Add": [row(count=2), row(count=3)],
    "AdditiveAttention": [row(count=2), row(count=3)],
    "AlphaDropout": [row(rate=0.5)],
    "Attention": [row(count=2), row(count=3), row(count=2, use_scale=True)],
    "Average": [row(count=2)],
    "AveragePooling1D": [row(pool_size=2)],
    "AveragePooling2D": [row(IMAGES, pool_size=2)],
    "AveragePooling3D": [row(VIDEO, pool_size=1)],
    "BatchNormalization": [row(), row(axis=1), row(center=False, scale=False)],
    "Bidirectional": [
        row(layer=lambda k: k.layers.LSTM(2)),
        row(layer=lambda k: k.layers.GRU(2, return_sequences=True)),
        row(layer=lambda k: k.layers.SimpleRNN(2, return_sequences=True), merge_mode="sum"),
        row(layer=lambda k: k.layers.LSTM(2, return_state=True)),
    ],
    "Concatenate": [row(count=2), row(count=2, axis=1)],
    "Conv1D": [row(filters=2, kernel_size=2), row(filters=2, kernel_size=3, padding="same")],
    "Conv1DTranspose": [row(filters=2, kernel_size=2)],
    "Conv2D": [row(IMAGES, filters=2, kernel_size=2)],
    "Conv2DTranspose": [row(IMAGES, filters=2, kernel_size=2)],
    "Conv3D": [row(VIDEO, filters=2, kernel_size=1)],
    "Conv3DTranspose": [row(VIDEO, filters=2, kernel_size=1)],
    "Cropping1D": [row(cropping=1)],
    "Cropping2D": [row(IMAGES, cropping=1)],
    "Cropping3D": [row((4, 6, 3, 3, 2), cropping=1)],
    "Dense": [row(units=2), row(IMAGES, units=2)],
    "DepthwiseConv1D": [row(kernel_size=2)],
    "DepthwiseConv2D": [row(IMAGES, kernel_size=2)],
    "Dot": [row(count=2, axes=1), row(count=2, axes=2)],
    "Dropout": [row(rate=0.5)],
    "ELU": [row()],
    "Embedding": [row((4, 6), input_dim=5, output_dim=2), row((4, 6), input_dim=5, output_dim=2, mask_zero=True)],
    "Flatten": [row(), row(IMAGES)],
    "GRU": [row(units=2), row(units=2, return_sequences=True), row(units=2, reset_after=False, go_backwards=True)],
    "GaussianDropout": [row(rate=0.5)],
    "GaussianNoise": [row(stddev=0.5)],
    "GlobalAveragePooling1D": [row(), row(keepdims=True)],
    "GlobalAveragePooling2D": [row(IMAGES)],
    "GlobalAveragePooling3D": [row(VIDEO)],
    "GlobalMaxPooling1D": [row()],
    "GlobalMaxPooling2D": [row(IMAGES)],
    "GlobalMaxPooling3D": [row(VIDEO)],
    "GroupNormalization": [row(groups=3), row(groups=1)],
    "GroupQueryAttention": [row(count=2, head_dim=2, num_query_heads=2, num_key_value_heads=1)],
    "Identity": [row()],
    "LSTM": [
        row(units=2),
        row(units=2, return_sequences=True),
        row(units=2, return_sequences=True, return_state=True),
        row(units=2, return_sequences=True, go_backwards=True),
        row(units=2, unroll=True),
    ],
    "Lambda": [
        row(function=lambda k: lambda x: x * 2),
        row(function=lambda k: lambda x, mask=None: x if mask is None else -x),
        row(function=lambda k: lambda x: x * 2, mask=lambda k: lambda inputs, mask: mask),
    ],
    "LayerNormalization": [row(), row(axis=1)],
    "LeakyReLU": [row()],
    "Masking": [row(), row(mask_value=0.5)],
    "MaxPooling1D": [row(pool_size=2)],
    "MaxPooling2D": [row(IMAGES, pool_size=2)],
    "MaxPooling3D": [row(VIDEO, pool_size=1)],
    "Maximum": [row(count=2)],
    "Minimum": [row(count=2)],
    "MultiHeadAttention": [row(count=2, num_heads=2, key_dim=2), row(count=3, num_heads=2, key_dim=2)],
    "Multiply": [row(count=2)],
    "PReLU": [row(), row(shared_axes=(1,))],
    "Permute": [row(dims=(2, 1)), row(dims=(1, 2))],
    "RMSNormalization": [row()],
    "RNN": [row(cell=lambda k: cell(k, "GRUCell")), row(cell=lambda k: cell(k, "LSTMCell"), return_sequences=True)],
    "ReLU": [row()],
    "RepeatVector": [row((4, 3), n=2)],
    "Rescaling": [row(scale=2.0)],
    "Reshape": [row(target_shape=(3, 6)), row(target_shape=(6, 3))],
    "SeparableConv1D": [row(filters=2, kernel_size=2)],
    "SeparableConv2D": [row(IMAGES, filters=2, kernel_size=2)],
    "SimpleRNN": [row(units=2), row(units=2, return_sequences=True)],
    "Softmax": [row((4, 6)), row((4, 6), axis=0)],
    "SpatialDropout1D": [row(rate=0.5)],
    "SpatialDropout2D": [row(IMAGES, rate=0.5)],
    "SpatialDropout3D": [row(VIDEO, rate=0.5)],
    "Subtract": [row(count=2)],
    "TimeDistributed": [
        row(layer=lambda k: k.layers.Dense(2)),
        row(layer=lambda k: k.layers.BatchNormalization()),
    ],
    "UnitNormalization": [row()],
    "UpSampling1D": [row(size=2)],
    "UpSampling2D": [row(IMAGES, size=2)],
    "UpSampling3D": [row(VIDEO, size=2)],
    "ZeroPadding1D": [row(padding=1)],
    "ZeroPadding2D": [row(IMAGES, padding=1)],
    "ZeroPadding3D": [row(VIDEO, padding=1)],
}
# Not called on data, or only as part of a layer that is in the table.
PARTS = {
    "Model",
    "Sequential",
    "Functional",
    "Input",
    "InputLayer",
    "Layer",
    "GRUCell",
    "LSTMCell",
    "SimpleRNNCell",
    "StackedRNNCells",
}
# Keras raises, of itself, where these are given a mask.
ALONE = {
    "ConvLSTM1D": row((4, 6, 3, 2), filters=2, kernel_size=2, padding="same"),
    "ConvLSTM2D": row((4, 6, 3, 2, 2), filters=2, kernel_size=2),
    "ConvLSTM3D": row((4, 6, 3, 2, 2, 2), filters=2, kernel_size=1),
}
CASES = [(name, case) for name, cases in ROWS.items() for case in cases]


def test_every_layer_has_a_row():
    assert set(ROWS) | set(ALONE) == {layer.__name__ for layer in families.table("layers").values()} - PARTS


def data_of(shape, count):
    """Arrays some of whose steps are zeros; the first row of each has no other."""
    rng = np.random.default_rng(11)
    arrays = []
    for _ in range(count):
        x = rng.normal(size=shape).astype("float32") if len(shape) > 2 else rng.integers(0, 5, shape).astype("float32")
        x[rng.uniform(size=shape[:2]) < 0.4] = 0
        x[0] = 0
        arrays.append(x)
    return arrays


def made(library, name, arguments):
    given = {key: value(library) if callable(value) else value for key, value in arguments.items()}
    return getattr(library.layers, name)(**given)


def called(library, layer, arrays, masked):
    """The layer's outputs on tensors whose masks are, where there are more than two axes, those of Masking over all of them."""
    tensors = []
    for x, has in zip(arrays, masked, strict=True):
        tensor = library.ops.convert_to_tensor(x)
        if has:
            tensor = with_mask(library, tensor, x)
        tensors.append(tensor)
    if type(layer).__name__ in ("MultiHeadAttention", "GroupedQueryAttention", "GroupQueryAttention"):
        return layer(*tensors)
    return layer(tensors if len(tensors) > 1 else tensors[0])


def with_mask(library, tensor, x):
    """A tensor that layers see the mask of: which steps hold anything but zeros."""
    there = np.any(x != 0, axis=tuple(range(2, x.ndim))) if x.ndim > 2 else x != 0

    class Marking(library.layers.Layer):
        def call(self, inputs):
            return inputs * 1

        def compute_mask(self, inputs, mask=None):
            return library.ops.convert_to_tensor(there)

    return Marking()(tensor)


def observed(library, name, arguments, arrays, masked, weights):
    layer = made(library, name, arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        called(library, layer, arrays, masked)
        if weights is not None:
            layer.set_weights(weights)
        outputs = called(library, layer, arrays, masked)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    masks = [getattr(output, "_keras_mask", None) for output in outputs]
    weights = [np.asarray(w) for w in layer.get_weights()]
    return [np.asarray(o) for o in outputs], [None if m is None else np.asarray(m) for m in masks], weights


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
def test_masks_in_and_out_are_those_of_keras(keras, name, case):
    shape, count, arguments = case
    arrays = data_of(shape, count)
    for masked in {(True,) * count, (True,) + (False,) * (count - 1), (False,) * (count - 1) + (True,)}:
        values, masks, weights = observed(keras, name, arguments, arrays, masked, None)
        ours, our_masks, _ = observed(oribi, name, arguments, arrays, masked, weights)
        assert len(ours) == len(values)
        for have, want in zip(ours, values, strict=True):
            np.testing.assert_allclose(have, want, rtol=1e-4, atol=1e-5, err_msg=f"{name} {masked}")
        for have, want in zip(our_masks, masks, strict=True):
            assert (have is None) == (want is None), (name, arguments, masked, have, want)
            np.testing.assert_array_equal(have, want)


@pytest.mark.parametrize("name", ALONE)
def test_masked_steps_at_the_end_are_as_if_they_were_not_there(name):
    shape, _, arguments = ALONE[name]
    (x,) = data_of(shape, 1)
    layer = made(oribi, name, {**arguments, "return_sequences": True})
    mask = np.arange(shape[1]) < np.array([6, 4, 3, 1])[:, None]
    outputs = layer(x, mask=mask)
    np.testing.assert_array_equal(outputs.mask.numpy(), mask)
    for row_, steps in enumerate([6, 4, 3, 1]):
        alone = layer(x[row_ : row_ + 1, :steps])
        np.testing.assert_allclose(outputs.numpy()[row_, :steps], alone.numpy()[0], rtol=1e-5, atol=1e-6)
        last = outputs.numpy()[row_, steps - 1]
        np.testing.assert_array_equal(outputs.numpy()[row_, steps:], np.broadcast_to(last, (6 - steps, *last.shape)))
