"""Synthetic digits: deterministic, cached, shaped and centred as MNIST's are."""

import numpy as np
import pytest

from oribi.datasets import strokes, synthetic_digits


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return tmp_path


def test_same_arguments_same_digits_with_and_without_the_cache(home):
    (first, labels), (test, _) = synthetic_digits.load_data(200, 50, seed=4)
    (cached, again), _ = synthetic_digits.load_data(200, 50, seed=4)
    (file,) = (home / "datasets").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    (anew, _), _ = synthetic_digits.load_data(200, 50, seed=4)
    assert (first == cached).all() and (first == anew).all() and (labels == again).all()
    assert first.shape == (200, 28, 28) and test.shape == (50, 28, 28) and first.dtype == np.uint8
    (other, _), _ = synthetic_digits.load_data(200, 50, seed=5)
    assert (first != other).any()


def test_digits_are_centred_by_mass_and_fit_the_box():
    (x, y), _ = synthetic_digits.load_data(500, 0)
    mass = x.astype("float64") / x.sum((1, 2), keepdims=True)
    down, across = (mass.sum(2) * np.arange(28)).sum(1), (mass.sum(1) * np.arange(28)).sum(1)
    assert abs(down - 13.5).max() < 1.5 and abs(across - 13.5).max() < 1.5
    assert x.max() == 255 and 20 < x.mean() < 45
    assert set(np.bincount(y)) == {50}


def test_none_and_wrong_numbers():
    (x, y), _ = synthetic_digits.load_data(0, 3)
    assert x.shape == (0, 28, 28) and y.shape == (0,)
    with pytest.raises(ValueError, match="must not be negative"):
        synthetic_digits.load_data(-1)


@pytest.mark.parametrize("digit", range(10))
def test_every_way_of_writing_starts_and_ends_at_its_points(digit):
    for way in strokes.WAYS[digit]:
        shares = strokes.segments_of(way, synthetic_digits.SEGMENTS)
        assert sum(shares) == synthetic_digits.SEGMENTS and min(shares) > 0
        for stroke, share in zip(way, shares, strict=True):
            points = strokes.basis(stroke, share) @ np.array(stroke.points)
            np.testing.assert_allclose(points[[0, -1]], [stroke.points[0], stroke.points[-1]], atol=1e-9)
