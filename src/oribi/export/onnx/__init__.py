"""A Program as an ONNX model: `writer` collects its nodes, `rules` says which for each primitive."""

from .model import model_of, write_onnx

__all__ = ["model_of", "write_onnx"]
