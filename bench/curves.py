"""Whether the workloads of bench/models.py learn as they do under Keras: their losses over many seeds, beside the band of Keras on
TensorFlow and on JAX, in docs/curves.md. Time does not matter here, so other work may go on meanwhile.

Run:  make bench-peers && python bench/curves.py        (half an hour)
"""

import argparse
import statistics
from pathlib import Path

from models import HERE, alternating
from workloads import ROWS

PEERS = ("oribi", "Keras on TensorFlow", "Keras on JAX")
Curves = dict[tuple[str, str], list[list[float]]]  # the losses of each run, by workload and peer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(".peers"))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--only", nargs="*", default=list(ROWS), help="workloads")
    parser.add_argument("--output", type=Path, default=HERE.parent / "docs/curves.md")
    options = parser.parse_args()
    results = alternating(PEERS, options.only, options.peers, options.seeds, "curves")
    text = page({key: [report["losses"] for report in reports] for key, reports in results.items()})
    print(text)
    options.output.write_text(text)


def page(curves: Curves) -> str:
    """The figures as a page of docs/."""
    lines = [
        "# How the workloads learn, beside Keras",
        "",
        "The mean loss of each of four epochs, from the least to the most over the seeds, and its mean in brackets. All libraries "
        "take the rows in the same order. The labels are random, so what shows is how fast a model learns by heart. The last two "
        "columns: whether our mean lies within the band that Keras' runs on both backends span, and whether our least and most do, "
        "or how far outside they are, in shares of its width. Made by `python bench/curves.py`.",
        "",
        "| workload | epoch | seeds | " + " | ".join(PEERS) + " | mean | least and most |",
        "|---" * (len(PEERS) + 5) + "|",
    ]
    for workload in dict.fromkeys(workload for workload, _ in curves):
        for epoch in range(len(curves[workload, PEERS[0]][0])):
            at = {peer: [run[epoch] for run in curves.get((workload, peer), ())] for peer in PEERS}
            lines.append(f"| {workload} | {epoch + 1} | {row(list(at.values()))} |")
    return "\n".join([*lines, ""])


def row(at: list[list[float]]) -> str:
    """One epoch of one workload: the seeds, each peer's range, and where ours lies."""
    ours, band = at[0], [loss for theirs in at[1:] for loss in theirs]
    low, high = min(band), max(band)
    ranges = [f"{min(x):.4f} to {max(x):.4f} ({statistics.mean(x):.4f})" if x else "" for x in at]
    inside = "within" if low <= statistics.mean(ours) <= high else "outside"
    beyond = max(low - min(ours), max(ours) - high)
    edges = "within" if beyond <= 0 else f"{100 * beyond / max(high - low, 1e-4):.0f} % outside"
    return " | ".join([" / ".join(str(len(x)) for x in at), *ranges, inside, edges])


if __name__ == "__main__":
    main()
