"""Every example runs, offline, as it stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples"
SAYS = {
    "autoencoder.py": "codes of shape (10000, 8)",
    "custom_layer.py": "mean squared error: 0.0",
    "exchange_with_keras.py": ("steps of the optimizer: 252", "Keras is not installed"),
    "export_to_c.py": ("they agree: True", "there is no C compiler"),
    "export_to_wasm.py": ("they agree: True", "there is no Node"),
    "forecasting_gru.py": "better than yesterday: True",
    "gan.py": "radius of the drawn points: ",
    "mnist_convnet.py": "test accuracy: 0.9",
    "mnist_quickstart.py": "this is a",
    "resume_after_kill.py": "the same bits: True",
    "sentiment_lstm.py": "accuracy on new reviews: 0.9",
    "tabular.py": "kind accuracy: 0.9",
    "transformer.py": "accuracy on new sentences: 0.9",
}


def test_every_example_is_listed():
    assert {p.name for p in FOLDER.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_example_runs(name, tmp_path):
    strict = "error,ignore::DeprecationWarning" if "keras" in name else "error"  # Keras's own
    environment = {**os.environ, "KERAS_HOME": str(tmp_path), "PYTHONWARNINGS": strict}
    done = subprocess.run([sys.executable, FOLDER / name], capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    words = SAYS[name] if isinstance(SAYS[name], tuple) else (SAYS[name],)
    assert any(word in done.stdout for word in words)
