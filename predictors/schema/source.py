"""A model's source text: what its names stand for, without running any of it."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class SchemaError(ValueError):
    """A signature that no schema can be made of; says file, line, and what to do."""


@dataclass(frozen=True)
class Code:
    """A piece of syntax and the module it stands in."""

    module: "Module"
    node: ast.AST

    def at(self, node: ast.AST) -> "Code":
        """Another piece of the same module."""
        return Code(self.module, node)

    def error(self, problem: str) -> SchemaError:
        """What is wrong here; begins with a lower-case letter, ends with the remedy."""
        return SchemaError(f"{self.module.path}:{getattr(self.node, 'lineno', 1)}: {problem}")

    @property
    def name(self) -> str | None:
        """What a name or attribute was called where it was defined; None for anything else."""
        if isinstance(self.node, ast.Attribute):
            return self.node.attr
        if not isinstance(self.node, ast.Name):
            return None
        imported = self.module.imports.get(self.node.id)
        return imported.original if imported else self.node.id

    def definition(self) -> "Code | None":
        """The class, function or assigned value behind a name; None outside the folder."""
        return self.module.find(self.node.id) if isinstance(self.node, ast.Name) else None


@dataclass(frozen=True)
class Import:
    """Where an imported name comes from: a file of the folder, or else nothing we read."""

    file: Path | None
    original: str


class Module:
    """One file's names at its top level."""

    def __init__(self, path: Path, folder: "Folder") -> None:
        self.path = path
        self.definitions: dict[str, ast.AST] = {}
        self.imports: dict[str, Import] = {}
        self._folder = folder
        for statement in _statements(_parse(path).body):
            self._note(statement)

    def find(self, name: str) -> Code | None:
        """What the name stands for, here or in another file of the folder."""
        if name in self.definitions:
            return Code(self, self.definitions[name])
        imported = self.imports.get(name)
        if imported is None or imported.file is None:
            return None
        return self._folder.module(imported.file).find(imported.original)

    def _note(self, statement: ast.stmt) -> None:
        match statement:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                self.definitions[name] = statement
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.definitions[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.definitions[name] = value
            case ast.ImportFrom(names=aliases):
                for alias in aliases:
                    file = self._file(statement)
                    self.imports[alias.asname or alias.name] = Import(file, alias.name)

    def _file(self, statement: ast.ImportFrom) -> Path | None:
        base = self.path.parent if statement.level else self._folder.root
        file = base.joinpath(*(statement.module or "").split(".")).with_suffix(".py")
        return file if file.is_file() else None


class Folder:
    """A model's folder: its modules, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._modules: dict[Path, Module] = {}

    def module(self, path: Path) -> Module:
        """The module in this file."""
        if path not in self._modules:
            self._modules[path] = Module(path, self)
        return self._modules[path]


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise SchemaError(
            f"{path}:{error.lineno}: is no Python: {error.msg}; correct it."
        ) from error
    except (OSError, ValueError) as error:
        raise SchemaError(f"{path}: cannot be read: {error}.") from error


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements at top level, also those behind `if` and `try`."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from _statements([*statement.body, *statement.orelse])
            for handler in getattr(statement, "handlers", ()):
                yield from _statements(handler.body)
