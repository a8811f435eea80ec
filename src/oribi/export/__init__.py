"""Models that leave Python: as a shared library with a C header, as a WebAssembly module, as ONNX.

In:   a built model.
Out:  a file that needs no Python.
Must not know: how a model is trained, or saved.
"""

from .model import export

__all__ = ["export"]
