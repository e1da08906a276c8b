"""Errors → problem JSON, whoever raised them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, json
from werkzeug.exceptions import HTTPException

from app.errors import BodyTooLarge, NotFound, ServiceError

PROBLEM = "application/problem+json"
UNEXPECTED = "Something went wrong on our side; the log says more under this request's id."

log = structlog.get_logger()


def register(app: Flask) -> None:
    """Answer every error with a problem."""
    app.register_error_handler(ServiceError, _ours)
    app.register_error_handler(HTTPException, _flasks)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: ServiceError) -> Response:
    return _answer(error.problem(), error.headers)


def _flasks(error: HTTPException) -> Response:
    """What Flask and werkzeug refuse; in our words where we have some."""
    if error.code == HTTPStatus.NOT_FOUND:
        return _ours(NotFound())
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _ours(BodyTooLarge("The request body is larger than this server reads."))
    headers = {name: text for name, text in error.get_headers() if name != "Content-Type"}
    problem = {"title": error.name, "detail": error.description, "status": error.code}
    return _answer(problem, headers)


def _unexpected(error: Exception) -> Response:
    log.error("request_failed", exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer({"title": status.phrase, "detail": UNEXPECTED, "status": int(status)}, {})


def _answer(problem: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(
        json.dumps(problem), status=problem["status"], headers=dict(headers), mimetype=PROBLEM
    )
