"""All that can go wrong that a client is told of.

ServiceError
├── BadRequest           400  the request cannot be read
├── Unauthenticated      401  no token, or a wrong one
├── Forbidden            403  a signature that is wrong or too old
├── NotFound             404  no such thing, or somebody else's
├── BodyTooLarge         413  more than we read
├── InvalidRequest       422  readable, but not acceptable
│   ├── InvalidInput     422  the request's fields, each with what is wrong
│   └── UnknownVersion   422  no such version
├── Unavailable          503  the database or the broker is away
└── StorageFull          507  no room is left for a file
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, ClassVar


class ServiceError(Exception):
    """Something a client is told of, with its HTTP status."""

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    title: ClassVar[str | None] = None
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def problem(self) -> dict[str, Any]:
        """The body of the answer, after RFC 9457."""
        title = {"title": self.title} if self.title else {}
        return {**title, "detail": self.detail, "status": int(self.status)}


class BadRequest(ServiceError):
    """The request cannot be read."""

    status = HTTPStatus.BAD_REQUEST
    title = "Bad request"


class Unauthenticated(ServiceError):
    """No token, or a wrong one."""

    status = HTTPStatus.UNAUTHORIZED
    title = "Unauthenticated"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class Forbidden(ServiceError):
    """A signature that is wrong or too old."""

    status = HTTPStatus.FORBIDDEN
    title = "Forbidden"


class NotFound(ServiceError):
    """No such thing, or one the caller may not see."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, detail: str = "The requested resource could not be found.") -> None:
        super().__init__(detail)


class BodyTooLarge(ServiceError):
    """The request's body is larger than we read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title = "Request body too large"


class InvalidRequest(ServiceError):
    """The request was understood and refused."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "Invalid request"


class UnknownVersion(InvalidRequest):
    """The version that was asked for does not exist."""

    title = "Invalid version or not permitted"

    def __init__(self) -> None:
        super().__init__(
            "The specified version does not exist (or perhaps you don't have permission to use it?)"
        )


@dataclass(frozen=True)
class InvalidField:
    """One thing wrong with a request; `field` is a dotted path, empty at the top."""

    type: str
    field: str
    description: str

    def __str__(self) -> str:
        return f"- {self.field}: {self.description}\n" if self.field else f"- {self.description}\n"


class InvalidInput(InvalidRequest):
    """Fields of the request that break their rules, all of them at once."""

    title = "Input validation failed"

    def __init__(self, fields: Sequence[InvalidField]) -> None:
        super().__init__("".join(map(str, fields)))
        self.fields = fields

    def problem(self) -> dict[str, Any]:
        """The usual body and the list of fields."""
        return {**super().problem(), "invalid_fields": [asdict(field) for field in self.fields]}


class Unavailable(ServiceError):
    """The database or the broker is away for the moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Service unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}


class StorageFull(ServiceError):
    """No room is left for a file."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    title = "Insufficient storage"

    def __init__(self) -> None:
        super().__init__(
            "No room is left for the file. Try again later, or have the operator make room."
        )
