"""Masks: which steps of a sequence are there. A tensor has its mask with it; a layer reads those of its inputs."""

from typing import Any

from oribi import nest, ops
from oribi.values import Tensor


def mask_of(inputs: Any) -> Any:
    """The masks of a nest of tensors, None for each that has none."""
    if isinstance(inputs, Tensor):
        return inputs.mask
    return nest.mapped(mask_of, inputs) if isinstance(inputs, list | tuple | dict) else None


def some(mask: Any) -> bool:
    """Whether there is a mask at all in a nest of them."""
    return mask is not None and (
        not isinstance(mask, list | tuple | dict) or any(m is not None for m in nest.flatten(mask))
    )


def masked(outputs: Any, mask: Any) -> Any:
    """Outputs with these masks: on tensors of their own, since an output may be an input.

    Args:
        outputs: a nest of tensors.
        mask: a nest of as many masks, or of fewer: the last outputs have none then.
    """
    if isinstance(outputs, Tensor):
        return _with(outputs, nest.flatten(mask)[0] if isinstance(mask, list | tuple | dict) else mask)
    masks = iter(nest.flatten(mask))
    return nest.mapped(lambda output: _with(output, next(masks, None)), outputs)


def _with(output: Any, mask: Any) -> Any:
    if not isinstance(output, Tensor) or output.mask is mask:
        return output
    made = Tensor(output.node, output._depth)
    made.mask = None if mask is None else ops.convert_to_tensor(mask)
    return made


def have_masks(outputs: Any) -> bool:
    """Whether every tensor among the outputs has a mask: layers inside of the one that gives them have seen to it."""
    return all(output.mask is not None for output in nest.flatten(outputs) if isinstance(output, Tensor))


def in_dtype(tensor: Any, dtype: str) -> Any:
    """A tensor cast to a dtype, with its mask."""
    if tensor.dtype == dtype:
        return tensor
    cast = ops.cast(tensor, dtype)
    cast.mask = tensor.mask
    return cast
