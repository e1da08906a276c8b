"""A predictor's signature as an OpenAPI document, read from source text alone."""

from pathlib import Path
from typing import Any

from predictors import cogyaml
from predictors.schema import document, signature
from predictors.schema.source import SchemaError

__all__ = ["SchemaError", "of_folder"]


def of_folder(folder: Path) -> dict[str, Any]:
    """The document of the model in this folder; raises SchemaError with file, line and remedy."""
    try:
        entry_point = cogyaml.read(folder).entry_point
    except cogyaml.CogYamlError as error:
        raise SchemaError(str(error)) from error
    try:
        return document.of_signature(signature.read(folder, entry_point))
    except RecursionError as error:
        raise SchemaError(f"{folder}: a name of {entry_point} stands for itself.") from error
