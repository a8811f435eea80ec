"""Embedding: whole numbers to vectors; and masks, which say what of a sequence is there."""

from typing import Any

from oribi import initializers, ops, regularizers
from oribi.config.serialization import serialize
from oribi.utils import checked

from .base.layer import Layer
from .base.shapes import Shape


class Embedding(Layer):
    """Each number replaced by its row of a table.

    Args:
        input_dim: rows of the table: numbers go from 0 to `input_dim - 1`.
        output_dim: size of a row.
        embeddings_initializer, embeddings_regularizer: how the table starts, a penalty on it.
        mask_zero: 0 is padding: layers behind are told to leave it out.
        embeddings_constraint: what brings the table back where it may be, after each step.

    Input shape: any, of whole numbers. Output shape: `(*input_shape, output_dim)`. Weights: embeddings `(input_dim, output_dim)`.

    Raises:
        ValueError: a number is out of range, when the layer computes.

    >>> Embedding(10, 4)(ops.cast([[1, 2, 3]], "int32")).shape
    (1, 3, 4)
    """

    constrained = ("embeddings",)
    embeddings_constraint: Any

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(embeddings_constraint=embeddings_constraint, **kwargs)
        self.input_dim = checked.positive("Embedding", "input_dim", input_dim)
        self.output_dim = checked.positive("Embedding", "output_dim", output_dim)
        self.mask_zero = mask_zero
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.supports_masking = mask_zero
        if weights is not None:
            self.build(())
            self.set_weights(weights if isinstance(weights, list | tuple) else [weights])

    def build(self, input_shape: Shape) -> None:
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def call(self, inputs: Any) -> Any:
        indices = ops.cast(inputs, "int32")
        ops.check(
            ops.logical_and(ops.greater_equal(indices, 0), ops.less(indices, self.input_dim)),
            f"{self.describe()}: inputs must be whole numbers from 0 to {self.input_dim - 1} (input_dim={self.input_dim}), "
            "and some are not. Raise input_dim, or map unknown ones to one number",
        )
        return ops.take(self.embeddings, indices, axis=0)

    @property
    def input_dtype(self) -> str:
        return "int32"

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "mask_zero": self.mask_zero,
            "embeddings_initializer": serialize(self.embeddings_initializer),
            "embeddings_regularizer": serialize(self.embeddings_regularizer),
        }


class Masking(Layer):
    """Steps whose features all equal `mask_value` are left out by the layers behind; here they become zero.

    Input shape: `(batch, steps, features)`. Output shape: the same.

    >>> Masking(-1.0)(ops.full((1, 2, 3), -1.0)).numpy().any()
    np.False_
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True
        self.build_at_init()

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        return ops.any(ops.not_equal(inputs, self.mask_value), -1)

    def call(self, inputs: Any) -> Any:
        there = ops.any(ops.not_equal(inputs, self.mask_value), -1, keepdims=True)
        return ops.multiply(inputs, ops.cast(there, inputs.dtype))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mask_value": self.mask_value}
