"""The cache of object code: what is not whole is made anew, what cannot be written only warns."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from oribi.engines.cpu import Executable
from oribi.engines.cpu.run import cache, jit
from oribi.graph import elementwise as ew
from oribi.graph.contraction import dot_general
from oribi.graph.node import parameter
from oribi.graph.program import make


def program(size=5):
    x = parameter("x", (size,), "float32")
    return make([x], [], [ew.add(x, x)])


def run(made):
    x = np.ones(made.inputs[0].shape, "float32")
    return Executable(made).run([x], [])[0][0].tolist()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ORIBI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_second_executable_compiles_nothing(folder, monkeypatch):
    assert run(program()) == [2] * 5
    assert cache.size()[0] == 1
    monkeypatch.setattr(jit, "compile_object", lambda *_: pytest.fail("compiled again"))
    assert run(program()) == [2] * 5


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "foreign", "directory"])
def test_a_damaged_entry_is_made_anew(folder, damage):
    run(program())
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    if damage == "directory":
        entry.unlink()
        entry.mkdir()
        with pytest.warns(RuntimeWarning, match="not cached"):
            assert run(program()) == [2] * 5
        return
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    entry.write_bytes({"truncate": whole[:-100], "flip": bytes(changed), "empty": b"", "foreign": b"x" * 500}[damage])
    assert run(program()) == [2] * 5
    assert entry.read_bytes()[:15] == cache.MAGIC


def test_a_folder_that_cannot_be_written_only_warns(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("ORIBI_CACHE", str(tmp_path / "file" / "inside"))
    cache._warn_once.cache_clear()
    with pytest.warns(RuntimeWarning, match="compiled code is not cached"):
        assert run(program(6)) == [2] * 6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(program(7)) == [2] * 7


def test_a_full_disk_leaves_nothing_half_written(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "replace", full)
    cache._warn_once.cache_clear()
    with pytest.warns(RuntimeWarning, match="No space left"):
        assert run(program(8)) == [2] * 8
    assert list(folder.iterdir()) == []


def test_two_processes_share_the_cache(folder):
    code = "from tests.engines.cpu.run.test_cache import *; print(run(program(9)))"
    jobs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(3)
    ]
    assert [job.communicate(timeout=60)[0].strip() for job in jobs] == [str([2.0] * 9)] * 3
    assert cache.size()[0] == 1


def test_a_file_that_another_process_takes_away_meanwhile_is_no_failure(folder):
    """It is listed, and gone when it is looked at: as a link that leads nowhere is."""
    folder.mkdir(exist_ok=True)
    (folder / "gone").symlink_to(folder / "nowhere")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(program()) == [2] * 5
    assert cache.size()[0] == 1


def test_clear_removes_all(folder):
    run(program())
    assert cache.clear()[0] == 1
    assert cache.size() == (0, 0)


def test_a_large_constant_whose_elements_are_alike_is_kept_as_one(folder, monkeypatch):
    """The gradient of a mean: a product with as many equal numbers as the layer has results."""
    x = parameter("x", (70, 90), "float32")
    made = make([x], [], [dot_general(x, ew.full_like(parameter("y", (90, 80), "float32"), 0.25), ((1,), (0,)))])
    first = Executable(made).run([np.ones((70, 90), "float32")], [])[0]
    assert cache.size()[1] < 20000
    monkeypatch.setattr(jit, "compile_object", lambda *_: pytest.fail("compiled again"))
    again = Executable(made).run([np.ones((70, 90), "float32")], [])[0]
    np.testing.assert_array_equal(first, np.full((1, 70, 80), 22.5))
    np.testing.assert_array_equal(again, first)
