"""Which models this installation serves: the catalogue file, and the folders it names."""

import collections
import dataclasses
import functools
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Self

import pydantic
from pydantic import ConfigDict, Field

from config import queues
from predictors import cogyaml, schema, sources

NAME = r"^[a-z0-9][a-z0-9._-]*$"
IGNORED = frozenset({"__pycache__", "node_modules"})

Name = Annotated[str, Field(pattern=NAME)]
Count = Annotated[int, Field(ge=1)]


class CatalogError(ValueError):
    """A catalogue that cannot be served; says where, what, and what to do."""


@pydantic.dataclasses.dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Entry:
    """One model and the one version of it that is served."""

    owner: Name
    name: Name
    version: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    folder: Path
    entry_point: str
    weights: str | None = None
    weights_revision: Annotated[str | None, Field(pattern=r"^\w[\w.-]*$")] = None
    weights_sha256: Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$")] = None
    weights_files: tuple[str, ...] = ()
    memory_gb: Annotated[float | None, Field(gt=0)] = None
    hardware: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")] = "cpu"
    concurrency: Count = 1
    batch_size: Count = 1
    batch_keys: tuple[str, ...] = ()
    min_instances: Annotated[int, Field(ge=0)] = 1
    max_instances: Count = 1
    idle_seconds: Annotated[float, Field(ge=0)] = 0
    run_limit_seconds: Annotated[float, Field(gt=0)] = 1800
    description: str | None = None
    environment: Mapping[str, str] = Field(default_factory=dict)

    @pydantic.model_validator(mode="after")
    def _check(self) -> Self:
        if self.min_instances > self.max_instances:
            raise ValueError("min_instances is above max_instances; raise max_instances")
        if self.concurrency > 1 and self.batch_size > 1:
            raise ValueError("concurrency and batch_size are both above 1; choose one")
        for name in (name for name in self.batch_keys if name not in self._inputs()):
            raise ValueError(f"batch_keys names {name}, which is no input of the model")
        for name in filter(cogyaml.is_reserved, self.environment):
            raise ValueError(f"environment may not set {name}; choose another name")
        sources.check(
            self.weights,
            revision=self.weights_revision,
            sha256=self.weights_sha256,
            files=self.weights_files,
        )
        return self

    @property
    def ref(self) -> str:
        """The name people know it by: owner/name."""
        return f"{self.owner}/{self.name}"

    @property
    def queue(self) -> str:
        """The queue its workers drain."""
        return queues.for_version(self.hardware, self.owner, self.name, self.version)

    @property
    def slots(self) -> int:
        """How many predictions a worker holds: those that run, and a next batch that gathers."""
        return self.concurrency if self.batch_size == 1 else 2 * self.batch_size

    @functools.cached_property
    def openapi_schema(self) -> dict[str, Any]:
        """What it takes and gives, as an OpenAPI document."""
        return schema.of_folder(self.folder)

    def _inputs(self) -> Mapping[str, Any]:
        inputs: Mapping[str, Any] = self.openapi_schema["components"]["schemas"]["Input"]
        return dict(inputs.get("properties", {}))


def read(path: Path) -> tuple[Entry, ...]:
    """Every entry of the catalogue file, in its order."""
    content = _load(path)
    models = content.pop("model", [])
    if content or not isinstance(models, list):
        raise CatalogError(f"{path}: may hold [[model]] entries alone; remove the rest.")
    entries = tuple(_entry(path, item) for item in models)
    counts = collections.Counter(entry.ref for entry in entries)
    for ref in (ref for ref, count in counts.items() if count > 1):
        raise CatalogError(f"{path}: {ref} stands there more than once; keep one.")
    return entries


def find(entries: Iterable[Entry], ref: str) -> Entry:
    """The entry of this owner/name."""
    by_ref = {entry.ref: entry for entry in entries}
    if ref not in by_ref:
        known = ", ".join(sorted(by_ref)) or "nothing"
        raise CatalogError(f"There is no {ref} in the catalogue; it has {known}.")
    return by_ref[ref]


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(
            f"{path}: cannot be read ({error.strerror}); let HEARTH_MODELS name the catalogue."
        ) from error
    except ValueError as error:
        raise CatalogError(f"{path}: is no TOML: {error}.") from error


def _entry(path: Path, item: Mapping[str, Any]) -> Entry:
    where = f"{path}: [[model]] {item.get('name', 'without a name')}"
    try:
        return _build(path.parent, dict(item))
    except pydantic.ValidationError as error:
        raise CatalogError(f"{where}: {_sentences(error)}") from error
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error


def _build(base: Path, item: dict[str, Any]) -> Entry:
    owner, _, name = str(item.pop("name", "")).partition("/")
    folder = (base / str(item.pop("folder", ""))).resolve()
    weights = item.pop("weights", None)
    cog = cogyaml.read(folder)
    item.setdefault("version", _content_hash(f"{owner}/{name}", folder, _source(item, weights)))
    entry = Entry(
        owner=owner,
        name=name,
        folder=folder,
        entry_point=cog.entry_point,
        weights=_locate(base, weights),
        **item,
    )
    return dataclasses.replace(entry, environment={**cog.environment, **entry.environment})


def _locate(base: Path, weights: Any) -> Any:
    """A path from where the catalogue stands; a hub's id and a URL as they are."""
    if not isinstance(weights, str) or not weights.startswith(sources.LOCAL):
        return weights
    return str((base / Path(weights).expanduser()).resolve())


def _source(item: Mapping[str, Any], weights: object) -> str:
    """Where the weights come from and which they are, in one line."""
    facts = (weights, item.get("weights_revision"), item.get("weights_sha256"))
    return " ".join(str(fact) for fact in facts if fact)


def _content_hash(ref: str, folder: Path, source: str) -> str:
    """A version's id: the same wherever the folder stands, another once a byte of it changes."""
    total = hashlib.sha256(f"{ref}\n{source}\n".encode())
    for file in _files(folder):
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256")
        total.update(f"{digest.hexdigest()} {file.relative_to(folder).as_posix()}\n".encode())
    return total.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        is_hidden = any(part.startswith(".") or part in IGNORED for part in parts)
        if file.is_file() and not is_hidden:
            yield file


def _sentences(error: pydantic.ValidationError) -> str:
    """Pydantic's findings, field by field."""
    found = ((".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors())
    return "; ".join(f"{where}: {message}" if where else message for where, message in found)
