"""What layers make of the masks of their inputs, and which they give on, beside Keras over random masks."""

import numpy as np
import pytest

import oribi
from oribi import layers, ops

RNG = np.random.default_rng(2)
MERGING = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]


def inputs(count, masked, seed):
    """Data whose steps of zeros are those that Masking leaves out; the first row of the first input has no step."""
    rng = np.random.default_rng(seed)
    data = [rng.normal(size=(4, 5, 3)).astype("float32") for _ in range(count)]
    for x, has in zip(data, masked, strict=True):
        if has:
            x[rng.uniform(size=(4, 5)) < 0.4] = 0
    if masked[0]:
        data[0][0] = 0
    return data


def mask_of(library, tensor):
    mask = tensor.mask if library is oribi else getattr(tensor, "_keras_mask", None)
    return None if mask is None else np.asarray(mask)


@pytest.mark.parametrize("masked", [(True, True), (True, False), (False, True), (False, False)], ids=str)
@pytest.mark.parametrize("name", MERGING)
def test_merging_layers_merge_masks_as_keras(keras, name, masked):
    data = inputs(2, masked, 7)
    found = []
    for library in (oribi, keras):
        parts = [
            library.layers.Masking()(library.ops.convert_to_tensor(x)) if has else library.ops.convert_to_tensor(x)
            for x, has in zip(data, masked, strict=True)
        ]
        merged = getattr(library.layers, name)()(parts)
        found.append((np.asarray(merged), mask_of(library, merged)))
    (ours, our_mask), (theirs, their_mask) = found
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert (our_mask is None) == (their_mask is None)
    if our_mask is not None:
        np.testing.assert_array_equal(our_mask, their_mask)


def test_concatenated_steps_have_concatenated_masks(keras):
    found = []
    for library in (oribi, keras):
        first, second = (library.ops.convert_to_tensor(x) for x in inputs(2, (True, False), 3))
        merged = library.layers.Concatenate(axis=1)([library.layers.Masking()(first), second])
        found.append(mask_of(library, merged))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("keepdims", [False, True])
def test_the_mean_over_steps_is_over_those_of_the_mask(keras, keepdims):
    (data,) = inputs(1, (True,), 5)
    found = []
    for library in (oribi, keras):
        masked = library.layers.Masking()(library.ops.convert_to_tensor(data))
        found.append(np.asarray(library.layers.GlobalAveragePooling1D(keepdims=keepdims)(masked)))
    np.testing.assert_allclose(*found, rtol=1e-6)
    model = oribi.Sequential([layers.Input((5, 3)), layers.Masking(), layers.GlobalAveragePooling1D(keepdims=keepdims)])
    np.testing.assert_allclose(model.predict(data, verbose=0), found[0], rtol=1e-6)


def test_time_distributed_layers_that_look_at_their_batch_see_a_step_at_a_time(keras):
    x = (RNG.normal(size=(8, 3, 2)) * [[[0.1], [1.0], [5.0]]]).astype("float32")
    found = []
    for library in (oribi, keras):
        norm = library.layers.BatchNormalization()
        layer = library.layers.TimeDistributed(norm)
        outputs = np.asarray(layer(x, training=True))
        found.append([outputs, *map(np.asarray, norm.get_weights())])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_time_distributed_layers_of_ones_own_see_a_step_at_a_time():
    class Centre(layers.Layer):
        def call(self, inputs):
            return inputs - ops.mean(inputs, axis=0, keepdims=True)

    x = RNG.normal(size=(4, 3, 2)).astype("float32")
    np.testing.assert_allclose(layers.TimeDistributed(Centre())(x).numpy(), x - x.mean(0), atol=1e-6)
    model = oribi.Sequential(
        [layers.Input((3, 2)), layers.TimeDistributed(Centre()), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    assert np.isfinite(model.fit(x, x[:, 0, :1], verbose=0).history["loss"][0])


def test_a_stateful_layer_names_the_batch_that_it_wants():
    model = oribi.Sequential([layers.Input(batch_shape=(4, 5, 2)), layers.GRU(3, stateful=True), layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((10, 5, 2), "float32"), np.ones((10, 1), "float32")
    for run in (lambda: model.fit(x, y, batch_size=4, verbose=0), lambda: model.predict(x, batch_size=4, verbose=0)):
        with pytest.raises(ValueError, match=r"batch of 4 rows, as stateful.*got a batch of 2"):
            run()


@pytest.mark.parametrize("shape", [(4, 5), (4, 1), (5,), (1, 5)], ids=str)
@pytest.mark.parametrize("axis", [-1, 0])
def test_softmax_takes_a_mask(keras, shape, axis):
    x = RNG.normal(size=(4, 5)).astype("float32")
    mask = RNG.uniform(size=shape) < 0.6
    mask[0] = False
    ours, theirs = (
        np.asarray(library.layers.Softmax(axis)(x, mask=library.ops.convert_to_tensor(mask)))
        for library in (oribi, keras)
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


def test_softmax_over_features_leaves_a_mask_of_steps_alone():
    (data,) = inputs(1, (True,), 5)
    masked = layers.Masking()(data)
    shares = layers.Softmax()(masked)
    np.testing.assert_allclose(shares.numpy().sum(-1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(shares.mask.numpy(), masked.mask.numpy())


def nested(library, kind):
    inner = [library.layers.Dense(3), library.layers.Activation("tanh")]
    if kind == "sequential":
        return library.Sequential(inner)
    start = library.layers.Input((5, 3))
    return library.Model(start, inner[1](inner[0](start)))


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_a_model_inside_of_a_model_hands_masks_on(kind):
    (data,) = inputs(1, (True,), 5)
    model = nested(oribi, kind)
    outputs = model(layers.Masking()(data))
    np.testing.assert_array_equal(outputs.mask.numpy(), (data != 0).any(-1))
    last = layers.LSTM(2)
    np.testing.assert_allclose(last(outputs).numpy(), last(outputs, mask=outputs.mask).numpy(), rtol=1e-6)


def test_masks_of_inputs_in_a_dict_reach_the_layer():
    class Named(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            return inputs["a"] * ops.expand_dims(ops.cast(mask["a"], "float32"), -1) + inputs["b"] * float(
                mask["b"] is None
            )

        def compute_mask(self, inputs, previous=None):
            return None

    one, two = inputs(2, (True, False), 5)
    found = Named()({"a": layers.Masking()(one), "b": ops.convert_to_tensor(two)})
    np.testing.assert_allclose(found.numpy(), one + two, rtol=1e-6)


def test_masks_are_known_where_a_model_is_put_together():
    class Temporal(layers.Layer):
        supports_masking = True

        def call(self, inputs, mask=None):
            assert mask is not None
            return inputs * ops.expand_dims(ops.cast(mask, "float32"), -1)

    start = layers.Input((None,), dtype="int32")
    x = layers.Embedding(10, 4, mask_zero=True)(start)
    assert x._keras_mask.shape == (None, None) and x._keras_mask.dtype == "bool"
    model = oribi.Model(start, [Temporal()(layers.Dense(3)(x)), x._keras_mask])
    outputs, mask = model(np.array([[1, 2, 0], [0, 3, 4]]))
    np.testing.assert_array_equal(mask.numpy(), [[True, True, False], [False, True, True]])
    np.testing.assert_array_equal((outputs.numpy() != 0).all(-1), mask.numpy())
    assert layers.LSTM(2)(x)._keras_mask is None


@pytest.mark.parametrize("by_name", [False, True])
def test_each_tensor_that_attention_is_called_on_has_its_own_mask(keras, by_name):
    query, value, key = inputs(3, (True, True, True), 9)
    found = []
    for library in (oribi, keras):
        layer = library.layers.MultiHeadAttention(2, 2)

        def call(library=library, layer=layer):  # Keras takes the masks off its inputs
            tensors = [library.layers.Masking()(library.ops.convert_to_tensor(x)) for x in (query, value, key)]
            named = dict(zip(("query", "value", "key"), tensors, strict=True))
            return layer(**named) if by_name else layer(*tensors)

        call()
        if found:
            layer.set_weights(found[0][2])
        outputs = call()
        found.append((np.asarray(outputs), mask_of(library, outputs), layer.get_weights()))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(found[1][1], found[0][1])


def test_a_mask_that_the_caller_gives_is_handed_on():
    x = RNG.normal(size=(2, 3, 4)).astype("float32")
    mask = np.array([[True, True, False], [True, False, False]])
    np.testing.assert_array_equal(layers.LSTM(2, return_sequences=True)(x, mask=mask).mask.numpy(), mask)
    np.testing.assert_array_equal(layers.LSTM(2, return_sequences=True)(x, None, mask).mask.numpy(), mask)


def test_layers_of_ones_own_see_a_mask_for_each_input():
    class Both(layers.Layer):
        def call(self, inputs, mask=None):
            return inputs[0] + float(mask[0] is None) + 2 * float(mask[1] is None)

    class Named(layers.Layer):
        def call(self, a, b, a_mask=None, b_mask=None):
            return a + float(a_mask is None) + 2 * float(b_mask is None)

    one, two = inputs(2, (True, False), 5)
    masked = layers.Masking()(one)
    np.testing.assert_allclose(Both()([one, two]).numpy(), one + 3)
    with pytest.warns(UserWarning, match="does not support masks"):
        np.testing.assert_allclose(Both()([masked, two]).numpy(), one + 2)
    with pytest.warns(UserWarning, match="does not support masks"):
        np.testing.assert_allclose(Named()(masked, two).numpy(), one + 2)
        np.testing.assert_allclose(Named()(two, b=masked).numpy(), two + 1)


def test_a_layer_around_others_keeps_the_masks_that_they_gave():
    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, inputs):
            return self.dense(inputs)

    (data,) = inputs(1, (True,), 5)
    masked = layers.Masking()(data)
    np.testing.assert_array_equal(Block()(masked).mask.numpy(), masked.mask.numpy())


def test_casts_keep_masks():
    (data,) = inputs(1, (True,), 5)
    masked = layers.Masking(dtype="float64")(data.astype("float64"))
    assert layers.Dense(2, dtype="float32")(masked).mask is not None
