"""Attention: for each step of one sequence, a mean of another's, weighted by how well they match."""

import math
from collections.abc import Mapping
from typing import Any

from oribi import initializers, ops, regularizers
from oribi.config.serialization import serialize
from oribi.random import SeedGenerator, dropout
from oribi.utils import checked
from oribi.values import Variable

from .base.layer import Layer
from .base.shapes import Shape
from .base.weighted import known_axis

MASKED = -1e9  # added to the scores of what is masked


def masked_softmax(scores: Any, mask: Any) -> Any:
    """softmax over the last axis of what the mask, broadcast to the scores, lets through."""
    if mask is not None:
        scores = ops.add(scores, ops.multiply(ops.subtract(1.0, ops.cast(mask, scores.dtype)), MASKED))
    return ops.softmax(scores)


def causal_mask(queries: int, keys: int) -> Any:
    """True where a key is no later than the query: (1, queries, keys)."""
    return ops.expand_dims(ops.greater_equal(ops.expand_dims(ops.arange(queries), 1), ops.arange(keys)), 0)


def _all_of(*masks: Any) -> Any:
    """The masks joined; None counts as one that lets all through."""
    result = None
    for mask in masks:
        if mask is not None:
            mask = ops.cast(mask, "bool")
            result = mask if result is None else ops.logical_and(result, mask)
    return result


class _Projection(Layer):
    """x @ kernel + bias, from one axis to heads, `(..., d)` to `(..., heads, size)`, or from heads back to one axis."""

    supports_masking = True

    def __init__(self, shape: tuple[int, ...], joins_heads: bool, options: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(activity_regularizer=options["activity_regularizer"], **kwargs)
        self.shape, self.joins_heads, self.options = shape, joins_heads, options

    def build(self, input_shape: Shape) -> None:
        inner = 2 if self.joins_heads else 1
        contracted = tuple(known_axis(self, input_shape, a) for a in range(-inner, 0))
        self.kernel = self._add("kernel", (*contracted, *self.shape))
        self.bias = self._add("bias", self.shape) if self.options["use_bias"] else None

    def _add(self, name: str, shape: tuple[int, ...]) -> Variable:
        initializer, regularizer, constraint = (
            self.options[f"{name}_{what}"] for what in ("initializer", "regularizer", "constraint")
        )
        return self.add_weight(shape, initializer, regularizer=regularizer, constraint=constraint, name=name)

    def call(self, inputs: Any) -> Any:
        inner = 2 if self.joins_heads else 1
        lead, depth = inputs.shape[:-inner], math.prod(inputs.shape[-inner:])
        flat = ops.matmul(ops.reshape(inputs, (*lead, depth)), ops.reshape(self.kernel, (depth, -1)))
        outputs = ops.reshape(flat, (*lead, *self.shape))
        return outputs if self.bias is None else ops.add(outputs, self.bias)


class _HeadedAttention(Layer):
    """What attention with several heads shares: projections of query, key and value, and of what the heads found."""

    constrained = ("kernel", "bias")
    kernel_constraint: Any
    bias_constraint: Any

    def __init__(
        self,
        heads: tuple[int, int],
        sizes: tuple[int, int],
        dropout: float,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        for name in ("sliding_window", "use_gate"):
            if kwargs.pop(name, None):
                raise NotImplementedError(f"{type(self).__name__}: {name} is not there yet")
        super().__init__(kernel_constraint=kernel_constraint, bias_constraint=bias_constraint, **kwargs)
        self.supports_masking = True
        self.heads, self.sizes, self.dropout, self.use_bias, self.seed = heads, sizes, dropout, use_bias, seed
        options = {
            "use_bias": use_bias,
            "kernel_initializer": initializers.get(kernel_initializer),
            "bias_initializer": initializers.get(bias_initializer),
            "kernel_regularizer": regularizers.get(kernel_regularizer),
            "bias_regularizer": regularizers.get(bias_regularizer),
            "activity_regularizer": regularizers.get(activity_regularizer),
            "kernel_constraint": self.kernel_constraint,
            "bias_constraint": self.bias_constraint,
        }
        self.options = options
        (queries, keys), (key_size, value_size) = heads, sizes
        self.query_dense = _Projection((queries, key_size), False, options, name="query")
        self.key_dense = _Projection((keys, key_size), False, options, name="key")
        self.value_dense = _Projection((keys, value_size), False, options, name="value")
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def call(  # type: ignore[override]
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The mean of `value`, weighted by how well `key` (the value by default) matches `query`.

        Args:
            query: `(batch, queries, features)`.
            value, key: `(batch, keys, features)`.
            query_mask, value_mask, key_mask: which steps are there, `(batch, steps)`; by default the tensors' own masks.
            attention_mask: which query may see which key, `(batch, queries, keys)`.
            return_attention_scores: return `(output, scores)`.
            use_causal_mask: no query sees a later key.
        """
        key = value if key is None else key
        mask = self._mask(query, value, key, query_mask, value_mask, key_mask, attention_mask, use_causal_mask)
        query, key, value = (ops.cast(x, self.dtype) for x in (query, key, value))
        q = ops.multiply(self.query_dense(query), 1 / math.sqrt(self.sizes[0]))
        k, v = self.key_dense(key), self.value_dense(value)
        shared = self.heads[0] // self.heads[1]
        if shared > 1:
            k, v = ops.repeat(k, shared, 2), ops.repeat(v, shared, 2)
        scores = ops.matmul(ops.transpose(q, (0, 2, 1, 3)), ops.transpose(k, (0, 2, 3, 1)))
        scores = masked_softmax(scores, None if mask is None else ops.expand_dims(mask, 1))
        kept = dropout(scores, self.dropout, None, self.seed_generator) if training and self.dropout > 0 else scores
        found = ops.transpose(ops.matmul(kept, ops.transpose(v, (0, 2, 1, 3))), (0, 2, 1, 3))
        if not hasattr(self, "output_dense"):
            self.output_dense = _Projection(self._output_shape(query), True, self.options, name="attention_output")
        outputs = self.output_dense(found)
        return (outputs, scores) if return_attention_scores else outputs

    def _output_shape(self, query: Any) -> tuple[int, ...]:
        return (query.shape[-1],)

    def _mask(
        self, query: Any, value: Any, key: Any, of_query: Any, of_value: Any, of_key: Any, attention: Any, causal: bool
    ) -> Any:
        rows = None if of_query is None else ops.expand_dims(of_query, -1)
        columns = [None if m is None else ops.expand_dims(m, 1) for m in (of_value, of_key)]
        return _all_of(rows, *columns, causal_mask(query.shape[1], key.shape[1]) if causal else None, attention)

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        return previous

    def get_build_config(self) -> None:
        """None: the first call makes the weights, which depend on the shapes of query, key and value."""

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Nothing to do before the first call."""

    def _base_config(self) -> dict[str, Any]:
        objects = {key: serialize(value) for key, value in self.options.items()}
        return {**super().get_config(), **objects, "dropout": self.dropout, "seed": self.seed}


class MultiHeadAttention(_HeadedAttention):
    """Attention by several heads at once, each with projections of its own (Vaswani et al., 2017).

    Input shape: query `(batch, queries, features)`, value and key `(batch, keys, features)`. Output shape: `(batch,
    queries, features)`, or `output_shape` in place of the features.

    Args:
        num_heads: how many.
        key_dim: size of each head's queries and keys.
        value_dim: size of each head's values; `key_dim` by default.
        dropout: share of the scores left out in training.
        use_bias: whether the projections have biases.
        output_shape: of the output's features; those of the query by default.
        attention_axes: 1, the steps of `(batch, steps, features)`.
        kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer: how weights start, penalties on them.
        activity_regularizer: penalty on what each of the four projections gives, per example.
        kernel_constraint, bias_constraint: what brings weights back where they may be.
        seed: of the dropout.
        sliding_window: only None: an error otherwise.
        flash_attention: how it is computed, not what: there is one way here.
        use_gate: only False: an error otherwise.

    Weights: query, key and value kernels `(features, heads, size)`, output kernel `(heads, size, features)`, and biases.

    >>> x = ops.ones((2, 5, 8))
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if attention_axes not in (None, 1, [1], (1,)):
            raise NotImplementedError(f"MultiHeadAttention: attention_axes={attention_axes} is not there yet; 1 is")
        value_dim = value_dim if value_dim is None else checked.positive("MultiHeadAttention", "value_dim", value_dim)
        key_dim = checked.positive("MultiHeadAttention", "key_dim", key_dim)
        heads = (checked.positive("MultiHeadAttention", "num_heads", num_heads),) * 2
        sizes = (key_dim, key_dim if value_dim is None else value_dim)
        super().__init__(
            heads,
            sizes,
            dropout,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            seed,
            sliding_window=sliding_window,
            use_gate=use_gate,
            **kwargs,
        )
        self.value_dim = value_dim
        self.features = (output_shape,) if isinstance(output_shape, int) else output_shape and tuple(output_shape)

    def _output_shape(self, query: Any) -> tuple[int, ...]:
        return self.features or super()._output_shape(query)

    def get_config(self) -> dict[str, Any]:
        own = {"num_heads": self.heads[0], "key_dim": self.sizes[0], "value_dim": self.value_dim}
        return {**self._base_config(), **own, "output_shape": self.features}


class GroupQueryAttention(_HeadedAttention):
    """Attention whose key and value heads each serve a group of query heads (Ainslie et al., 2023).

    Input shape: query `(batch, queries, features)`, value and key `(batch, keys, features)`. Output shape: `(batch,
    queries, features)`.

    Args:
        head_dim: size of a head.
        num_query_heads, num_key_value_heads: how many; the first is a multiple of the second.
        dropout, use_bias, kernel_initializer, ...: as for `MultiHeadAttention`.
        sliding_window: only None: an error otherwise.
        flash_attention: how it is computed, not what: there is one way here.
        kernel_regularizer, bias_regularizer: penalties added to the loss.
        use_gate: only False: an error otherwise.
        seed: makes the numbers the same each time; drawn anew by default.
        bias_initializer: name or object.
        bias_constraint: what brings it back where it may be, after each step.

    Raises:
        ValueError: num_query_heads is no multiple of num_key_value_heads.

    >>> x = ops.ones((2, 5, 8))
    >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        who = "GroupQueryAttention"
        head_dim = checked.positive(who, "head_dim", head_dim)
        num_query_heads = checked.positive(who, "num_query_heads", num_query_heads)
        num_key_value_heads = checked.positive(who, "num_key_value_heads", num_key_value_heads)
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                "GroupQueryAttention: num_query_heads must be a multiple of num_key_value_heads. Received: "
                f"{num_query_heads=}, {num_key_value_heads=}"
            )
        heads = (num_query_heads, num_key_value_heads)
        super().__init__(
            heads,
            (head_dim, head_dim),
            dropout,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            seed,
            sliding_window=sliding_window,
            use_gate=use_gate,
            **kwargs,
        )

    saved_name = "GroupedQueryAttention"
    saved_as: Mapping[str, str] = {
        name: f"_{name}" for name in ("query_dense", "key_dense", "value_dense", "output_dense")
    }

    def get_config(self) -> dict[str, Any]:
        own = {"head_dim": self.sizes[0], "num_query_heads": self.heads[0], "num_key_value_heads": self.heads[1]}
        return {**self._base_config(), **own}


class Attention(Layer):
    """Attention without projections: softmax(query @ key^T) @ value (Luong et al., 2015).

    Input shape: a list `[query, value]` or `[query, value, key]` of `(batch, steps, features)`. Output shape: `(batch,
    queries, features)` of the value; with `return_attention_scores` also `(batch, queries, keys)`.

    Args:
        use_scale: multiply the scores by a learned number.
        score_mode: `dot`, or `concat` for sum(tanh(query + key)) times a learned number.
        dropout: share of the scores left out in training.
        seed: makes the numbers the same each time; drawn anew by default.

    Called on `[query, value]` or `[query, value, key]`, with `mask=[query_mask, value_mask]`.

    Raises:
        ValueError: an unknown score_mode, or inputs that are no list of two or three.

    >>> Attention()([ops.ones((2, 5, 8)), ops.ones((2, 3, 8))]).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(f"{type(self).__name__}: score_mode must be 'dot' or 'concat'. Received: {score_mode!r}")
        self.use_scale, self.score_mode, self.dropout, self.seed = use_scale, score_mode, dropout, seed
        self.supports_masking = True
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def check_input(self, inputs: Any) -> None:
        if not isinstance(inputs, list | tuple) or len(inputs) not in (2, 3):
            raise ValueError(f"{self.describe()}: expected inputs [query, value] or [query, value, key]")

    def scores(self, query: Any, key: Any) -> Any:
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, 1, 2))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        both = ops.add(ops.expand_dims(query, 2), ops.expand_dims(key, 1))
        both = both if self.scale is None else ops.multiply(both, self.scale)
        return ops.multiply(self.concat_score_weight, ops.sum(ops.tanh(both), -1))

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = (*(mask or ()), None, None)[:2]
        scores = self.scores(query, key)
        seen = None if value_mask is None else ops.expand_dims(value_mask, 1)
        weights = masked_softmax(scores, _all_of(seen, causal_mask(*scores.shape[1:]) if use_causal_mask else None))
        if training and self.dropout > 0:
            weights = dropout(weights, self.dropout, None, self.seed_generator)
        result = ops.matmul(weights, value)
        if query_mask is not None:
            result = ops.multiply(result, ops.cast(ops.expand_dims(query_mask, -1), result.dtype))
        return (result, weights) if return_attention_scores else result

    def compute_mask(self, inputs: Any, previous: Any = None) -> Any:
        return previous[0] if previous else None

    def get_config(self) -> dict[str, Any]:
        own = {"use_scale": self.use_scale, "score_mode": self.score_mode}
        return {**super().get_config(), **own, "dropout": self.dropout, "seed": self.seed}


class AdditiveAttention(Attention):
    """Attention by the scores sum(scale * tanh(query + key)) (Bahdanau et al., 2015).

    Input shape: a list `[query, value]` or `[query, value, key]` of `(batch, steps, features)`. Output shape: `(batch,
    queries, features)` of the value; with `return_attention_scores` also `(batch, queries, keys)`.

    Args:
        use_scale: a learned factor for each feature.
        dropout: share of the scores left out in training.
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale, "dot", dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight((known_axis(self, input_shape[0]),), "glorot_uniform", name="scale")

    def scores(self, query: Any, key: Any) -> Any:
        both = ops.tanh(ops.add(ops.expand_dims(query, 2), ops.expand_dims(key, 1)))
        return ops.sum(both if self.scale is None else ops.multiply(both, self.scale), -1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["score_mode"]
        return config
