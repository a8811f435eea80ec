"""MNIST from a folder; what is missing, truncated or altered is told, and nothing half-written is left."""

import gzip
import hashlib
import http.server
import io
import os
import shutil
import subprocess
import sys
import threading
import time

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


# --- over the network: a server of our own ---------------------------------------------------------------------------


class _Files(http.server.BaseHTTPRequestHandler):
    """Serves `server.files`, {path: bytes}; with `server.cut`, it hangs up after so many bytes of each."""

    def do_GET(self):
        data = self.server.files.get(self.path)
        if data is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        time.sleep(self.server.delay)
        self.wfile.write(data[: self.server.cut])
        self.server.served.append(self.path)
        return None

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    made.files, made.served, made.delay, made.cut = {}, [], 0.0, None
    made.url = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_a_mirror(mnist_folder, server, monkeypatch, tmp_path):
    server.files = {f"/digits/{file.name}": file.read_bytes() for file in mnist_folder.iterdir()}
    monkeypatch.setenv("ORIBI_DATA", f"{server.url}/digits/")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (x, y), (x_test, y_test) = mnist.load_data()
    assert x.shape == (60000, 28, 28) and len(x_test) == len(y_test) == 10000 and y[:3].tolist() == [5, 0, 4]
    assert len(server.served) == 4
    mnist.load_data()
    assert len(server.served) == 4  # the second time they are there


def test_a_mirror_of_something_else(mnist_folder, server, monkeypatch, tmp_path):
    server.files = {f"/{file.name}": file.read_bytes() for file in mnist_folder.iterdir()}
    server.files["/t10k-labels-idx1-ubyte.gz"] = server.files["/train-labels-idx1-ubyte.gz"]
    monkeypatch.setenv("ORIBI_DATA", server.url)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(OSError, match="published hash"):
        mnist.load_data()
    server.files["/t10k-labels-idx1-ubyte.gz"] = (mnist_folder / "t10k-labels-idx1-ubyte.gz").read_bytes()
    assert len(mnist.load_data()[1][1]) == 10000  # what was wrong did not stay


SMALL = {"x_train": (3, 28, 28), "y_train": (3,), "x_test": (2, 28, 28), "y_test": (2,)}


def small_npz():
    file = io.BytesIO()
    np.savez(file, **{name: np.ones(shape, "uint8") for name, shape in SMALL.items()})
    return file.getvalue()


def test_a_download_that_breaks_off_leaves_nothing(server, monkeypatch, tmp_path):
    data = small_npz()
    server.files, server.cut = {"/mnist.npz": data}, len(data) // 2
    monkeypatch.delenv("ORIBI_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(mnist, "URL", f"{server.url}/mnist.npz")
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(data).hexdigest())
    with pytest.raises(OSError, match="MNIST is not to be had"):
        mnist.load_data()
    assert not any(p.is_file() for p in tmp_path.rglob("*"))
    server.cut = None
    assert mnist.load_data()[0][0].shape == (3, 28, 28)


DOWNLOADING = """
import sys
from oribi.datasets import mnist
mnist.URL, mnist.SHA256 = sys.argv[1:]
print(mnist.load_data()[0][0].shape)
"""


def test_two_processes_download_at_once(server, tmp_path):
    data = small_npz()
    server.files, server.delay = {"/mnist.npz": data}, 0.5
    environment = {k: v for k, v in os.environ.items() if k != "ORIBI_DATA"} | {"KERAS_HOME": str(tmp_path)}
    command = [sys.executable, "-c", DOWNLOADING, f"{server.url}/mnist.npz", hashlib.sha256(data).hexdigest()]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate(timeout=60)[0] for process in both] == ["(3, 28, 28)\n"] * 2
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["mnist.npz"]
