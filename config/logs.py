"""What the processes say, and how: one line an event, as JSON or for a person, never a secret."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from config import settings

REDACTED = "[redacted]"
SECRET_KEYS = frozenset({"authorization", "cookie", "password", "secret", "token"})
SECRETS = (
    (re.compile(r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?)[^'\",\r\n]+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)\b(bearer\s+)[^\s'\",]+"), rf"\1{REDACTED}"),
    (re.compile(r"\b(hth_|r8_|whsec_)[\w+/=-]+"), rf"\1{REDACTED}"),
    (re.compile(r"(://)[^\s/?#'\"]*@"), rf"\1{REDACTED}@"),
    (re.compile(r"(\b[a-z]+://[^\s?#'\"]*\?)[^\s'\"]+"), rf"\1{REDACTED}"),
)
QUIET = (
    "alembic",
    "celery.app.trace",
    "celery.beat",
    "celery.worker.strategy",
    "circus",
    "httpx",
)
"""Loggers whose everyday news says nothing that ours do not."""


def configure() -> None:
    """Send every log of this process, ours and the libraries', through one chain to stderr."""
    chosen = settings.load().log
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(chosen.log_level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(as_json=chosen.log_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(chosen.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)


def redact(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Take tokens, signing secrets, passwords and the queries of URLs out of an event."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, as_json: bool) -> logging.Formatter:
    for_people = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.add_logger_name],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer() if as_json else for_people,
        ],
    )


def _without_secrets(key: object, value: Any) -> Any:
    if isinstance(key, str) and key.lower() in SECRET_KEYS:
        return REDACTED
    if isinstance(value, dict):
        return {each: _without_secrets(each, inner) for each, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(None, inner) for inner in value]
    return _redacted(value) if isinstance(value, str | Exception) else value


def _redacted(value: object) -> str:
    text = str(value)
    for secret, replacement in SECRETS:
        text = secret.sub(replacement, text)
    return text
