"""A trained model as a WebAssembly module, called from Node as it would be in a browser.

Run:  python examples/export_to_wasm.py        (needs Node)
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import oribi
from oribi import layers

SCRIPT = """
const fs = require("fs");
const [model, data] = process.argv.slice(2);
WebAssembly.instantiate(fs.readFileSync(model)).then(({ instance }) => {
  const { memory, predict, heap_base } = instance.exports;
  const rows = JSON.parse(fs.readFileSync(data));
  const input = heap_base.value, output = input + rows[0].length * 4;
  const said = rows.map((row) => {
    new Float32Array(memory.buffer, input, row.length).set(row);
    predict(input, output, 1, 0);
    return new Float32Array(memory.buffer, output, 1)[0];
  });
  console.log(JSON.stringify(said));
});
"""

oribi.utils.set_random_seed(0)
x = np.random.default_rng(0).uniform(-2, 2, (20000, 2)).astype("float32")
y = np.sin(3 * x[:, :1]) * np.cos(2 * x[:, 1:])
model = oribi.Sequential(
    [layers.Input((2,)), layers.Dense(64, activation="tanh"), layers.Dense(64, activation="tanh"), layers.Dense(1)]
)
model.compile(optimizer=oribi.optimizers.Adam(3e-3), loss="mse")
model.fit(x, y, batch_size=128, epochs=10, verbose=2)

node = shutil.which("node")
if node is None:
    print("there is no Node here to run the module")
    raise SystemExit

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    model.export(folder / "waves.wasm")
    print(f"waves.wasm: {(folder / 'waves.wasm').stat().st_size / 1000:.0f} kB, with its weights")
    (folder / "run.js").write_text(SCRIPT)
    (folder / "rows.json").write_text(json.dumps(x[:5].tolist()))
    command = [node, "run.js", "waves.wasm", "rows.json"]
    said = json.loads(subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout)
    here = model.predict(x[:5], verbose=0)[:, 0]
    print("Node says:  ", *(f"{v:.5f}" for v in said))
    print("Python says:", *(f"{v:.5f}" for v in here))
    print("they agree:", np.allclose(said, here, atol=1e-5))
