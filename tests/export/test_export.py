"""Exported models agree with Python: under onnxruntime, from C, in WebAssembly."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import oribi
from oribi import layers, ops
from oribi.engines.cpu.target import host
from oribi.export import library
from tests.saving.test_exchange import LAYERS, MERGING, SEQUENCE, data, model_of, wrapped

CC, NODE = shutil.which("cc"), shutil.which("node")
needs_cc = pytest.mark.skipif(CC is None, reason="there is no C compiler")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no Node")
ROWS = [*LAYERS, *MERGING]
IDS = [f"{i}-{row[0]}" for i, row in enumerate(ROWS)]


def made(row):
    """A model of one layer, with weights that are not what it starts with, and inputs."""
    name, arguments, shapes = row
    xs = data(name, shapes)
    layer = getattr(layers, name)(**arguments)
    model = model_of(oribi, layer, xs, any(name == other[0] for other in MERGING))
    rng = np.random.default_rng(5)
    model.set_weights([rng.uniform(0.1, 1, w.shape).astype("float32") for w in model.weights])
    return model, xs


def close(have, want):
    np.testing.assert_allclose(have, want, rtol=3e-5, atol=3e-5)


def predicted(model, xs):
    return model.predict(xs if len(xs) > 1 else xs[0], verbose=0)


# --- ONNX -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runtime():
    pytest.importorskip("onnx", reason="onnx is not installed")
    return pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


def under_onnx(runtime, path, xs):
    session = runtime.InferenceSession(str(path))
    return session.run(None, {port.name: x for port, x in zip(session.get_inputs(), xs, strict=True)})


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_every_layer_as_onnx(runtime, tmp_path, row):
    model, xs = made(row)
    model.export(tmp_path / "m.onnx")
    close(under_onnx(runtime, tmp_path / "m.onnx", xs)[0], predicted(model, xs))
    one = [x[:1] for x in xs]
    close(under_onnx(runtime, tmp_path / "m.onnx", one)[0], predicted(model, one))


@pytest.mark.parametrize("which", ["bidirectional", "time_distributed", "stacked", "nested"])
def test_layers_around_layers_as_onnx(runtime, tmp_path, which):
    xs = data(which, [SEQUENCE])
    model = model_of(oribi, wrapped(oribi, which), xs, False)
    model.export(tmp_path / "m.onnx")
    close(under_onnx(runtime, tmp_path / "m.onnx", xs)[0], predicted(model, xs))


def branching():
    a, b = oribi.Input((6,), name="a"), oribi.Input((3,), name="b/1", dtype="int32")
    joined = ops.concatenate([a, ops.cast(b, "float32")], 1)
    best = ops.argmax(a, -1)
    ranked = ops.cumsum(ops.flip(joined, -1), -1)
    chosen = ops.where(ranked > 1, ranked, ops.maximum(joined, 0.5))
    outputs = {
        "scores": layers.Dense(2, name="scores")(chosen),
        "best": best,
    }
    rng = np.random.default_rng(2)
    return oribi.Model([a, b], outputs), [
        rng.normal(size=(4, 6)).astype("float32"),
        rng.integers(0, 9, (4, 3)).astype("int32"),
    ]


def test_several_inputs_and_outputs_as_onnx(runtime, tmp_path):
    model, xs = branching()
    model.export(tmp_path / "m.onnx")
    for rows in (4, 1):
        some = [x[:rows] for x in xs]
        want = model.predict(some, verbose=0, batch_size=rows)
        have = under_onnx(runtime, tmp_path / "m.onnx", some)
        for array, name in zip(have, want, strict=True):
            close(array, want[name])


def test_what_onnx_does_not_hold_is_told(tmp_path):
    pytest.importorskip("onnx", reason="onnx is not installed")
    x = oribi.Input((3,))
    for output, words in ((ops.cumprod(x, -1), "cumprod is not there yet"), (x - ops.mean(x, 0), "size of the batch")):
        with pytest.raises(NotImplementedError, match=f"onnx: .*{words}"):
            oribi.Model(x, output).export(tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []


# --- native -----------------------------------------------------------------------------------------------------------


def in_process(path, xs, outputs):
    """Call a library of this process's; `outputs` are arrays to be filled."""
    text = path.with_suffix(".h").read_text()
    memory = int(re.search(r"_MEMORY (\d+)", text).group(1))
    room = np.empty(memory + 64, np.uint8)
    work = -(-room.ctypes.data // 64) * 64
    function = getattr(ctypes.CDLL(str(path)), f"{path.stem}_predict")
    pointer = lambda array: ctypes.c_void_p(array.ctypes.data)
    function(
        *map(pointer, xs),
        *map(pointer, outputs),
        ctypes.c_size_t(len(xs[0])),
        ctypes.c_void_p(work if memory else None),
    )
    return outputs


@needs_cc
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_every_layer_as_a_library(tmp_path, row):
    model, xs = made(row)
    want = predicted(model, xs)
    model.export(tmp_path / "m.so")
    (have,) = in_process(tmp_path / "m.so", [np.ascontiguousarray(x) for x in xs], [np.full_like(want, np.nan)])
    close(have, want)


@needs_cc
def test_a_large_model_asks_for_memory(tmp_path):
    model = oribi.Sequential(
        [layers.Input((64, 64, 3)), layers.Conv2D(8, 3), layers.Conv2D(8, 3), layers.GlobalMaxPooling2D()]
    )
    x = np.random.default_rng(0).normal(size=(3, 64, 64, 3)).astype("float32")
    model.export(tmp_path / "big.so")
    assert "BIG_MEMORY 0" not in (tmp_path / "big.h").read_text()
    (have,) = in_process(tmp_path / "big.so", [x], [np.empty((3, 8), "float32")])
    close(have, model.predict(x, verbose=0))


@needs_cc
def test_several_inputs_and_outputs_from_a_library(tmp_path):
    a, b = oribi.Input((6,), name="a"), oribi.Input((3,), name="b/1", dtype="int32")
    joined = ops.concatenate([a, ops.cast(b, "float32")], 1)
    model = oribi.Model([a, b], [layers.Dense(2)(joined), ops.argmax(a, -1), joined > 1])
    xs = branching()[1]
    want = model.predict(xs, verbose=0)
    model.export(tmp_path / "several.so")
    have = in_process(tmp_path / "several.so", xs, [np.empty_like(w) for w in want])
    for h, w in zip(have, want, strict=True):
        close(h, w)
    assert "const float *in_a, const int32_t *in_b_1, float *out_" in (tmp_path / "several.h").read_text()


PROGRAM = """
#include <stdio.h>
#include "digits.h"
int main(void) {
    static float in[3 * DIGITS_IN], out[3 * DIGITS_OUT];
    for (int i = 0; i < 3 * DIGITS_IN; i++) in[i] = (float)(i % 17) / 17 - 0.4f;
    digits_predict(in, out, 3, NULL);
    for (int i = 0; i < 3 * DIGITS_OUT; i++) printf("%.9g\\n", out[i]);
    return 0;
}
"""


def digits():
    net = [layers.Input((28, 28)), layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.2)]
    return oribi.Sequential([*net, layers.Dense(10, activation="softmax")], name="of */ digits")


@needs_cc
@pytest.mark.parametrize("suffix, flags", [(".o", []), (".so", ["-Wl,-rpath,$ORIGIN"])])
def test_a_c_program_agrees(tmp_path, suffix, flags):
    model = digits()
    model.export(tmp_path / f"digits{suffix}")
    (tmp_path / "main.c").write_text(PROGRAM)
    command = [CC, "-Wall", "-Werror", "-o", "main", "main.c", f"digits{suffix}", *flags]
    subprocess.run(command, cwd=tmp_path, check=True)
    out = subprocess.run(["./main"], cwd=tmp_path, check=True, capture_output=True, text=True, env={}).stdout
    x = (np.arange(3 * 784) % 17).astype("float32") / np.float32(17) - np.float32(0.4)
    close(np.array(out.split(), "float32").reshape(3, 10), model.predict(x.reshape(3, 28, 28), verbose=0))
    if suffix == ".so":
        assert (tmp_path / "digits.so").stat().st_size <= 450_000


@pytest.mark.parametrize("target", [*library.TARGETS, "aarch64-apple-darwin", "x86_64-pc-windows-msvc"])
def test_other_targets_compile(tmp_path, target):
    if target == "wasm32":
        return
    digits().export(tmp_path / "digits.o", target=target)
    magic = {"aarch64-apple-darwin": b"\xcf\xfa\xed\xfe", "x86_64-pc-windows-msvc": b"\x64\x86"}.get(target, b"\x7fELF")
    assert (tmp_path / "digits.o").read_bytes().startswith(magic)


@needs_cc
@pytest.mark.parametrize("target", ["x86-64", "x86-64-v3"])
@pytest.mark.parametrize(
    "row", [r for r in ROWS if r[0] in ("Conv2D", "LSTM", "MultiHeadAttention", "Activation")], ids=lambda r: r[0]
)
def test_other_vector_widths_agree(tmp_path, target, row):
    if not host().triple.startswith("x86_64") or (target.endswith("v3") and host().vector_bits < 256):
        pytest.skip("this machine cannot run it")
    model, xs = made(row)
    want = predicted(model, xs)
    model.export(tmp_path / "m.so", target=target)
    (have,) = in_process(tmp_path / "m.so", [np.ascontiguousarray(x) for x in xs], [np.full_like(want, np.nan)])
    close(have, want)


# --- WebAssembly ------------------------------------------------------------------------------------------------------


def under_node(path, xs, shape):
    folder, names = path.parent, []
    for number, x in enumerate(xs):
        names.append(str(folder / f"in{number}"))
        Path(names[-1]).write_bytes(np.ascontiguousarray(x).tobytes())
    size = int(np.prod(shape[1:]))
    program = str(Path(__file__).parent / "run_wasm.js")
    subprocess.run([NODE, program, str(path), str(shape[0]), str(size), str(folder / "out"), *names], check=True)
    return np.frombuffer((folder / "out").read_bytes(), "float32").reshape(shape)


IN_WASM = (
    "Dense",
    "Conv2D",
    "Conv1DTranspose",
    "MaxPooling2D",
    "BatchNormalization",
    "LayerNormalization",
    "Embedding",
    "LSTM",
)
IN_WASM += ("MultiHeadAttention", "Activation", "AdditiveAttention", "PReLU")


@needs_node
@pytest.mark.parametrize("row", [row for row in ROWS if row[0] in IN_WASM], ids=lambda row: row[0])
def test_layers_as_webassembly(tmp_path, row):
    model, xs = made(row)
    want = predicted(model, xs)
    model.export(tmp_path / "m.wasm")
    close(under_node(tmp_path / "m.wasm", xs, want.shape), want)


@needs_node
def test_the_module_imports_nothing(tmp_path):
    model = digits()
    model.export(tmp_path / "m.wasm")
    script = f"const m = new WebAssembly.Module(require('fs').readFileSync({str(tmp_path / 'm.wasm')!r}));"
    script += (
        "console.log(JSON.stringify([WebAssembly.Module.imports(m), WebAssembly.Module.exports(m).map(e => e.name)]))"
    )
    out = subprocess.run([NODE, "-e", script], check=True, capture_output=True, text=True).stdout
    assert out.strip() == '[[],["predict","memory","heap_base"]]'
    x = np.random.default_rng(0).normal(size=(5, 28, 28)).astype("float32")
    close(under_node(tmp_path / "m.wasm", [x], (5, 10)), model.predict(x, verbose=0))


def test_what_webassembly_cannot_do_is_told(tmp_path):
    x = oribi.Input((3,))
    model = oribi.Model(x, ops.power(ops.abs(x) + 1, x))
    with pytest.raises(NotImplementedError, match="of a C library, which WebAssembly does not have"):
        model.export(tmp_path / "m.wasm")
    assert list(tmp_path.iterdir()) == []


# --- arguments --------------------------------------------------------------------------------------------------------


def test_wrong_arguments_are_told(tmp_path):
    model = digits()
    for path, more, words in (
        ("m.pb", {}, "format must be one of"),
        ("m.so", {"format": "tf_saved_model"}, "format must be one of"),
        ("m.onnx", {"target": "aarch64"}, "only native libraries have a target"),
        ("m.o", {"target": "z80"}, "unknown target 'z80'"),
        ("m.txt", {"format": "native"}, "a native library ends in"),
    ):
        with pytest.raises(ValueError, match=words):
            model.export(tmp_path / path, **more)
    with pytest.raises(ValueError, match="has no weights yet"):
        oribi.Sequential([layers.Dense(2)]).export(tmp_path / "m.onnx")
    rnn = oribi.Sequential([layers.Input((None, 3)), layers.LSTM(2)])
    with pytest.raises(ValueError, match="only the batch may be open"):
        rnn.export(tmp_path / "m.so")
    stateful = oribi.Sequential([layers.Input((4, 3), batch_size=1), layers.LSTM(2, stateful=True)])
    with pytest.raises(ValueError, match="is assigned to, and here everything has to stay as it is"):
        stateful.export(tmp_path / "m.so")
    assert list(tmp_path.iterdir()) == []
