"""The quickstart's job on a Keras API: oribi's, or Keras' own on any backend.    Run: keras_like.py oribi|keras SEED"""

import sys

from common import Timer, load, report

module, seed = sys.argv[1], int(sys.argv[2])
with Timer() as importing:
    if module == "oribi":
        import oribi as keras

        keras.layers, keras.Sequential  # noqa: B018
    else:
        import keras
x, y, x_test, y_test = load()
keras.utils.set_random_seed(seed)
layers = keras.layers
with Timer() as building:
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
with Timer() as fitting:
    model.fit(x, y, epochs=5, verbose=0)
with Timer() as evaluating:
    accuracy = model.evaluate(x_test, y_test, verbose=0)[1]
epochs = []
for _ in range(3):
    with Timer() as again:
        model.fit(x, y, epochs=1, verbose=0)
    epochs.append(again.seconds)
row = x_test[:1]
model.predict(row, verbose=0), model(row)
predicts, calls = [], []
for _ in range(30):
    with Timer() as one:
        model.predict(row, verbose=0)
    predicts.append(one.seconds)
    with Timer() as one:
        keras.ops.convert_to_numpy(model(row))
    calls.append(one.seconds)
report(
    import_s=importing.seconds,
    fit_s=fitting.seconds,
    step_us=sorted(epochs)[1] / 1875 * 1e6,
    evaluate_s=evaluating.seconds,
    accuracy=accuracy,
    predict_us=sorted(predicts)[15] * 1e6,
    call_us=sorted(calls)[15] * 1e6,
)
