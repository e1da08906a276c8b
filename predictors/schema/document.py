"""The OpenAPI document around a signature, as Cog's server would show it."""

from collections.abc import Sequence
from typing import Any

from predictors.schema import outputs
from predictors.schema.inputs import Parameter
from predictors.schema.signature import Signature

STATUSES = ["starting", "processing", "succeeded", "canceled", "failed"]
EVENTS = ["start", "output", "logs", "completed"]
TIME = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}


def of_signature(signature: Signature) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {"/predictions": {"post": _operation()}},
        "components": {
            "schemas": {
                "Input": _input(signature.parameters),
                "Output": outputs.schema(signature.returns),
                **_choices(signature.parameters),
                **_fixed(),
            }
        },
    }


def _operation() -> dict[str, Any]:
    return {
        "summary": "Predict",
        "description": "Run a single prediction on the model",
        "operationId": "predict_predictions_post",
        "x-cog-streaming": True,
        "requestBody": {"content": _json("PredictionRequest")},
        "responses": {
            "200": {"description": "Successful Response", "content": _json("PredictionResponse")},
            "422": {"description": "Validation Error", "content": _json("HTTPValidationError")},
        },
    }


def _json(component: str) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(component)}}


def _ref(component: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{component}"}


def _input(parameters: Sequence[Parameter]) -> dict[str, Any]:
    required = [parameter.name for parameter in parameters if parameter.is_required]
    return {
        "title": "Input",
        "type": "object",
        **({"required": required} if required else {}),
        "properties": {parameter.name: parameter.schema() for parameter in parameters},
    }


def _choices(parameters: Sequence[Parameter]) -> dict[str, Any]:
    return {each.name: _enumeration(each) for each in parameters if each.choices}


def _enumeration(parameter: Parameter) -> dict[str, Any]:
    if parameter.name in {"Input", "Output", *_fixed()}:
        raise parameter.code.error(f"{parameter.name} is the name of a component; choose another.")
    return {
        "title": parameter.name,
        "description": "An enumeration.",
        "type": parameter.kind.schema["type"],
        "enum": parameter.choices,
    }


def _fixed() -> dict[str, Any]:
    """The components that are the same for every model."""
    request = {
        "id": TEXT,
        "input": _ref("Input"),
        "webhook": {"type": "string", "format": "uri"},
        "webhook_events_filter": {"type": "array", "items": {"type": "string", "enum": EVENTS}},
    }
    response = {
        "id": TEXT,
        "version": TEXT,
        "input": _ref("Input"),
        "output": _ref("Output"),
        "status": _ref("Status"),
        "error": TEXT,
        "logs": TEXT,
        "metrics": {"type": "object"},
        "created_at": TIME,
        "started_at": TIME,
        "completed_at": TIME,
    }
    place = {"anyOf": [TEXT, {"type": "integer"}]}
    fault = {"loc": {"type": "array", "items": place}, "msg": TEXT, "type": TEXT}
    return {
        "PredictionRequest": _object("PredictionRequest", request),
        "PredictionResponse": _object("PredictionResponse", response),
        "Status": {"title": "Status", "description": "An enumeration.", **TEXT, "enum": STATUSES},
        "HTTPValidationError": _object(
            "HTTPValidationError", {"detail": {"type": "array", "items": _ref("ValidationError")}}
        ),
        "ValidationError": _object("ValidationError", fault) | {"required": list(fault)},
    }


def _object(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "properties": properties}
