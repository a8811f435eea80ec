"""Files, side by side with Keras: saving, loading, and a cold start to the first prediction; then what oribi alone does: exported
libraries, and what checkpoints cost. Alternating runs, medians, the table in docs/files_bench.md.

Run:  make bench-peers && make bench-files
"""

import argparse
import ctypes
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from quickstart import BASE

HERE = Path(__file__).parent
PEERS = {
    "oribi": ("", "oribi", {}),
    "Keras on TensorFlow": ("tensorflow", "keras", {"KERAS_BACKEND": "tensorflow"}),
    "Keras on JAX": ("keras_jax", "keras", {"KERAS_BACKEND": "jax"}),
}
TIMED = {
    "seed_save_ms": "seed's model: save, ms",
    "seed_load_ms": "load, ms",
    "seed_kb": "size, kB",
    "deep_save_ms": "50 layers: save, ms",
    "deep_load_ms": "load, ms",
    "deep_kb": "size, kB",
    "cold_s": "cold process: load and predict, s",
}


def job(peer: str, peers: Path, what: str, folder: str) -> dict[str, float]:
    """What a job in a process of its own printed, and its wall time."""
    place, module, extra = PEERS[peer]
    python = peers / place / "bin/python" if place else Path(sys.executable)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "ORIBI_CACHE": f"{folder}/cache"}
    command = [str(python), str(HERE / "jobs/files_keras.py"), module, what, folder]
    start = time.perf_counter()
    done = subprocess.run(command, env={**BASE, **extra, **quiet}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{peer}, {what} failed:\n{done.stderr}")
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "cold_s": time.perf_counter() - start}


def compared(peers: Path, runs: int) -> dict[str, dict[str, float]]:
    """The medians of every peer's figures."""
    found: dict[str, list[dict[str, float]]] = {
        p: [] for p in PEERS if not PEERS[p][0] or (peers / PEERS[p][0]).exists()
    }
    for _ in range(runs):
        for peer, results in found.items():
            with tempfile.TemporaryDirectory() as folder:
                files = job(peer, peers, "files", folder)
                job(peer, peers, "cold", folder)  # compiles, where that is kept
                cold = job(peer, peers, "cold", folder)
                results.append({**files, "cold_s": cold["cold_s"]})
                print(peer, {k: round(v, 3) for k, v in results[-1].items()}, flush=True)
    return {p: {key: statistics.median(r[key] for r in results) for key in TIMED} for p, results in found.items()}


def native() -> dict[str, float]:
    """The seed's model as a library: its size, and one prediction."""
    sys.path.insert(0, str(HERE / "jobs"))
    import files_keras

    import oribi

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seed.so"
        model = files_keras.seed(oribi)
        model.export(path)
        function = ctypes.CDLL(str(path)).seed_predict
        model.export(path.with_suffix(".wasm"))
        size, wasm = path.stat().st_size, path.with_suffix(".wasm").stat().st_size
        program = Path(folder) / "main.c"
        program.write_text(C)
        subprocess.run(["cc", "-O2", "main.c", "seed.so", "-Wl,-rpath,$ORIGIN", "-o", "main"], cwd=folder, check=True)
        times = [
            float(subprocess.run(["./main"], cwd=folder, capture_output=True, text=True, check=True).stdout)
            for _ in range(5)
        ]
        assert function
    return {"size": size, "wasm": wasm, "predict": statistics.median(times)}


C = """
#include <stdio.h>
#include <time.h>
#include "seed.h"
int main(void) {
    static float in[SEED_IN], out[SEED_OUT];
    struct timespec a, b;
    for (int i = 0; i < SEED_IN; i++) in[i] = i % 7;
    for (int i = 0; i < 1000; i++) seed_predict(in, out, 1, NULL);
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < 20000; i++) seed_predict(in, out, 1, NULL);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%f", ((b.tv_sec - a.tv_sec) * 1e6 + (b.tv_nsec - a.tv_nsec) / 1e3) / 20000);
    return 0;
}
"""


def checkpoints(runs: int) -> dict[str, float]:
    """Seconds of the seed's five epochs, without and with BackupAndRestore, alternating; and of the writing alone."""
    sys.path.insert(0, str(HERE / "jobs"))
    import files_keras

    import oribi

    class Timed(oribi.callbacks.BackupAndRestore):
        spent = 0.0

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            start = time.perf_counter()
            super().on_epoch_end(epoch, logs)
            Timed.spent += time.perf_counter() - start

    x, y = files_keras.rows()
    plain, kept, spent = [], [], []
    for _ in range(runs):
        for times, hooks in ((plain, False), (kept, True)):
            model = files_keras.seed(oribi)
            with tempfile.TemporaryDirectory() as folder:
                callbacks = [Timed(f"{folder}/b")] if hooks else []
                start, Timed.spent = time.perf_counter(), 0.0
                model.fit(x, y, epochs=5, verbose=0, callbacks=callbacks)
                times.append(time.perf_counter() - start)
        spent.append(Timed.spent)
    return {"plain": statistics.median(plain), "kept": statistics.median(kept), "spent": statistics.median(spent)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(".peers"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=HERE.parent / "docs/files_bench.md")
    options = parser.parse_args()
    figures, library, kept = compared(options.peers, options.runs), native(), checkpoints(2 * options.runs)
    lines = [
        "# Files, beside Keras",
        "",
        f"Medians of {options.runs} alternating runs. Made by `make bench-files`.",
        "",
    ]
    lines += ["| | " + " | ".join(TIMED.values()) + " |", "|---" * (len(TIMED) + 1) + "|"]
    for peer, found in figures.items():
        cells = [f"{found[key]:.2f}" if key == "cold_s" else f"{found[key]:.1f}" for key in TIMED]
        lines.append("| " + " | ".join([peer, *cells]) + " |")
    lines += [
        "",
        "The seed's model has 407 kB of weights, and its optimizer twice as much: what was trained is saved with both.",
    ]
    lines += ["", "## The seed's model without Python", ""]
    lines.append(
        f"A shared library of {library['size'] / 1000:.0f} kB; one prediction from C takes {library['predict']:.1f} us."
    )
    lines.append(f"As a WebAssembly module {library['wasm'] / 1000:.0f} kB.")
    lines += ["", "## What a checkpoint after every epoch costs", ""]
    lines.append(
        f"Five epochs of the seed's job take {kept['plain']:.3f} s without and {kept['kept']:.3f} s with BackupAndRestore "
        f"(medians of {2 * options.runs} alternating runs); writing takes {1000 * kept['spent']:.1f} ms in all, "
        f"{100 * kept['spent'] / kept['plain']:.1f} % of the fit."
    )
    text = "\n".join([*lines, ""])
    print(text)
    options.output.write_text(text)


if __name__ == "__main__":
    main()
