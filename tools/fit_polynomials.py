"""Fits the polynomials of `oribi/engines/cpu/math.py` and prints them.

Near-minimax fits in float64: weighted least squares on Chebyshev nodes, the weights raised where the error is largest (Lawson's
algorithm), in a variable and with a leading part chosen so that float32 evaluation loses nothing where the function is small.

Run:  python tools/fit_polynomials.py
"""

import math

import numpy as np


def fit(target, low: float, high: float, degree: int, relative_to=None) -> np.ndarray:
    """Coefficients c[0..degree], lowest first, of a polynomial close to `target` on [low, high]."""
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(2000) + 0.5) / 2000)
    values = np.array([target(x) for x in nodes])
    scale = np.array([relative_to(x) for x in nodes]) if relative_to else np.ones_like(nodes)
    basis = np.vander(nodes, degree + 1, increasing=True)
    weights = np.ones_like(nodes)
    for _ in range(60):
        root = np.sqrt(weights) * scale
        coefficients = np.linalg.lstsq(basis * root[:, None], values * root, rcond=None)[0]
        error = np.abs(basis @ coefficients - values) * scale
        weights *= 1e-3 + error / error.max()
        weights /= weights.sum()
    return coefficients


def show(name: str, coefficients: np.ndarray) -> None:
    print(f"{name} = ({', '.join(repr(float(np.float32(c))) for c in coefficients)})")


def main() -> None:
    half_ln2 = math.log(2) / 2 * 1.01
    show("EXP", fit(lambda r: (math.expm1(r) - r) / r**2, -half_ln2, half_ln2, 4, lambda r: r**2))
    low, high = math.sqrt(0.5) - 1, math.sqrt(2) - 1
    show("LOG", fit(lambda f: (math.log1p(f) - f + f * f / 2) / f**3, low, high, 8, lambda f: f * f))
    show("TANH", fit(lambda s: (math.tanh(math.sqrt(s)) / math.sqrt(s) - 1) / s, 1e-9, 0.40, 5, lambda s: s))
    quarter = (math.pi / 4 * 1.01) ** 2
    show("SIN", fit(lambda s: (math.sin(math.sqrt(s)) / math.sqrt(s) - 1) / s, 1e-9, quarter, 3, lambda s: s))
    show("COS", fit(lambda s: (math.cos(math.sqrt(s)) - 1 + s / 2) / s**2, 1e-4, quarter, 2, lambda s: s * s))
    show("ERF_NEAR", fit(lambda s: math.erf(math.sqrt(s)) / math.sqrt(s) - 1, 1e-9, 1.0, 7))
    far = lambda t: math.erfc(t) * math.sqrt(t)
    show("ERF_FAR", fit(lambda t: (-math.log(math.erfc(t)) - t) / t, 0.9, 4.1, 8, far))


if __name__ == "__main__":
    main()
