"""A layer of oribi beside the same one of the installed Keras: outputs, gradients, shapes, weights and config."""

import numpy as np

import oribi
from oribi.engines.reference import evaluate
from oribi.graph.grad import grad
from oribi.graph.node import constant, parameter
from oribi.values import Tensor, tracing


def layers_agree(keras, name, arguments, shape, tolerance=2e-5, training=None, low=-1.0, high=1.0):
    """Raise unless both layers, with the same weights, do the same to the same input."""
    rng = np.random.default_rng(len(name) + sum(shape))
    x = rng.uniform(low, high, shape).astype("float32")
    theirs, ours = getattr(keras.layers, name)(**arguments), getattr(oribi.layers, name)(**arguments)
    called = {} if training is None else {"training": training}
    theirs(x, **called)
    ours(x, **called)
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, tuple(w.shape)) for w in theirs.weights]
    weights = [rng.uniform(0.2, 1, w.shape).astype("float32") for w in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    want = np.asarray(theirs(x, **called))
    have = ours(x, **called)
    assert tuple(have.shape) == want.shape
    np.testing.assert_allclose(have.numpy(), want, rtol=tolerance, atol=tolerance)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, np.asarray(other), rtol=tolerance, atol=tolerance)
    ours.set_weights(weights)
    theirs.set_weights(weights)
    ct = rng.normal(size=want.shape).astype("float32")
    for mine, other in zip(_gradients(ours, x, ct, called), _keras_gradients(theirs, x, ct, called), strict=True):
        scale = max(1.0, float(np.abs(other).max()))
        np.testing.assert_allclose(mine / scale, other / scale, rtol=tolerance * 5, atol=tolerance * 5)
    inner = (None, *shape[1:])
    assert ours.compute_output_shape(inner) == tuple(theirs.compute_output_shape(inner))
    again = type(ours).from_config(ours.get_config())
    assert again.get_config() == ours.get_config()
    again(x, **called)
    again.set_weights(weights)
    np.testing.assert_array_equal(again(x, **called).numpy(), have.numpy())


def _gradients(layer, x, ct, called):
    """Of sum(output * ct), for the input and the trainable weights."""
    node = parameter("x", x.shape, "float32")
    with tracing() as trace:
        output = layer(Tensor(node), **called).node
    known = {node: x, **{p: v.numpy() for v, p in trace.read_as.items()}}
    wanted = [node, *(trace.read_as[w] for w in layer.trainable_weights)]
    return evaluate(grad(output, wanted, constant(ct)), known)


def _keras_gradients(layer, x, ct, called):
    import jax

    trainable = [w.value for w in layer.trainable_variables]
    rest = [w.value for w in layer.non_trainable_variables]

    def total(x, trainable):
        return (layer.stateless_call(trainable, rest, x, **called)[0] * ct).sum()

    of_x, of_weights = jax.grad(total, (0, 1))(x, trainable)
    return [np.asarray(g) for g in (of_x, *of_weights)]
