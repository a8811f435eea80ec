"""Random numbers: seeds, and tensors of uniform and normal numbers, as `keras.random`.

Everything that draws inside of a model does so from Threefry counters in the graph, so that the same seed gives the same bits
whatever the engine and the number of threads."""

from .random import SeedGenerator, dropout, normal, uniform

__all__ = ["SeedGenerator", "dropout", "normal", "uniform"]
