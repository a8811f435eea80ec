"""onnx: placeholder"""

from typing import Any


def model_of(two: Any, three: Any, name: str) -> bytes:
    raise NotImplementedError("onnx is not there yet")
