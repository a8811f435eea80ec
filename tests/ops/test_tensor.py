"""Tensors and variables: lazy, indexed as NumPy's, never half-changed."""

import numpy as np
import pytest

import oribi
from oribi import ops
from oribi.values import Tensor, Variable

A = np.arange(24, dtype="float32").reshape(2, 3, 4)


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        slice(None),
        slice(1, None),
        (0, 1),
        (..., 0),
        (slice(None), None, 2),
        (0, slice(None, None, -1)),
        (1, slice(2, 0, -1)),
        (slice(0, 0),),
        np.array([1, 0, 1]),
        (slice(None), slice(None, None, 2), -1),
    ],
    ids=str,
)
def test_indexing_as_numpy(key):
    np.testing.assert_array_equal(ops.convert_to_tensor(A)[key], A[key])


def test_index_errors():
    t = ops.convert_to_tensor(A)
    with pytest.raises(IndexError, match="index 5 is out of range for axis 0 of size 2"):
        t[5]
    with pytest.raises(IndexError, match="too many indices"):
        t[0, 0, 0, 0]


def test_operators_promote_and_broadcast():
    t = ops.convert_to_tensor([[1, 2], [3, 4]])
    np.testing.assert_allclose(
        1 + t * 2.5 - t / 2 % 3, 1 + np.array([[1, 2], [3, 4]]) * 2.5 - np.array([[0.5, 1], [1.5, 2]])
    )
    assert (t + 1).dtype == "int32" and (t * 1.0).dtype == "float32" and (t == 2).dtype == "bool"
    assert (t @ t).tolist() == [[7, 10], [15, 22]] and (-t)[0, 0].item() == -1 and (2**t).tolist() == [[2, 4], [8, 16]]


def test_a_tensor_keeps_its_value_when_its_sources_change():
    array, v = np.ones(3), Variable([1.0, 2.0])
    tensor, doubled = ops.convert_to_tensor(array) + 1, v * 2
    array[:] = 9
    v.assign([5.0, 5.0])
    assert tensor.tolist() == [2, 2, 2] and doubled.tolist() == [2, 4]
    doubled.numpy()[:] = 0
    assert doubled.tolist() == [2, 4]


def test_a_snapshot_survives_training():
    model = oribi.Sequential([oribi.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    snapshot, held = model.weights[0].value, model.weights[0].numpy()
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    np.testing.assert_array_equal(snapshot, held)


def test_a_long_loop_stays_bounded():
    x = ops.zeros(())
    for _ in range(5000):
        x = x + 1
    assert float(x) == 5000 and x._depth <= 256


def test_repr_shows_values_and_shape():
    assert repr(ops.convert_to_tensor([1.5, 2])) == "Tensor([1.5, 2. ], shape=[2], dtype=float32)"
    assert "shape=(2,)" in repr(Variable([1.0, 2.0], name="v"))


@pytest.mark.parametrize("wrong", ["text", [["a"]], [[1], [2, 3]], [None], object()])
def test_what_is_no_array_of_numbers_is_refused(wrong):
    with pytest.raises(TypeError, match="cannot make a tensor"):
        ops.convert_to_tensor(wrong)


def test_shape_errors_show_both_shapes():
    with pytest.raises(ValueError, match=r"\[2\] and \[3\] cannot be broadcast"):
        ops.add([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match=r"matmul of shapes \[2, 3, 4\] and \[3, 4\]"):
        ops.matmul(A, A[0])
    with pytest.raises(ValueError, match=r"Variable 'v' has shape \(2,\); it cannot be assigned shape \(3,\)"):
        Variable([1.0, 2.0], name="v").assign([1.0, 2.0, 3.0])


def test_random_tensors():
    draws = oribi.random.normal((20000,), seed=1).numpy()
    assert abs(draws.mean()) < 0.03 and abs(draws.std() - 1) < 0.03
    unit = oribi.random.uniform((20000,), 2, 4, seed=1).numpy()
    assert unit.min() >= 2 and unit.max() < 4 and abs(unit.mean() - 3) < 0.02
    generator = oribi.random.SeedGenerator(1)
    first, second = (oribi.random.uniform((5,), seed=generator).numpy() for _ in range(2))
    assert (first != second).any()
    assert isinstance(oribi.random.random.bits((2,), 0), Tensor)


def test_the_public_names_are_all_there():
    for name in oribi.__all__:
        assert getattr(oribi, name) is not None
    for module in (
        oribi.layers,
        oribi.losses,
        oribi.metrics,
        oribi.optimizers,
        oribi.callbacks,
        oribi.models,
        oribi.tf,
    ):
        for name in module.__all__:
            assert getattr(module, name).__doc__ or not callable(getattr(module, name)), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        oribi.nothing  # noqa: B018
    with pytest.raises(AttributeError, match="oribi's tf has no 'data' yet"):
        oribi.tf.data  # noqa: B018
