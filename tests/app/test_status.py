"""Which status may follow which: every pair."""

import itertools

import pytest

from app.status import Status, sources

ALLOWED = {
    ("starting", "processing"),
    ("starting", "failed"),
    ("starting", "canceled"),
    ("processing", "processing"),
    ("processing", "succeeded"),
    ("processing", "failed"),
    ("processing", "canceled"),
}


@pytest.mark.parametrize(("source", "target"), [*itertools.product(Status, Status)])
def test_a_status_follows_only_where_the_table_allows_it(source, target):
    assert (source in sources(target)) == ((source.value, target.value) in ALLOWED)


@pytest.mark.parametrize("status", Status)
def test_what_nothing_follows_is_terminal(status):
    assert status.is_terminal == (status in {"succeeded", "failed", "canceled"})
