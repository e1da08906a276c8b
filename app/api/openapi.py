"""The OpenAPI document of our own API, gathered from the routes themselves."""

import functools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib import metadata
from typing import Any, NotRequired, TypeVar

from flask import Blueprint
from flask.typing import ResponseReturnValue
from pydantic_core import CoreSchema, core_schema
from spectree import Response, SecurityScheme, SpecTree
from spectree.model_adapter.pydantic_adapter import PydanticModelAdapter
from spectree.models import InType, SecureType, SecuritySchemeData
from spectree.plugins.flask_plugin import FlaskPlugin
from typing_extensions import TypedDict

from app.api.errors import PROBLEM
from app.errors import InvalidField

HEADERS = {
    201: ("Location", "Preference-Applied"),
    202: ("Location", "Preference-Applied"),
    401: ("WWW-Authenticate",),
    503: ("Retry-After",),
}

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

routes = Blueprint("document", __name__)  # spectree passes over what is called openapi


class Problem(TypedDict):
    """Why a request was not answered as asked, after RFC 9457."""

    title: NotRequired[str]
    detail: str
    status: int
    invalid_fields: NotRequired[list[InvalidField]]


class EventStream:
    """Server-sent events: `output`, at last `done`, before it `error` where there was one."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> CoreSchema:
        """Text, as far as JSON Schema can say."""
        return core_schema.str_schema()


MEDIA = {"Problem": PROBLEM, "EventStream": "text/event-stream"}


class _Untouched(FlaskPlugin):
    """Documents routes and leaves their requests and replies alone."""

    def validate(self, func: Callable[..., Any], *_: Any, **view_arguments: Any) -> Any:
        """Call the route, nothing else."""
        return func(**view_arguments)


class _Shapes(PydanticModelAdapter):
    """Takes the typed dicts that our bodies and replies are."""

    def is_model_type(self, value: type) -> bool:
        """Whatever pydantic can describe."""
        return isinstance(value, type)


BEARER = SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")
TOKEN = SecuritySchemeData(
    type=SecureType.API_KEY,
    name="Authorization",
    field_in=InType.HEADER,
    description="`Token`, a space and the token, as older clients send it.",
)

_spec = SpecTree(
    backend=_Untouched,
    model_adapter=_Shapes(),  # type: ignore[arg-type]  # spectree's own does not fit its protocol
    mode="strict",
    annotations=False,
    naming_strategy=lambda shape: shape.__name__,
    nested_naming_strategy=lambda _outer, inner: inner,
    validation_error_status=HTTPStatus.INTERNAL_SERVER_ERROR,  # what every route may answer
    validation_error_model=Problem,
    title="Hearth",
    description="A self-hosted Replicate.",
    version=metadata.version("hearth"),
    security_schemes=[SecurityScheme("bearer", BEARER), SecurityScheme("token", TOKEN)],
    security=[{"bearer": []}, {"token": []}],
)


def describe(
    replies: Mapping[int, type | None],
    *problems: int,
    is_public: bool = False,
    **asked: type,
) -> Callable[[View], View]:
    """Tell the document of a route: what it replies, and what may go wrong.

    What it takes is given as `query`, `headers`, `json` or `form`.
    """
    always = () if is_public else (HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE)
    answers = {**dict.fromkeys((*problems, *always), Problem), **replies}
    response = Response(**{f"HTTP_{status:d}": shape for status, shape in answers.items()})
    security: list[Any] | None = [] if is_public else None
    return _spec.validate(resp=response, security=security, **asked)  # type: ignore[arg-type]  # its models are more than it says


@routes.get("/openapi.json")
@describe({200: None}, is_public=True)
def document() -> ResponseReturnValue:
    """Get this document."""
    return _document()


@functools.cache
def _document() -> dict[str, Any]:
    """What spectree gathers, with the headers and the media type it cannot be told of."""
    gathered: dict[str, Any] = _spec.spec
    for operations in gathered["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                _finish(answer, int(status))
    return gathered


def _finish(answer: dict[str, Any], status: int) -> None:
    names = (*HEADERS.get(status, ()), "X-Request-Id")
    answer["headers"] = {name: {"schema": {"type": "string"}} for name in names}
    media = answer.get("content", {})
    for shape, media_type in MEDIA.items():
        if media.get("application/json") == {"schema": {"$ref": f"#/components/schemas/{shape}"}}:
            media[media_type] = media.pop("application/json")
