"""The bytes of server-sent events, as a table."""

import pytest

from app.streams import sse
from app.streams.sse import START, Position

AFTER = Position(1, 17)
HEAD = b"event: output\nid: 1:17\n"


@pytest.mark.parametrize(
    ("piece", "data"),
    [
        ("Hel", b"data: Hel\n"),
        ("", b"data: \n"),
        (" lo", b"data:  lo\n"),
        ("one\ntwo", b"data: one\ndata: two\n"),
        ("\n", b"data: \ndata: \n"),
        ("one\r\ntwo\rthree", b"data: one\ndata: two\ndata: three\n"),
        ("a: b", b"data: a: b\n"),
        ("ä\u2028€", "data: ä\u2028€\n".encode()),
        ("\ud83d", b"data: ?\n"),
        (3, b"data: 3\n"),
        (None, b"data: null\n"),
        ({"word": "ä", "at": [1, 2]}, 'data: {"word":"ä","at":[1,2]}\n'.encode()),
    ],
    ids=str,
)
def test_a_piece_is_an_event_with_a_line_for_each_of_its_lines(piece, data):
    assert sse.output(piece, AFTER) == HEAD + data + b"\n"


@pytest.mark.parametrize(
    ("reason", "data"),
    [(None, b"{}"), ("canceled", b'{"reason":"canceled"}'), ("error", b'{"reason":"error"}')],
)
def test_the_last_event_says_how_it_ended(reason, data):
    assert sse.done(reason, AFTER) == b"event: done\nid: 1:17\ndata: " + data + b"\n\n"


def test_an_error_is_one_line_of_json():
    said = sse.error("It broke.\nBadly.", AFTER)

    assert said == b'event: error\nid: 1:17\ndata: {"detail":"It broke.\\nBadly."}\n\n'


def test_a_heartbeat_is_a_comment_without_a_blank_line():
    assert sse.HEARTBEAT.startswith(b":")
    assert sse.HEARTBEAT.count(b"\n") == 1


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1:17", Position(1, 17)),
        (str(Position(3, 0)), Position(3, 0)),
        ("", START),
        ("1770110000", START),
        ("1:-1", START),
        ("1:17:2", START),
        ("\u0661:\u0661", START),
        ("1:" + "9" * 30, START),
    ],
)
def test_an_id_stands_for_a_position(text, position):
    assert sse.position(text) == position
