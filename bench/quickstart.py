"""The quickstart's job side by side with its peers: alternating runs, medians, and the table in docs/benchmarks.md.

Run:  make bench-peers && make bench        (MNIST as for `oribi quickstart`; synthetic digits where it is not to be had)
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
JOBS = {
    "oribi": ("", "keras_like.py", ["oribi"], {}),
    "Keras on TensorFlow": ("tensorflow", "keras_like.py", ["keras"], {"KERAS_BACKEND": "tensorflow"}),
    "Keras on JAX": ("keras_jax", "keras_like.py", ["keras"], {"KERAS_BACKEND": "jax"}),
    "PyTorch, own loop, fused Adam": ("torch", "torch_loop.py", [], {}),
    "JAX, own scan": ("keras_jax", "jax_scan.py", [], {}),
    "scikit-learn (no dropout)": ("sklearn", "sklearn_mlp.py", [], {}),
}
ACCURACY = ("oribi", "Keras on JAX")  # the jobs that run with every seed of --seeds


# As pip installs packages, with their bytecode beside them, whatever the caller's shell says.
BASE = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def run(name: str, peers: Path, environment: dict[str, str], seed: int) -> dict[str, float]:
    """One job in a process of its own; its figures, wall time, and peak memory."""
    place, script, arguments, extra = JOBS[name]
    python = peers / place / "bin/python" if place else Path(sys.executable)
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    command = [str(python), str(HERE / "jobs" / script), *arguments, str(seed)]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**BASE, **environment, **extra, **quiet},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, err = process.communicate()
    if process.returncode:
        raise SystemExit(f"{name} failed:\n{err}")
    return {**json.loads(out.strip().splitlines()[-1]), "wall_s": time.perf_counter() - start}


def page(environment: dict[str, str], runs: int) -> dict[str, list[float]]:
    """Wall time of the page's whole program, and what compiling took, with an empty cache and with a full one."""
    found: dict[str, list[float]] = {"cold": [], "warm": [], "cold_compile": [], "warm_compile": [], "memory": []}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as cache:
            for kind in ("cold", "warm"):
                own = {**BASE, **environment, "ORIBI_CACHE": cache}
                start = time.perf_counter()
                done = subprocess.run(
                    [sys.executable, str(HERE / "jobs/page.py")], env=own, capture_output=True, text=True, check=True
                )
                found[kind].append(time.perf_counter() - start)
                figures = json.loads(done.stdout.strip().splitlines()[-1])
                found[f"{kind}_compile"].append(figures["compile_s"])
                found["memory"].append(figures["memory_mb"])
    return found


def data(folder: Path) -> tuple[str, str]:
    """A file with the digits, and what they are."""
    import oribi

    try:
        (x, y), (x_test, y_test) = oribi.datasets.mnist.load_data()
        what = "MNIST"
    except OSError:
        (x, y), (x_test, y_test) = oribi.datasets.synthetic_digits.load_data()
        what = "synthetic digits"
    path = folder / "digits.npz"
    np.savez(path, x_train=x, y_train=y, x_test=x_test, y_test=y_test)
    return str(path), what


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(".peers"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=10, help="for test accuracy")
    parser.add_argument("--only", nargs="*", help="names of jobs, such as oribi")
    parser.add_argument("--output", type=Path, default=HERE.parent / "docs/benchmarks.md")
    options = parser.parse_args()
    names = [n for n in JOBS if not options.only or n in options.only]
    names = [n for n in names if not JOBS[n][0] or (options.peers / JOBS[n][0]).exists()]
    with tempfile.TemporaryDirectory() as folder:
        path, what = data(Path(folder))
        environment = {"BENCH_DATA": path}
        results: Figures = {n: [] for n in names}
        for seed in range(max(options.runs, options.seeds)):
            for name in [n for n in names if seed < options.runs or n in ACCURACY]:
                results[name].append(run(name, options.peers, environment, seed))
                print(seed, name, {k: round(v, 4) for k, v in results[name][-1].items()}, flush=True)
        story = page(environment, options.runs)
    text = table({n: r[: options.runs] for n, r in results.items()}, results, story, what)
    print(text)
    options.output.write_text(text)


Figures = dict[str, list[dict[str, float]]]


def table(timed: Figures, scored: Figures, story: dict[str, list[float]], what: str) -> str:
    """The figures as a page of docs/: times of some runs, accuracy of all."""
    runs = len(next(iter(timed.values())))
    columns = (
        ("import_s", "import s", "{:.2f}"),
        ("fit_s", "fit s", "{:.2f}"),
        ("step_us", "us a step, steady", "{:.0f}"),
        ("predict_us", "predict, one row, us", "{:.0f}"),
        ("call_us", "model(x), one row, us", "{:.0f}"),
        ("wall_s", "process s", "{:.1f}"),
    )
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    lines = [
        "# The quickstart beside its peers",
        "",
        f"784-128-10 network, dropout 0.2, Adam, batches of 32, 5 epochs of 60,000 {what}. {cpu}, {os.cpu_count()} cores, CPython "
        f"{platform.python_version()}. Medians of {runs} alternating runs, [least to most] for the step. Made by `make bench`.",
        "",
        "| | " + " | ".join(title for _, title, _ in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, found in timed.items():
        cells = [name]
        for key, _, form in columns:
            values = [f[key] for f in found if key in f]
            cell = form.format(statistics.median(values)) if values else ""
            if key == "step_us" and values:
                cell += f" [{min(values):.0f} to {max(values):.0f}]"
            cells.append(cell)
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## Test accuracy", "", "| | seeds | mean | least | most |", "|---|---|---|---|---|"]
    for name, found in scored.items():
        scores = [f["accuracy"] for f in found]
        cells = [name, str(len(scores)), *(f"{f(scores):.4f}" for f in (statistics.mean, min, max))]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## The page's whole program", "", "| | cache empty | cache full |", "|---|---|---|"]
    for word, cold, warm in (
        ("wall time, s", "cold", "warm"),
        ("of it tracing and compiling, s", "cold_compile", "warm_compile"),
    ):
        lines.append(f"| {word} | {statistics.median(story[cold]):.2f} | {statistics.median(story[warm]):.2f} |")
    lines += ["", f"Peak memory above the user's own arrays: {statistics.median(story['memory']):.0f} MB.", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
