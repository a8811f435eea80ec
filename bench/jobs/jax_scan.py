"""The quickstart's job as a JAX user writes it: one jitted scan over the epoch.    Run: jax_scan.py SEED"""

import sys

from common import Timer, load, report

with Timer() as importing:
    import jax
    import jax.numpy as jnp
x, y, x_test, y_test = load()
x, x_test = (jnp.asarray(a.reshape(-1, 784), jnp.float32) for a in (x, x_test))
y, y_test = (jnp.asarray(a, jnp.int32) for a in (y, y_test))
key = jax.random.key(int(sys.argv[1]))
keys = jax.random.split(key, 3)


def glorot(key, shape):
    limit = (6 / sum(shape)) ** 0.5
    return jax.random.uniform(key, shape, minval=-limit, maxval=limit)


params = [glorot(keys[0], (784, 128)), jnp.zeros(128), glorot(keys[1], (128, 10)), jnp.zeros(10)]
state = (params, [jnp.zeros_like(p) for p in params], [jnp.zeros_like(p) for p in params], jnp.float32(0), keys[2])


def forward(params, batch, key=None):
    hidden = jax.nn.relu(batch @ params[0] + params[1])
    if key is not None:
        hidden = jnp.where(jax.random.bernoulli(key, 0.8, hidden.shape), hidden / 0.8, 0)
    return hidden @ params[2] + params[3]


def loss_of(params, batch, labels, key):
    logits = forward(params, batch, key)
    losses = -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)[:, 0]
    return losses.mean(), (logits.argmax(1) == labels).sum()


@jax.jit
def epoch(state, rows):
    def step(state, rows):
        params, first, second, count, key = state
        key, own = jax.random.split(key)
        (loss, correct), grads = jax.value_and_grad(loss_of, has_aux=True)(params, x[rows], y[rows], own)
        count += 1
        first = [m + (g - m) * 0.1 for m, g in zip(first, grads, strict=True)]
        second = [v + (g * g - v) * 0.001 for v, g in zip(second, grads, strict=True)]
        alpha = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        moments = zip(params, first, second, strict=True)
        params = [p - alpha * m / (jnp.sqrt(v) + 1e-7) for p, m, v in moments]
        return (params, first, second, count, key), (loss, correct)

    return jax.lax.scan(step, state, rows)


def run(state, number):
    rows = jax.random.permutation(jax.random.fold_in(key, number), 60000).reshape(1875, 32)
    state, _ = epoch(state, rows)
    return jax.block_until_ready(state)


with Timer() as fitting:
    for number in range(5):
        state = run(state, number)
accuracy = float((forward(state[0], x_test).argmax(1) == y_test).mean())
with Timer() as again:
    state = run(state, 5)
report(import_s=importing.seconds, fit_s=fitting.seconds, step_us=again.seconds / 1875 * 1e6, accuracy=accuracy)
