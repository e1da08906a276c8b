"""The bench's arithmetic: rounds in turns, medians, ratios, budgets, and what is written down."""

import json

import pytest

from bench import rows, table
from bench.rows import Budget, Measured, Row

LESS, MORE = Budget(2, 1.2), Budget(0.5, 0.8, more_is_better=True)
OURS_ALONE = Budget(10, 5, of_ratio=False)


def row(budget=LESS, ours=lambda: 1.0, theirs=lambda: 1.0, **asides):
    return Row("noop_latency_p50", "ms", "bare Celery", budget, ours, theirs, asides)


def measured(budget, ours, theirs):
    return Measured(row(budget), ours, theirs, {})


def test_rounds_are_taken_in_turns():
    turns = []
    taking = {name: lambda name=name: turns.append(name) or 1.0 for name in ("ours", "theirs")}

    rows.measure(row(**taking, other=lambda: turns.append("other") or 1.0), 2, lambda _: None)

    assert turns == ["ours", "theirs", "other"] * 2


def test_a_row_holds_the_medians_of_its_rounds():
    ours, theirs = iter([9.0, 3.0, 4.0]), iter([1.0, 2.0, 50.0])

    found = rows.measure(row(LESS, ours.__next__, theirs.__next__), 3, lambda _: None)

    assert (found.ours, found.theirs, found.ratio) == (4.0, 2.0, 2.0)


def test_every_round_is_told():
    told = []

    rows.measure(row(), 3, told.append)

    assert [line.split(":")[0] for line in told] == [f"noop_latency_p50 {n}/3" for n in (1, 2, 3)]


def test_what_is_written_down_has_the_agreed_keys():
    found = rows.result(measured(LESS, 4.0, 3.0))

    assert json.loads(json.dumps(found)) == {
        "row": "noop_latency_p50",
        "ours": 4.0,
        "peer": "bare Celery",
        "theirs": 3.0,
        "ratio": 1.333,
        "unit": "ms",
    }


@pytest.mark.parametrize(
    ("budget", "ours", "theirs", "verdict"),
    [
        (LESS, 1.2, 1.0, "aim met"),
        (LESS, 1.9, 1.0, "met"),
        (LESS, 2.1, 1.0, "MISSED"),
        (MORE, 80.0, 100.0, "aim met"),
        (MORE, 50.0, 100.0, "met"),
        (MORE, 49.0, 100.0, "MISSED"),
        (OURS_ALONE, 4.0, 1.0, "aim met"),
        (OURS_ALONE, 6.0, 60.0, "met"),
        (OURS_ALONE, 11.0, 60.0, "MISSED"),
    ],
)
def test_a_budget_is_held_against_the_ratio_or_against_ours(budget, ours, theirs, verdict):
    assert table.verdict(measured(budget, ours, theirs)) == verdict


def test_the_table_shows_what_was_measured_beside_a_row():
    found = Measured(row(), 3.0, 2.0, {"bare Celery with events": 4.0})

    head, line, aside = table.text([found]).splitlines()

    assert head.split() == ["row", "ours", "theirs", "ratio", "unit", "must", "aim"]
    assert line.split() == [
        "noop_latency_p50",
        "3.00",
        "2.00",
        "1.50",
        "ms",
        "<=",
        "2x",
        "<=",
        "1.2x",
        "met",
    ]
    assert aside.split() == ["bare", "Celery", "with", "events", "4.00", "0.75", "ms"]
