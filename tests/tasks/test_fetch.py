"""Weights are fetched from a real server, whole or not at all, and what went wrong is told."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from config import settings
from predictors import catalog, weights
from tasks.cli import hub as commands
from tasks.cli import main
from tests import fakes
from tests.conftest import Configure
from tests.hub import COMMIT, REPOSITORY, Hub

TENSORS = bytes(range(256)) * 20_000
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "unet/model.safetensors": TENSORS,
    "pytorch_model.bin": b"pickle",
    "README.md": b"text",
}
SHA256 = sha256(TENSORS).hexdigest()


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(FILES) as hub:
        yield hub


@pytest.fixture
def serve(configure: Configure, tmp_path: Path) -> Callable[..., catalog.Entry]:
    """Have one model in the catalogue, with these facts of its weights."""

    def serve(**facts: object) -> catalog.Entry:
        lines = {"name": "lab/echo", "folder": str(fakes.FOLDERS / "echo"), **facts}
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines.items())
        (tmp_path / "models.toml").write_text(f"[[model]]\n{text}")
        configure(data_dir=tmp_path / "data", models=tmp_path / "models.toml")
        return catalog.read(settings.load().model.models)[0]

    return serve


def fetch(endpoint: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does: the library reads its variables when it is imported."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "", "HF_ENDPOINT": endpoint, **variables}
    command = [sys.executable, "-c", "from tasks.cli import main; main()", "models", "fetch"]
    return subprocess.run(
        [*command, "lab/echo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run(*words: str) -> str:
    return CliRunner().invoke(main, ["models", *words]).output


def test_a_repository_is_fetched_without_its_pickles(serve, hub: Hub):
    entry = serve(weights=REPOSITORY)

    done = fetch(hub.url)

    place = weights.folder(entry)
    assert (done.returncode, weights.is_fetched(entry)) == (0, True), done.stderr
    assert (place / "unet" / "model.safetensors").read_bytes() == TENSORS
    assert sorted(hub.downloads) == ["config.json", "tokenizer.json", "unet/model.safetensors"]
    assert f"{REPOSITORY} is here now, 5.1 MB in {place}" in done.stdout
    assert f"{REPOSITORY} is here already, in {place}." in run("fetch", "lab/echo")


def test_an_interrupted_repository_does_not_count_and_goes_on(serve, hub: Hub):
    entry = serve(weights=REPOSITORY, weights_revision=COMMIT)
    hub.closed = {"unet/model.safetensors"}
    first, before = fetch(hub.url), weights.state(entry)
    hub.closed = set()

    second = fetch(hub.url)

    assert (first.returncode, second.returncode) == (1, 0), second.stderr
    assert (before, weights.state(entry)) == ("not fetched", "ready")
    assert hub.downloads == ["config.json", "tokenizer.json", "unet/model.safetensors"]


def test_a_gated_repository_is_told_with_what_to_do(serve, hub: Hub):
    serve(weights=REPOSITORY)
    hub.closed = set(FILES)

    done = fetch(hub.url, HF_TOKEN="hf_none")

    remedy = f"Accept its licence at https://huggingface.co/{REPOSITORY} and set HF_TOKEN"
    assert done.returncode == 1
    assert remedy in done.stderr


def test_an_unknown_revision_is_told(serve, hub: Hub):
    serve(weights=REPOSITORY, weights_revision="v9")

    assert "has no such revision" in fetch(hub.url).stderr


def test_a_repository_of_pickles_alone_is_refused(serve, hub: Hub):
    serve(weights=REPOSITORY)
    del hub.files["unet/model.safetensors"]

    done = fetch(hub.url)

    assert "no safetensors" in done.stderr
    assert hub.downloads == []


def test_a_hub_that_cannot_be_reached_is_told_within_seconds(serve):
    serve(weights=REPOSITORY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nowhere = f"http://127.0.0.1:{listener.getsockname()[1]}"
    started = time.monotonic()

    done = fetch(nowhere)

    assert time.monotonic() - started < 8
    assert done.stderr.startswith(f"Error: {nowhere} cannot be reached")


def test_a_hub_that_was_switched_off_is_told(serve, hub: Hub):
    serve(weights=REPOSITORY)

    assert "HF_HUB_OFFLINE is set; unset it" in fetch(hub.url, HF_HUB_OFFLINE="1").stderr


PATTERNS = {
    "what a model needs": (commands.WANTED, ["a.safetensors", "b/c.json", "tokenizer.model"]),
    "some files": (["b/*"], ["b/c.json"]),
    "pickles, by name": (["*.bin", "*.pt"], []),
}


@pytest.mark.parametrize(("patterns", "names"), PATTERNS.values(), ids=PATTERNS)
def test_files_are_chosen_by_patterns_and_pickles_never(patterns, names):
    there = ["a.bin", "a.safetensors", "b/c.json", "b/d.pt", "e.py", "tokenizer.model"]

    assert commands.wanted(there, patterns) == names


@pytest.fixture
def by_url(serve, hub: Hub) -> catalog.Entry:
    """A model whose weights are one file at a URL."""
    return serve(weights=f"{hub.url}/plain/unet/model.safetensors", weights_sha256=SHA256)


def test_a_file_is_fetched_and_its_sum_is_right(by_url, hub: Hub):
    said = run("fetch", "lab/echo")

    assert (weights.folder(by_url) / "model.safetensors").read_bytes() == TENSORS
    assert weights.state(by_url) == "ready"
    assert "is here now, 5.1 MB" in said


@pytest.mark.parametrize("kept", [1_000_000, len(TENSORS)])
def test_an_interrupted_file_does_not_count_and_goes_on(by_url, hub: Hub, kept: int):
    hub.break_after = 1_000_000
    first = run("fetch", "lab/echo")
    part = weights.folder(by_url) / ".model.safetensors.part"
    had = part.stat().st_size
    part.write_bytes(TENSORS[:kept])
    hub.break_after = None

    before, second = weights.state(by_url), run("fetch", "lab/echo")

    assert 900_000 < had <= 1_000_000
    assert ("cannot be had" in first, before) == (True, "not fetched")
    assert "is here now" in second
    assert weights.state(by_url) == "ready"


def test_a_file_that_is_another_is_thrown_away(by_url, hub: Hub):
    hub.files["unet/model.safetensors"] = b"something else"

    said = run("fetch", "lab/echo")

    assert "is not the file that was meant" in said
    assert list(weights.folder(by_url).iterdir()) == []


def test_a_file_that_is_not_there_is_told(by_url, hub: Hub):
    hub.files.clear()

    assert "cannot be had (404 Client Error" in run("fetch", "lab/echo")
    assert weights.state(by_url) == "not fetched"


def test_a_full_disk_is_told_before_anything_is_fetched(by_url, hub: Hub, monkeypatch):
    usage = type("Usage", (), {"free": 10**9})
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)

    said = run("fetch", "lab/echo")

    assert "needs 5.1 MB more and" in said
    assert "has 1.0 GB free. Make room" in said
    assert not weights.folder(by_url).exists()


@pytest.mark.parametrize("facts", [{}, {"weights": "/somewhere"}], ids=["none", "a path"])
def test_what_lies_here_needs_no_fetching(serve, facts):
    serve(**facts)

    assert "has nothing to fetch" in run("fetch", "lab/echo")


def test_the_list_tells_whose_weights_are_here(by_url, hub: Hub):
    CliRunner().invoke(main, ["migrate"])
    before, shown = json.loads(run("list", "--json")), run("list")
    run("fetch", "lab/echo")

    (after,) = json.loads(run("list", "--json"))

    assert [(row["weights_state"], row["weights_bytes"]) for row in before] == [("not fetched", 0)]
    assert shown.endswith("  weights not fetched\n")
    assert (after["weights"], after["weights_bytes"]) == (by_url.weights, len(TENSORS))
    assert "weights ready, 5.1 MB" in run("list")


def test_a_machine_without_the_library_is_told_how_to_get_it(serve, monkeypatch):
    serve(weights=REPOSITORY)
    monkeypatch.setitem(sys.modules, "huggingface_hub.errors", None)

    assert "`pip install huggingface_hub` brings it" in run("fetch", "lab/echo")
