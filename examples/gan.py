"""A generative adversarial network on a ring of points: a `train_step` of one's own, with two optimizers.

Source: Goodfellow et al., "Generative adversarial nets", 2014.    Run:  python examples/gan.py
"""

import numpy as np

import oribi
from oribi import layers, ops


class Gan(oribi.Model):
    """A generator draws points from noise; a judge tells them from real ones. Each learns from the other."""

    def __init__(self, noise=4):
        super().__init__()
        self.noise = noise
        hidden = lambda: [layers.Dense(64, activation="relu"), layers.Dense(64, activation="relu")]
        self.generator = oribi.Sequential([oribi.Input((noise,)), *hidden(), layers.Dense(2)])
        self.judge = oribi.Sequential([oribi.Input((2,)), *hidden(), layers.Dense(1)])

    def compile(self, generator_optimizer, judge_optimizer):
        super().compile()
        self.generator_optimizer, self.judge_optimizer = generator_optimizer, judge_optimizer
        self.loss_fn = oribi.losses.BinaryCrossentropy(from_logits=True)

    def train_step(self, data):
        real = data
        count = real.shape[0]
        noise = oribi.random.normal((count, self.noise))
        points = ops.concatenate([self.generator(noise), real], axis=0)
        is_real = ops.concatenate([ops.zeros((count, 1)), ops.ones((count, 1))], axis=0)
        with oribi.GradientTape() as tape:
            judge_loss = self.loss_fn(is_real, self.judge(points))
        weights = self.judge.trainable_weights
        self.judge_optimizer.apply_gradients(zip(tape.gradient(judge_loss, weights), weights, strict=True))
        with oribi.GradientTape() as tape:
            generator_loss = self.loss_fn(ops.ones((count, 1)), self.judge(self.generator(noise)))
        weights = self.generator.trainable_weights
        self.generator_optimizer.apply_gradients(zip(tape.gradient(generator_loss, weights), weights, strict=True))
        return {"judge_loss": judge_loss, "generator_loss": generator_loss}


oribi.utils.set_random_seed(0)
angle = np.random.uniform(0, 2 * np.pi, 20000)
ring = np.stack([np.cos(angle), np.sin(angle)], 1) + 0.05 * np.random.normal(size=(20000, 2))

gan = Gan()
gan.compile(oribi.optimizers.Adam(5e-4, beta_1=0.5), oribi.optimizers.Adam(5e-4, beta_1=0.5))
gan.fit(ring.astype("float32"), batch_size=128, epochs=30, verbose=0)
points = gan.generator.predict(np.random.normal(size=(2000, 4)), verbose=0)
radius = np.linalg.norm(points, axis=1)
print(f"radius of the drawn points: {radius.mean():.2f} +- {radius.std():.2f}, of the real ones: 1.00 +- 0.05")
