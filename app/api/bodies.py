"""Request bodies, parsed, checked and typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

from flask import request
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import NullableSchema
from typing_extensions import TypedDict
from werkzeug.exceptions import UnsupportedMediaType

from app import inputs
from app.api import headers, objects
from app.errors import InvalidField, InvalidInput, UnknownVersion
from app.predictions import NewPrediction
from app.tables import Version
from app.webhooks import COMPLETED, EVENTS

Address = Annotated[str, Field(min_length=1)]
Event = Annotated[str, Field(json_schema_extra={"enum": list(EVENTS)})]


@with_config(ConfigDict(extra="forbid"))
class ModelPredictionBody(TypedDict):
    """What is asked of a model; null is as good as nothing."""

    input: Annotated[
        dict[str, Any] | None, Field(description="What the version's schema asks for.")
    ]
    webhook: NotRequired[Annotated[Address | None, Field(description="Where events are sent.")]]
    webhook_events_filter: NotRequired[
        Annotated[
            list[Event] | None,
            Field(description="Which events; output and completed where none is named."),
        ]
    ]
    webhook_completed: NotRequired[
        Annotated[
            Address | None, Field(description="A webhook for `completed` alone.", deprecated=True)
        ]
    ]
    stream: NotRequired[Annotated[bool | None, Field(description="No effect.", deprecated=True)]]
    lifetime: NotRequired[Annotated[str | None, Field(description="The same as Cancel-After.")]]


@with_config(ConfigDict(extra="forbid"))
class PredictionBody(ModelPredictionBody):
    """What is asked of a version."""

    version: Annotated[str, Field(description="`owner/name`, `owner/name:id` or a version's id.")]


class _WithoutNull(GenerateJsonSchema):
    """The schema of what is left of a body without its nulls: its errors name one type."""

    def nullable_schema(self, schema: NullableSchema) -> dict[str, Any]:
        """The schema of what may be null, as if it may not."""
        return self.generate_inner(schema["schema"])


OPTIONAL = ModelPredictionBody.__optional_keys__
FOR_MODEL, FOR_VERSION = (
    inputs.Rules(TypeAdapter(body).json_schema(schema_generator=_WithoutNull))
    for body in (ModelPredictionBody, PredictionBody)
)


@dataclass(frozen=True)
class Asked:
    """A prediction that is asked for, and what is wrong with the request around its input."""

    content: dict[str, Any]
    problems: Sequence[InvalidField]

    @property
    def version(self) -> str:
        """The version named in the body; raises InvalidInput where none is."""
        named = self.content.get("version")
        if not isinstance(named, str):
            raise InvalidInput(self.problems)
        if not named.isprintable():
            raise UnknownVersion
        return named

    def of(self, version: Version) -> NewPrediction:
        """What is asked of a version; raises InvalidInput with all that is wrong, in one go."""
        given = self.content.get("input")
        if self.problems:
            about_input = inputs.problems(version, given) if isinstance(given, dict) else []
            raise InvalidInput([*self.problems, *about_input])
        webhook, events = _webhook(self.content)
        return NewPrediction(
            input=self.content["input"],
            webhook=webhook,
            webhook_events=events,
            cancel_after=headers.cancel_after(lifetime=self.content.get("lifetime")),
        )


def prediction(rules: inputs.Rules) -> Asked:
    """The prediction asked for in the body."""
    content = _without_nulls(_content())
    return Asked(content, rules.problems(content))


def _without_nulls(content: Mapping[str, Any]) -> dict[str, Any]:
    """The body as if nothing had been said where it says null, as some clients do."""
    said = {
        name: value for name, value in content.items() if value is not None or name not in OPTIONAL
    }
    if content.get("input", {}) is None:
        said["input"] = {}
    return said


def _webhook(content: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...] | None]:
    """Where events go, and which; the old `webhook_completed` is a webhook with but that event."""
    if "webhook" not in content and "webhook_completed" in content:
        return content["webhook_completed"], (COMPLETED,)
    return content.get("webhook"), tuple(content.get("webhook_events_filter", ())) or None


def _content() -> dict[str, Any]:
    """The body as a JSON object."""
    if request.mimetype and not request.is_json:
        raise UnsupportedMediaType("The request body must be sent as application/json.")
    return objects.read(_whole(), "The request body")


def _whole() -> bytes:
    """All of the body; reading on at its end refuses a chunked one that was cut at the limit."""
    return request.get_data(cache=False) + request.stream.read(1)
