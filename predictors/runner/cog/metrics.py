"""What a model reports in numbers beside its output."""

from __future__ import annotations

import re
from typing import Any

from . import encoding

LONGEST_NAME = 128
DEEPEST_NAME = 4
KINDS = {bool: "bool", int: "number", float: "number", str: "str", list: "list", dict: "dict"}

NAME_RULES = (
    (re.compile(f"(?s).{{{LONGEST_NAME + 1}}}"), "must be at most 128 characters"),
    (re.compile(r"^\."), "must not start with a dot"),
    (re.compile(r"^$|\.\.|\.$"), "must not have empty segments"),
    (re.compile(rf"(\.[^.]*){{{DEEPEST_NAME}}}"), "must have at most 4 dot-separated segments"),
    (re.compile(r"^predict_time$|^cog\."), "is reserved"),
    (re.compile(r"[^A-Za-z0-9_.]"), "must be made of letters, digits and underscores"),
    (re.compile(r"(^|\.)[^A-Za-z]"), "must start with a letter in each segment"),
    (re.compile(r"__"), "must not contain consecutive underscores"),
    (re.compile(r"_(\.|$)"), "must end with a letter or digit in each segment"),
)


class Metrics:
    """The metrics of one prediction, by name; dots in a name make objects in objects."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._changed: set[str] = set()

    def record(self, name: str, value: Any, mode: str = "replace") -> None:
        """Set a metric, or add to it; its kind stays the same until it is deleted."""
        self._check_name(name)
        if mode not in MODES:
            raise ValueError(f"There is no metric mode {mode!r}; use one of {', '.join(MODES)}.")
        new = MODES[mode](self._values.get(name), encoding.encode(value))
        self._check_kind(name, new)
        self._values[name] = new
        self._changed.add(name.partition(".")[0])

    def delete(self, name: str) -> None:
        """Forget a metric; one that is not there is forgotten already."""
        if self._values.pop(name, None) is not None:
            self._changed.add(name.partition(".")[0])

    def changes(self) -> dict[str, Any]:
        """What the metrics that changed since the last time stand at, objects whole; None: gone."""
        names, self._changed = self._changed, set()
        return {name: self._whole(name) for name in sorted(names)}

    def __setitem__(self, name: str, value: Any) -> None:
        if value is None:
            self.delete(name)
        else:
            self.record(name, value)

    def __delitem__(self, name: str) -> None:
        self.delete(name)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def _check_name(self, name: str) -> None:
        for broken, rule in NAME_RULES:
            if broken.search(name):
                raise ValueError(f"Metric name {name!r} {rule}.")
        for other in self._values:
            if name.startswith(f"{other}.") or other.startswith(f"{name}."):
                raise ValueError(f"Metric {name!r} cannot stand beside {other!r}.")

    def _check_kind(self, name: str, value: Any) -> None:
        kind, old = KINDS.get(type(value)), KINDS.get(type(self._values.get(name)))
        if kind is None:
            raise TypeError(f"Metric {name!r} cannot be {type(value).__name__}.")
        if old not in {None, kind}:
            raise TypeError(f"Metric {name!r} is a {old} and cannot become a {kind}.")

    def _whole(self, top: str) -> Any:
        whole: Any = self._values.get(top)
        for name, value in self._values.items():
            if name.startswith(f"{top}."):
                whole = _merge(whole or {}, name.split(".")[1:], value)
        return whole


def _merge(tree: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    branch = _merge(tree.get(path[0], {}), path[1:], value) if path[1:] else value
    return {**tree, path[0]: branch}


def _replace(_: Any, value: Any) -> Any:
    return value


def _increment(old: Any, value: Any) -> Any:
    if KINDS.get(type(value)) != "number" or KINDS.get(type(old), "number") != "number":
        raise TypeError("Only numbers can be incremented.")
    return (old or 0) + value


def _append(old: Any, value: Any) -> Any:
    if not isinstance(old, (list, type(None))):
        raise TypeError("Only lists can be appended to.")
    return [*(old or []), value]


MODES = {
    "replace": _replace,
    "incr": _increment,
    "increment": _increment,
    "append": _append,
}
