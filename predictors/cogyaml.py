"""What `cog.yaml` says of a model's folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

RESERVED_NAMES = frozenset({
    "HF_ENDPOINT", "HF_HUB_ENABLE_HF_TRANSFER", "LD_LIBRARY_PATH", "LIBRARY_PATH", "PATH",
    "PYTHONPATH", "PYTHONUNBUFFERED", "VIRTUAL_ENV",
})  # fmt: skip
RESERVED_PREFIXES = (
    "COG_", "CUDA_", "HEARTH_", "KUBERNETES_", "NVIDIA_", "NV_", "PGET_", "R8_", "REPLICATE_",
)  # fmt: skip


class CogYamlError(ValueError):
    """A cog.yaml that cannot be used; says which, why, and what to do."""


@dataclass(frozen=True)
class CogYaml:
    """The entry point, `file.py:Name`, and the variables the model wants."""

    entry_point: str
    environment: Mapping[str, str]


def read(folder: Path) -> CogYaml:
    """Read the folder's cog.yaml; keys of image building are left alone."""
    file = folder / "cog.yaml"
    content = _load(file)
    found = [content[key] for key in ("run", "predict") if content.get(key)]
    if len(found) != 1 or not isinstance(found[0], str):
        raise CogYamlError(f'{file}: exactly one of run and predict must say "file.py:Name".')
    if not (folder / found[0].partition(":")[0]).is_file():
        raise CogYamlError(f"{file}: there is no {found[0].partition(':')[0]}; correct the name.")
    return CogYaml(found[0], MappingProxyType(_environment(file, content.get("environment") or [])))


def is_reserved(name: str) -> bool:
    """Whether a variable is not a model's to set."""
    return name in RESERVED_NAMES or name.startswith(RESERVED_PREFIXES)


def _load(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CogYamlError(f"{file}: cannot be read ({error.strerror}); create it.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CogYamlError(f"{file}: is no YAML: {error}") from error
    if not isinstance(content, dict):
        raise CogYamlError(f'{file}: must hold at least predict: "file.py:Name".')
    return content


def _environment(file: Path, lines: Any) -> dict[str, str]:
    if not isinstance(lines, list) or not all("=" in str(line) for line in lines):
        raise CogYamlError(f"{file}: environment must be a list of NAME=value.")
    pairs = dict(str(line).split("=", 1) for line in lines)
    for name in filter(is_reserved, pairs):
        raise CogYamlError(f"{file}: environment may not set {name}; choose another name.")
    return pairs
