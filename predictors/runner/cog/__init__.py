"""What a model may import from Cog, without any dependency."""

from .exceptions import CancelationException, ExperimentalFeatureWarning
from .input import FieldInfo, Input
from .model import BaseModel
from .predictor import BasePredictor, BaseRunner, concurrent, streaming
from .scope import current_scope, emit_metric, record_metric
from .types import AsyncConcatenateIterator, ConcatenateIterator, File, Opaque, Path, Secret

__version__ = "0.23.1"

__all__ = [
    "AsyncConcatenateIterator",
    "BaseModel",
    "BasePredictor",
    "BaseRunner",
    "CancelationException",
    "ConcatenateIterator",
    "ExperimentalFeatureWarning",
    "FieldInfo",
    "File",
    "Input",
    "Opaque",
    "Path",
    "Secret",
    "concurrent",
    "current_scope",
    "emit_metric",
    "record_metric",
    "streaming",
]
