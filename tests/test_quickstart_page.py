"""The TensorFlow quickstart's page, run whole with one changed import."""

import re

import numpy as np
import pytest

from tests.conftest import SHARED


def program():
    pages = sorted((SHARED / "seed").glob("*.txt")) if (SHARED / "seed").is_dir() else []
    if not pages:
        pytest.skip("the page is not here")
    code = "\n".join(re.findall(r"```python\n(.*?)```", pages[0].read_text(), re.S))
    assert "import tensorflow as tf" in code
    return code.replace("import tensorflow as tf", "from oribi import tf")


def test_the_page_runs_whole(mnist_folder, monkeypatch, capsys):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.setenv("ORIBI_DATA", str(mnist_folder))
    names: dict = {}
    with np.errstate(all="raise"):
        exec(compile(program(), "page", "exec"), names)
    names["plt"].close("all")
    out = capsys.readouterr().out
    assert "[5 0 4 1 9 2 1 3 1 4 3 5 3 6 1 7]" in out and "Epoch 5/5" in out
    assert names["predictions"].shape == (1, 10) and names["predictions"].dtype == np.float32
    loss, accuracy = names["model"].evaluate(names["x_test"], names["y_test"], verbose=0)
    assert accuracy > 0.97 and loss < 0.11
