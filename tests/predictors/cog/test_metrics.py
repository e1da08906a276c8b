"""Metrics keep Cog's rules for names, kinds and modes."""

from typing import Any

import pytest

from predictors.runner.cog import scope
from predictors.runner.cog.metrics import Metrics

RECORDS: dict[str, tuple[list[tuple[Any, ...]], dict[str, Any]]] = {
    "replace": ([("a", 1), ("a", 2)], {"a": 2}),
    "replace by a number with a point": ([("a", 1), ("a", 2.5)], {"a": 2.5}),
    "incr": ([("a", 1, "incr"), ("a", 2, "incr")], {"a": 3}),
    "increment": ([("a", 0.5, "increment"), ("a", 1, "increment")], {"a": 1.5}),
    "append": ([("a", "x", "append"), ("a", 2, "append")], {"a": ["x", 2]}),
    "a dict": ([("a", {"b": (1, 2)})], {"a": {"b": [1, 2]}}),
    "a flag": ([("a", True)], {"a": True}),
    "nested": ([("a.b.c.d", 1), ("a.e", 2)], {"a": {"b": {"c": {"d": 1}}, "e": 2}}),
    "two names": ([("b", 1), ("a", 2)], {"a": 2, "b": 1}),
}


@pytest.mark.parametrize(("records", "changes"), RECORDS.values(), ids=RECORDS.keys())
def test_what_is_recorded_adds_up(records: list[tuple[Any, ...]], changes: dict[str, Any]):
    metrics = Metrics()

    for record in records:
        metrics.record(*record)

    assert metrics.changes() == changes
    assert metrics.changes() == {}


NAMES = {
    "1st": "must start with a letter",
    "_a": "must start with a letter",
    "a.1": "must start with a letter",
    "a__b": "must not contain consecutive underscores",
    "a_": "must end with a letter or digit",
    "a_.b": "must end with a letter or digit",
    ".a": "must not start with a dot",
    "a..b": "empty segments",
    "a.": "empty segments",
    "": "empty segments",
    "a.b.c.d.e": "at most 4 dot-separated segments",
    "a" * 129: "128 characters",
    "a-b": "letters, digits and underscores",
    "predict_time": "is reserved",
    "cog.version": "is reserved",
}


@pytest.mark.parametrize(("name", "rule"), NAMES.items(), ids=NAMES.keys())
def test_a_name_that_breaks_a_rule_is_refused(name: str, rule: str):
    with pytest.raises(ValueError, match=rule):
        Metrics().record(name, 1)


REFUSALS: dict[str, tuple[list[tuple[Any, ...]], type[Exception], str]] = {
    "another kind": ([("a", 1), ("a", "x")], TypeError, "is a number and cannot become a str"),
    "a flag for a number": ([("a", 1), ("a", True)], TypeError, "cannot become a bool"),
    "an unknown mode": ([("a", 1, "add")], ValueError, "There is no metric mode 'add'"),
    "adding a text": ([("a", "x", "incr")], TypeError, "Only numbers can be incremented"),
    "adding to a text": ([("a", "x"), ("a", 1, "incr")], TypeError, "Only numbers"),
    "appending to a number": ([("a", 1), ("a", 1, "append")], TypeError, "Only lists"),
    "nothing": ([("a", None)], TypeError, "cannot be NoneType"),
    "not a number": ([("a", float("nan"))], ValueError, "which JSON cannot carry"),
    "a value under a value": ([("a", 1), ("a.b", 1)], ValueError, "cannot stand beside 'a'"),
    "a value over a value": ([("a.b", 1), ("a", 1)], ValueError, "cannot stand beside 'a.b'"),
}


@pytest.mark.parametrize(("records", "kind", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_value_that_does_not_fit_is_refused(
    records: list[tuple[Any, ...]], kind: type[Exception], message: str
):
    metrics = Metrics()
    *fitting, odd = records
    for record in fitting:
        metrics.record(*record)

    with pytest.raises(kind, match=message):
        metrics.record(*odd)


def test_a_deleted_metric_is_told_as_gone_and_may_change_its_kind():
    metrics = Metrics()
    metrics["a"] = 1
    metrics["b"] = 1

    metrics["a"] = None
    del metrics["b"]
    metrics.delete("never there")
    metrics["a"] = "text"

    assert metrics.changes() == {"a": "text", "b": None}
    assert metrics["a"] == "text"


def test_metrics_belong_to_the_scope_that_was_entered_last(capsys: pytest.CaptureFixture[str]):
    before, entered = scope.Scope(), scope.Scope()
    scope.enter(before)
    scope.record_metric("before", 1)

    scope.enter(entered)
    scope.emit_metric("after", 2)

    assert entered is scope.current_scope()
    assert entered.metrics.changes() == {"after": 2}
    assert entered.context == {}
    assert "deprecated" in capsys.readouterr().err
