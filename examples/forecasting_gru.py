"""A GRU that forecasts a day of electricity demand, hour by hour, out of the week before.

Run:  python examples/forecasting_gru.py
"""

import numpy as np

import oribi
from oribi import layers

WEEK, DAY = 7 * 24, 24
rng = np.random.default_rng(0)


def demand(hours):
    """Daily and weekly rhythm, a slow trend, and weather that drifts."""
    t = np.arange(hours)
    rhythm = np.sin(2 * np.pi * t / DAY) + 0.4 * np.sin(4 * np.pi * t / DAY) - 0.6 * (t // DAY % 7 >= 5)
    weather = np.zeros(hours)
    for i in range(1, hours):
        weather[i] = 0.97 * weather[i - 1] + 0.1 * rng.normal()
    return (rhythm + weather).astype("float32")


def windows(series):
    """Every week, and the day that follows it."""
    views = np.lib.stride_tricks.sliding_window_view(series, WEEK + DAY)[::3]
    return views[:, :WEEK, None], views[:, WEEK:]


oribi.utils.set_random_seed(0)
series = demand(24 * 365)
past, future = windows(series[: 24 * 300])
last_past, last_future = windows(series[24 * 300 :])

inputs = oribi.Input((WEEK, 1))
x = layers.GRU(32, return_sequences=True)(inputs)
x = layers.GRU(32)(x)
model = oribi.Model(inputs, layers.Dense(DAY)(x))
model.compile(oribi.optimizers.Adam(3e-3), "mse")
model.fit(past, future, batch_size=32, epochs=6, validation_data=(last_past, last_future), verbose=2)

error = np.abs(model.predict(last_past, verbose=0) - last_future).mean()
same_as_yesterday = np.abs(last_past[:, -DAY:, 0] - last_future).mean()
print(f"mean error of the forecast: {error:.3f}, of taking yesterday's hours: {same_as_yesterday:.3f}")
print("better than yesterday:", error < 0.8 * same_as_yesterday)
