"""Callbacks, under the names of `keras.callbacks`: what a user hooks into training."""

from .callback import Callback, CallbackList, LambdaCallback
from .checkpoint import BackupAndRestore, ModelCheckpoint
from .history import CSVLogger, History
from .progress import ProgbarLogger
from .stopping import EarlyStopping, LearningRateScheduler, ReduceLROnPlateau, TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
