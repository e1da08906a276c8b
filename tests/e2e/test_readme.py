"""Code of the first documents, run against a service with another port and token."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import documents

pytestmark = pytest.mark.e2e

README, QUICKSTART = documents.ROOT / "README.md", documents.ROOT / "docs" / "quickstart.md"
PYTHON = [code for file in (README, QUICKSTART) for code in documents.blocks(file, "python")]
SHELL = [line for line in documents.commands(README) if not re.match(r"make |export ", line)]


def _ours(code, service):
    replaced = {
        "http://127.0.0.1:8000": service.url,
        ".venv/bin/": f"{Path(sys.executable).parent}/",
    }
    for theirs, ours in replaced.items():
        code = code.replace(theirs, ours)
    return code


def _run(command, service):
    asked = {"REPLICATE_BASE_URL": service.url, "REPLICATE_API_TOKEN": service.token}
    done = subprocess.run(
        command,
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("code", PYTHON)
def test_its_python_runs(shipped, code):
    assert _run([sys.executable, "-c", _ours(code, shipped)], shipped).strip()


@pytest.mark.parametrize("line", SHELL)
def test_its_commands_answer(shipped, line):
    answer = _run(["bash", "-c", _ours(line, shipped)], shipped)

    assert "hello Ada" in answer or '"status":"succeeded"' in answer


def test_both_kinds_are_shown():
    assert len(PYTHON) > 2
    assert any(line.startswith("curl ") for line in SHELL)
