import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from config import logs, settings

SECRET = "hth_3uD9zQ-q_0"


class Written:
    """What was logged, and in which form."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
        self._capsys = capsys
        self.as_json = as_json

    def read(self) -> str:
        return self._capsys.readouterr().err


@pytest.fixture(params=[True, False], ids=["json", "console"])
def written(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Written]:
    monkeypatch.setenv("HEARTH_LOG_JSON", str(request.param))
    settings.load.cache_clear()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield Written(capsys, as_json=request.param)
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    settings.load.cache_clear()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("{'authorization': 'Token abc'}", "{'authorization': '[redacted]'}"),
        ("sent bearer abc", "sent bearer [redacted]"),
        (f"token {SECRET} refused", "token hth_[redacted] refused"),
        ("r8_abc123", "r8_[redacted]"),
        ("key whsec_MfKQ9r8GKYqrTwjU+PD8/ILPZIo2LaLaSw==.", "key whsec_[redacted]."),
        (
            "GET https://example.com/hook?key=1&x=2 failed",
            "GET https://example.com/hook?[redacted] failed",
        ),
        ("redis://:pass@10.0.0.1:6379/0", "redis://[redacted]@10.0.0.1:6379/0"),
        ("postgresql+psycopg://u:p@db/hearth", "postgresql+psycopg://[redacted]@db/hearth"),
        ("prediction_finished", "prediction_finished"),
        ("What is the token limit?", "What is the token limit?"),
    ],
)
def test_a_secret_is_taken_out_of_a_text(said: str, kept: str) -> None:
    assert logs.redact(None, "info", {"event": said}) == {"event": kept}


def test_a_secret_is_taken_out_of_whatever_holds_it() -> None:
    event = {"headers": {"Authorization": "x"}, "list": [SECRET], "error": ValueError(SECRET)}

    told = logs.redact(None, "info", {**event, "seconds": 1.5})

    assert told == {
        "headers": {"Authorization": "[redacted]"},
        "list": ["hth_[redacted]"],
        "error": "hth_[redacted]",
        "seconds": 1.5,
    }


def test_our_events_carry_their_facts(written: Written) -> None:
    logs.configure()

    structlog.get_logger().info("prediction_finished", status="succeeded")

    line = written.read()
    assert "prediction_finished" in line
    assert "succeeded" in line
    assert line.count("\n") == 1


def test_a_library_s_log_goes_the_same_way(written: Written) -> None:
    logs.configure()

    logging.getLogger("celery").warning("cannot connect to %s", "redis://:pass@host")

    line = written.read()
    assert "redis://[redacted]@host" in line
    assert "celery" in line


def test_a_traceback_is_written_without_its_secrets(written: Written) -> None:
    logs.configure()

    try:
        raise ValueError(f"refused {SECRET}")  # noqa: TRY301  it is what is logged
    except ValueError:
        structlog.get_logger().exception("request_failed")

    text = written.read()
    assert "ValueError: refused hth_[redacted]" in text
    assert SECRET not in text


def test_what_is_bound_to_the_context_is_told(written: Written) -> None:
    logs.configure()

    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger().info("started", model="meta/llama")

    line = written.read()
    told = json.loads(line) if written.as_json else {}
    assert "request_id" in line
    assert not written.as_json or told["event"] == "started"


def test_what_is_below_the_level_is_not_written(written: Written) -> None:
    logs.configure()

    structlog.get_logger().debug("detail")
    logging.getLogger("kombu").debug("detail")

    assert written.read() == ""
