"""`oribi inspect`, `evaluate` and `predict`, run as a user does."""

import json
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner

import oribi
from oribi import layers
from oribi.cli import main


def run(*arguments, code=0):
    result = CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def model(tmp_path):
    inner = oribi.Sequential([layers.Input((8, 8, 1)), layers.Conv2D(2, 3, name="see")], name="inner")
    net = oribi.Sequential([layers.Input((8, 8, 1)), inner, layers.Flatten(), layers.Dense(3, name="say")], name="net")
    net.compile("adam", oribi.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    net.fit(np.zeros((4, 8, 8, 1)), np.zeros(4), verbose=0)
    net.save(tmp_path / "m.keras")
    return net


def test_a_model_is_told(model, tmp_path):
    out = run("inspect", tmp_path / "m.keras")
    for words in (
        "model, Keras 3",
        "sha256 ",
        "oribi_version: 0",
        "optimizer step: 1",
        "optimizer: Adam",
        "metrics: accuracy",
    ):
        assert words in out
    assert "loss: SparseCategoricalCrossentropy" in out and "CAREFUL" not in out
    assert "      Conv2D" in out and "see" in out  # indented: it lies in a model in the model
    assert f"{model.count_params():,} parameters" in out


def test_weights_are_told(model, tmp_path):
    model.save_weights(tmp_path / "m.weights.h5")
    out = run("inspect", tmp_path / "m.weights.h5")
    assert "weights, HDF5" in out and "layers/dense/0" in out and "[72, 3]" in out
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    model.save_weights(tmp_path / "m.safetensors")
    assert "layers/dense/0" in run("inspect", tmp_path / "m.safetensors")


def test_what_would_be_refused_is_told_and_not_run(model, tmp_path):
    evil = tmp_path / "evil.keras"
    with zipfile.ZipFile(tmp_path / "m.keras") as source, zipfile.ZipFile(evil, "w") as target:
        config = json.loads(source.read("config.json"))
        code = {"class_name": "__lambda__", "config": {"code": "4wAA"}}
        config["config"]["layers"] += [
            {"module": "keras.layers", "class_name": "Lambda", "config": {"name": "l", "function": code}},
            {"module": "os", "class_name": "system", "config": {"command": "true"}},
        ]
        for name in source.namelist():
            target.writestr(name, json.dumps(config) if name == "config.json" else source.read(name))
    out = run("inspect", evil)
    assert "CAREFUL: it carries the code of a Python lambda" in out
    assert "CAREFUL: it names 'system' of 'os', which the user has to register" in out
    assert "has a config that makes no model" in run("evaluate", evil, code=1)


def test_damaged_and_other_files_are_told(tmp_path):
    for name in ("a.keras", "a.h5", "a.weights.h5", "a.safetensors", "a.txt"):
        if name.endswith("safetensors"):
            pytest.importorskip("safetensors", reason="safetensors is not installed")
        (tmp_path / name).write_bytes(b"nothing of the kind")
        assert name in run("inspect", tmp_path / name, code=1)
    assert "does not exist" in run("inspect", tmp_path / "none.keras", code=2)


def test_evaluate_on_arrays(model, tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 8, 8, 1)), rng.integers(0, 3, 20)
    np.savez(tmp_path / "d.npz", x=x, y=y)
    want = model.evaluate(x, y, verbose=0, return_dict=True)
    out = run("evaluate", tmp_path / "m.keras", tmp_path / "d.npz")
    assert "20 rows" in out and f"accuracy: {want['accuracy']:.4f}" in out and f"loss: {want['loss']:.4f}" in out
    np.savez(tmp_path / "d.npz", images=x)
    assert "needs the arrays x and y" in run("evaluate", tmp_path / "m.keras", tmp_path / "d.npz", code=1)
    np.savez(tmp_path / "d.npz", x=np.array([object()]), y=y)
    assert "is no .npz file of arrays" in run("evaluate", tmp_path / "m.keras", tmp_path / "d.npz", code=1)


def test_predict_images(model, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8), dtype=np.uint8)
    image.fromarray(pixels).save(tmp_path / "a.png")
    image.fromarray(255 - pixels).resize((16, 16), 0).save(tmp_path / "b.png")
    scores = model.predict(pixels[None, :, :, None] / 255.0, verbose=0)[0]
    chances = np.exp(scores) / np.exp(scores).sum()
    best = int(scores.argmax())
    out = run("predict", tmp_path / "m.keras", tmp_path / "a.png", "--top", 1)
    assert out.strip() == f"{tmp_path / 'a.png'}: {best} ({100 * chances[best]:.1f} %)"
    assert f": {best} (" in run("predict", tmp_path / "m.keras", tmp_path / "b.png", "--invert")
    (tmp_path / "c.png").write_bytes(b"no image")
    assert "is no image that can be read" in run("predict", tmp_path / "m.keras", tmp_path / "c.png", code=1)
