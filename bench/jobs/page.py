"""The page's program without its picture: wall time, what compiling took, and memory beside the arrays."""

import resource
import time

from common import load, report

x, y, x_test, y_test = load()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from oribi import tf
from oribi.training import step

spent = 0.0
make = step.Step.__init__


def timed(self, *arguments):
    global spent
    start = time.perf_counter()
    make(self, *arguments)
    spent += time.perf_counter() - start


step.Step.__init__ = timed
tf.random.set_seed(0)
layers = tf.keras.layers
model = tf.keras.models.Sequential(
    [layers.Flatten(input_shape=(28, 28)), layers.Dense(128, activation="relu"), layers.Dropout(0.2), layers.Dense(10)]
)
predictions = model(x[:1]).numpy()
tf.nn.softmax(predictions).numpy()
loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
loss(y[:1], predictions).numpy()
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(x, y, epochs=5, verbose=2)
model.evaluate(x_test, y_test, verbose=2)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report(compile_s=spent, memory_mb=(after - before) / 1024)
