"""The project's own source files, and what each of them imports and mentions."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("app", "tasks", "predictors", "config")


def files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Each Python file below these folders, by its path from the root."""
    for folder in folders or PACKAGES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = file.relative_to(ROOT)
            if not any(part.startswith(".") for part in path.parts):
                yield path.as_posix(), ast.parse(file.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, and every name taken from one, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def mentions(tree: ast.Module) -> Iterator[str]:
    """Every attribute that is asked of a plain name, as in `os.environ`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def is_below(name: str, modules: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of these modules or lies inside one."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)
