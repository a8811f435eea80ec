"""The quickstart's job on scikit-learn, which has no dropout.    Run: sklearn_mlp.py SEED"""

import sys
import warnings

from common import Timer, load, report

with Timer() as importing:
    from sklearn.neural_network import MLPClassifier
warnings.simplefilter("ignore")
x, y, x_test, y_test = load()
model = MLPClassifier((128,), batch_size=32, max_iter=5, alpha=0, epsilon=1e-7, random_state=int(sys.argv[1]))
with Timer() as fitting:
    model.fit(x.reshape(-1, 784), y)
accuracy = model.score(x_test.reshape(-1, 784), y_test)
report(import_s=importing.seconds, fit_s=fitting.seconds, step_us=fitting.seconds / 5 / 1875 * 1e6, accuracy=accuracy)
