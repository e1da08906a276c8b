"""The inputs of a signature, as properties of a JSON object."""

import ast
import re
from dataclasses import dataclass, replace
from typing import Any

from predictors.schema import kinds, values
from predictors.schema.kinds import Kind
from predictors.schema.source import Code

NUMBERS = frozenset({"int", "float"})
FITTING: dict[str, frozenset[str]] = {
    "ge": NUMBERS,
    "le": NUMBERS,
    "min_length": frozenset({"str"}),
    "max_length": frozenset({"str"}),
    "regex": frozenset({"str"}),
    "accept": frozenset({"Path", "File"}),
    "choices": frozenset({"str", "int"}),
}
WORDS = {
    "ge": "minimum",
    "le": "maximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "regex": "pattern",
    "accept": "x-cog-accept",
    "deprecated": "deprecated",
    "description": "description",
}
BOUNDS = frozenset({"ge", "le", "min_length", "max_length"})
FEWEST_CHOICES = 2
KNOWN = WORDS.keys() | {"default", "choices"}
DEFAULTS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "object": (dict,),
    "Path": (str,),
    "File": (str,),
    "Secret": (str,),
}


@dataclass(frozen=True)
class Parameter:
    """One input: its place in the signature, its kind, and what `Input(...)` says of it."""

    code: Code
    name: str
    order: int
    kind: Kind
    about: dict[str, Any]

    @property
    def is_required(self) -> bool:
        """Whether a caller must give it; `Input(default=None)` means that it may be left out."""
        is_optional = self.kind.is_nullable and not self.kind.is_union
        return "default" not in self.about and not is_optional

    @property
    def choices(self) -> list[Any]:
        """The values to choose from; none where any value will do."""
        return list(self.about.get("choices", self.kind.choices))

    def schema(self) -> dict[str, Any]:
        """The property; choices stand in a component named like the parameter."""
        shape = {"title": kinds.title(self.name), **self.kind.schema}
        if self.choices:
            shape = {"allOf": [{"$ref": f"#/components/schemas/{self.name}"}]}
        said = {key: self.about[word] for word, key in WORDS.items() if word in self.about}
        return {"x-order": self.order, **shape, **self._default(), **said}

    def _default(self) -> dict[str, Any]:
        """A default of None is told only where the type has room for null."""
        is_left_out = self.kind.name == "Secret" and not self.is_required
        nullable = {"nullable": True} if self.kind.is_nullable or is_left_out else {}
        default = self.about.get("default")
        has_default = default is not None or (nullable and "default" in self.about)
        return nullable | ({"default": default} if has_default else {})


def read(name: str, order: int, annotation: Code, default: Code | None) -> Parameter:
    """One parameter of the signature; raises SchemaError where its parts do not fit."""
    kind = _kind(annotation)
    about = _about(default) if default else {}
    parameter = Parameter(default or annotation, name, order, kind, about)
    for word in about:
        _check_word(parameter, word)
    _check_choices(parameter)
    if about.get("default") is not None:
        _check_default(parameter, about["default"])
    return parameter


def _kind(annotation: Code) -> Kind:
    kind = kinds.parse(annotation)
    if kind.schema.get("items", {}).get("type") == "array":
        raise annotation.error("a list of lists is no input; use list[str] or a dict.")
    return replace(kind, schema=kinds.OBJECT) if kind.name == "object" else kind


def _about(default: Code) -> dict[str, Any]:
    """What is said of an input: the arguments of Input(...), else a plain default."""
    call = default.node
    if not isinstance(call, ast.Call) or default.at(call.func).name != "Input":
        return {"default": values.evaluate(default)}
    given = dict(zip(["default"], call.args, strict=False))
    given |= {str(word.arg): word.value for word in call.keywords}
    unknown = given.keys() - KNOWN
    if unknown or len(call.args) > 1:
        raise default.error(
            f"Input takes no {', '.join(sorted(unknown)) or 'second default'}; remove it."
        )
    return {word: values.evaluate(default.at(node)) for word, node in given.items()}


def _check_word(parameter: Parameter, word: str) -> None:
    if word in FITTING and parameter.kind.name not in FITTING[word]:
        fitting = " and ".join(sorted(FITTING[word]))
        problem = (
            f"{word} is for {fitting}, and {parameter.name} is {parameter.kind.name}; remove it."
        )
        raise parameter.code.error(problem)


def _check_choices(parameter: Parameter) -> None:
    if "choices" not in parameter.about:
        return
    if parameter.about.keys() & BOUNDS:
        raise parameter.code.error("choices exclude ge, le and lengths; keep one of them.")
    if len(parameter.choices) < FEWEST_CHOICES:
        raise parameter.code.error("choices must be two or more; add some or remove them.")
    for choice in parameter.choices:
        _check_type(parameter, "choice", choice)


def _check_default(parameter: Parameter, default: Any) -> None:
    """A default must be a value that a caller could have given."""
    _check_type(parameter, "default", default)
    about = parameter.about
    faults = {
        "below ge": "ge" in about and default < about["ge"],
        "above le": "le" in about and default > about["le"],
        "shorter than min_length": "min_length" in about and len(default) < about["min_length"],
        "longer than max_length": "max_length" in about and len(default) > about["max_length"],
        "not matched by regex": "regex" in about and not re.match(about["regex"], default),
        "none of the choices": bool(parameter.choices) and default not in parameter.choices,
    }
    for fault in (fault for fault, is_so in faults.items() if is_so):
        raise parameter.code.error(f"the default {default!r} is {fault}; correct one of them.")


def _check_type(parameter: Parameter, what: str, value: Any) -> None:
    fitting = DEFAULTS.get(parameter.kind.name, (object,))
    is_odd_bool = isinstance(value, bool) and bool not in fitting and object not in fitting
    if is_odd_bool or not isinstance(value, fitting):
        problem = (
            f"the {what} {value!r} of {parameter.name} is no {parameter.kind.name}; correct it."
        )
        raise parameter.code.error(problem)
