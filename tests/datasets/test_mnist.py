"""MNIST from a folder; what is missing, truncated or altered is told, and nothing half-written is left."""

import gzip
import shutil

import numpy as np
import pytest

from oribi.datasets import mnist


def test_a_folder_with_the_four_files(mnist_folder, monkeypatch):
    monkeypatch.setenv("ORIBI_DATA", str(mnist_folder))
    (x, y), (x_test, y_test) = mnist.load_data()
    assert x.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28) and x.dtype == np.uint8
    assert y[:16].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7]
    assert np.bincount(y_test).sum() == 10000


@pytest.mark.parametrize("damage", ["missing", "truncated", "altered"])
def test_what_is_wrong_is_told(mnist_folder, tmp_path, monkeypatch, damage):
    for file in mnist_folder.iterdir():
        shutil.copy(file, tmp_path)
    victim = tmp_path / "t10k-labels-idx1-ubyte.gz"
    data = victim.read_bytes()
    victim.unlink()
    if damage == "truncated":
        victim.write_bytes(data[:-20])
    elif damage == "altered":
        victim.write_bytes(gzip.compress(gzip.decompress(data)[:-1] + b"\x00"))
    monkeypatch.setenv("ORIBI_DATA", str(tmp_path))
    expected = {"missing": "has no t10k-labels", "truncated": "cannot be unpacked", "altered": "published hash"}
    with pytest.raises(OSError, match=expected[damage]):
        mnist.load_data()


def test_no_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ORIBI_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(OSError, match="which is no folder"):
        mnist.load_data()


def test_unreachable_says_what_was_tried_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.delenv("ORIBI_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URL", "http://127.0.0.1:9/mnist.npz")
    with pytest.raises(OSError, match=r"tried .*mnist.npz, then http://127.0.0.1:9.*synthetic_digits"):
        mnist.load_data()
    assert not any(p.is_file() for p in tmp_path.rglob("*"))


def test_an_altered_npz_is_not_taken(monkeypatch, tmp_path):
    monkeypatch.delenv("ORIBI_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URL", "http://127.0.0.1:9/mnist.npz")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets/mnist.npz").write_bytes(b"not what was published")
    with pytest.raises(OSError, match="not to be had"):
        mnist.load_data()
