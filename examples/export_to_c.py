"""A trained model as one small library with a C header, and a C program that calls it: no Python, no runtime.

Run:  python examples/export_to_c.py        (needs a C compiler)
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import oribi
from oribi import layers

PROGRAM = """
#include <stdio.h>
#include "digits.h"

int main(int count, char **names) {
    static float image[DIGITS_IN], scores[DIGITS_OUT];
    for (int n = 1; n < count; n++) {
        FILE *file = fopen(names[n], "rb");
        if (!file || fread(image, sizeof(float), DIGITS_IN, file) != DIGITS_IN) return 1;
        fclose(file);
        digits_predict(image, scores, 1, NULL);
        int best = 0;
        for (int i = 1; i < DIGITS_OUT; i++) if (scores[i] > scores[best]) best = i;
        printf("%d ", best);
    }
    return 0;
}
"""

oribi.utils.set_random_seed(0)
(x, y), (x_test, y_test) = oribi.datasets.synthetic_digits.load_data(10000, 1000)
model = oribi.Sequential(
    [
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10),
    ]
)
loss = oribi.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(x / 255.0, y, epochs=3, verbose=2)

compiler = shutil.which("cc")
if compiler is None:
    print("there is no C compiler here: the library would be linked by it")
    raise SystemExit

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    model.export(folder / "digits.so")
    print(f"digits.so: {(folder / 'digits.so').stat().st_size / 1000:.0f} kB, with its weights")
    (folder / "main.c").write_text(PROGRAM)
    subprocess.run([compiler, "-O2", "main.c", "digits.so", "-Wl,-rpath,$ORIGIN", "-o", "main"], cwd=folder, check=True)
    images = (x_test[:20] / 255.0).astype("float32")
    files = []
    for number, image in enumerate(images):
        files.append(str(folder / f"{number}.raw"))
        image.tofile(files[-1])
    said = subprocess.run(["./main", *files], cwd=folder, check=True, capture_output=True, text=True).stdout
    print("C says:     ", said)
    print("Python says:", *np.argmax(model.predict(images, verbose=0), -1))
    print("they agree:", said.split() == [str(n) for n in np.argmax(model.predict(images, verbose=0), -1)])
