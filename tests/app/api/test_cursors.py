"""Cursors come back as they were handed out, and nothing else is taken for one."""

from datetime import timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.api import pages
from app.errors import InvalidRequest

app = Flask(__name__)

PARTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(PARTS, min_size=2, max_size=3))
def test_a_cursor_comes_back_as_it_was_handed_out(parts):
    with app.test_request_context():
        link = pages._link(*parts)

    with app.test_request_context(link):
        assert pages._cursor(len(parts)) == parts


@given(st.text())
def test_no_cursor_is_too_odd_to_be_refused(text):
    with app.test_request_context(query_string={"cursor": text.encode(errors="replace")}):
        try:
            window = pages.window()
        except InvalidRequest:
            return
    assert window.cursor[0].utcoffset() == timedelta(0)
