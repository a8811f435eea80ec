"""Data sets to start with, under the names of `keras.datasets`.

In:   nothing, or where to look.
Out:  `(x_train, y_train), (x_test, y_test)` as NumPy arrays.
"""

from . import mnist, synthetic_digits

__all__ = ["mnist", "synthetic_digits"]
