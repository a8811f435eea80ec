"""What people train, side by side with Keras on TensorFlow and on JAX and with PyTorch: alternating runs, medians, the table in
docs/models.md.

Run:  make bench-peers && make bench-models        (synthetic data of the real shapes)
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import flops
import peak
from quickstart import BASE
from workloads import BATCH, ROWS

HERE = Path(__file__).parent
PEERS = {
    "oribi": ("", "oribi", {}),
    "Keras on TensorFlow": ("tensorflow", "keras", {"KERAS_BACKEND": "tensorflow"}),
    "Keras on JAX": ("keras_jax", "keras", {"KERAS_BACKEND": "jax"}),
    "PyTorch, own loop": ("torch", "", {}),
}
BACK = "## What holds each back"  # written by hand, and kept


def run(peer: str, workload: str, peers: Path, seed: int, job: str = "models") -> dict[str, Any]:
    """One workload in a process of its own, with an empty cache."""
    place, module, extra = PEERS[peer]
    python = peers / place / "bin/python" if place else Path(sys.executable)
    with tempfile.TemporaryDirectory() as cache:
        quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "ORIBI_CACHE": cache}
        script = str(HERE / f"jobs/{job}_{'keras' if module else 'torch'}.py")
        command = [str(python), script, *([module] if module else []), workload, str(seed)]
        done = subprocess.run(command, env={**BASE, **extra, **quiet}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{peer}, {workload} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def alternating(
    named: Sequence[str], workloads: Sequence[str], peers: Path, rounds: int, job: str = "models"
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What the job of each workload reports with each peer, one seed a round: {(workload, peer): reports}."""
    results: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for seed in range(rounds):
        for workload in workloads:
            for peer in named:
                results.setdefault((workload, peer), []).append(run(peer, workload, peers, seed, job))
                print(workload, peer, results[workload, peer][-1], flush=True)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(".peers"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(ROWS), help="workloads")
    parser.add_argument("--output", type=Path, default=HERE.parent / "docs/models.md")
    options = parser.parse_args()
    results = alternating(list(PEERS), options.only, options.peers, options.runs)
    text = table(results, options.only, options.runs)
    print(text)
    old = options.output.read_text() if options.output.exists() else ""
    options.output.write_text(text + (old[old.index(BACK) - 1 :] if BACK in old else ""))


def table(results: dict[tuple[str, str], list[dict[str, Any]]], workloads: list[str], runs: int) -> str:
    """The figures as a page of docs/."""
    cores = len(os.sched_getaffinity(0))
    most = peak.gflops(cores)
    lines = [
        "# What people train, beside its peers",
        "",
        f"Seconds an epoch in steady state (medians of {runs} alternating runs), the first fit of one batch with an empty "
        f"cache, and peak memory of the process. {cores} cores, whose multipliers do {most:.0f} GFLOP/s in this run "
        "(`python bench/peak.py`); the share counts the contractions of an epoch, three times those of the forward pass. "
        "Synthetic data. Made by `make bench-models`.",
        "",
        "| workload | rows | batch | "
        + " | ".join(PEERS)
        + " | oribi against the fastest | GFLOP | share of the peak |",
        "|---" * (len(PEERS) + 6) + "|",
    ]
    middle = lambda key, *which: statistics.median(r[key] for r in results[which])
    for workload in workloads:
        epochs = [middle("epoch_s", workload, peer) for peer in PEERS]
        cells = [workload, str(ROWS[workload]), str(BATCH[workload]), *(f"{seconds:.2f}" for seconds in epochs)]
        work = flops.epoch(workload)
        cells += [f"{min(epochs[1:]) / epochs[0]:.1f}x", f"{work:.0f}", f"{100 * work / epochs[0] / most:.0f} %"]
        lines.append("| " + " | ".join(cells) + " |")
    for title, key, form in (("First fit, s", "first_s", "{:.2f}"), ("Peak memory, MB", "memory_mb", "{:.0f}")):
        lines += ["", f"## {title}", "", "| workload | " + " | ".join(PEERS) + " |", "|---" * (len(PEERS) + 1) + "|"]
        for workload in workloads:
            lines.append("| " + " | ".join([workload, *(form.format(middle(key, workload, p)) for p in PEERS)]) + " |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
