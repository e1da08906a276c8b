import json
import socket
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner, Result

from app import accounts, store, uploads
from app.errors import Unauthenticated
from config import settings
from tasks import lock, procfile
from tasks.celery import celery
from tasks.cli import COMMANDS, flower, main, node, screen, sweep, up, welcome
from tests import factories
from tests.conftest import Configure
from tests.service import free_port

HELLO = Path(__file__).parent.parent.parent / "predictors" / "hello_world"


@pytest.fixture
def hearth(configure: Configure) -> Any:
    """Run a command as a person does; fails the test when it breaks rather than refuses."""

    def run(*words: str) -> Result:
        result = CliRunner().invoke(main, words)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return run


@pytest.fixture
def first_account(sqlite: None) -> None:
    accounts.bootstrap()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def catalogue(file: Path, *instances: int) -> Path:
    entries = [
        f'[[model]]\nname = "lab/hello-{count}"\nfolder = "{HELLO}"\n'
        f"min_instances = {count}\nmax_instances = 9\n"
        for count in instances
    ]
    file.write_text("\n".join(entries))
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(hearth: Any, command: str) -> None:
    result = hearth(command, "--help")

    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {command}")


def test_help_names_every_command(hearth: Any) -> None:
    result = hearth("--help")

    assert all(f"\n  {command} " in result.output for command in COMMANDS)


def test_every_line_of_the_procfile_is_a_command() -> None:
    lines = procfile.read()

    assert {tuple(line) for line in lines.values()} == {("hearth", name) for name in lines}
    assert set(lines) <= set(COMMANDS)


def test_an_unknown_command_is_refused(hearth: Any) -> None:
    assert "No such command" in hearth("fly").output


def test_a_wrong_setting_is_named(hearth: Any, configure: Configure) -> None:
    configure(port=99999)

    result = hearth("models", "list")

    assert result.exit_code == 1
    assert "HEARTH_PORT: Input should be less than or equal to 65535" in result.output


def test_a_missing_catalogue_is_named(hearth: Any, configure: Configure) -> None:
    configure(models="/nowhere/models.toml")

    result = hearth("migrate")

    assert result.exit_code == 1
    assert "/nowhere/models.toml" in result.output


def test_migrating_twice_is_as_good_as_once(
    hearth: Any, configure: Configure, tmp_path: Path
) -> None:
    configure(models=catalogue(tmp_path / "models.toml", 1))

    first, second = hearth("migrate"), hearth("migrate")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert accounts.by_token((tmp_path / "data" / "token").read_text().strip())


def test_a_given_token_that_was_revoked_stops_the_start(hearth: Any, configure: Configure) -> None:
    configure(bootstrap_token="r8_given")
    hearth("migrate")
    (made,) = json.loads(hearth("tokens", "list", "--json").output)
    hearth("tokens", "revoke", made["id"])

    result = hearth("migrate")

    assert result.exit_code == 1
    assert result.output.startswith("Error: The token in HEARTH_BOOTSTRAP_TOKEN was revoked")


def test_models_are_listed_with_what_is_ready(
    hearth: Any, configure: Configure, tmp_path: Path
) -> None:
    configure(models=catalogue(tmp_path / "models.toml", 0, 2))
    hearth("migrate")

    listed = json.loads(hearth("models", "list", "--json").output)

    assert [(row["model"], row["ready"], row["wanted"]) for row in listed] == [
        ("lab/hello-0", 0, 0),
        ("lab/hello-2", 0, 2),
    ]
    assert "0 of 2 ready" in hearth("models", "list").output


@pytest.mark.usefixtures("first_account")
def test_a_token_is_shown_once_and_opens_the_account(hearth: Any) -> None:
    token = hearth("tokens", "create").output.strip()

    assert accounts.by_token(token).username == "local"
    assert token not in hearth("tokens", "list").output


@pytest.mark.usefixtures("first_account")
def test_a_revoked_token_opens_nothing(hearth: Any) -> None:
    made = json.loads(hearth("tokens", "create", "--json").output)

    revoked = hearth("tokens", "revoke", made["id"])
    again = hearth("tokens", "revoke", made["id"])

    with pytest.raises(Unauthenticated):
        accounts.by_token(made["token"])
    assert (revoked.exit_code, again.exit_code) == (0, 1)
    assert f"{made['id']}  " in hearth("tokens", "list").output


@pytest.mark.usefixtures("first_account")
def test_tokens_are_listed_as_json(hearth: Any) -> None:
    (listed,) = json.loads(hearth("tokens", "list", "--json").output)

    assert listed.keys() == {"id", "created_at", "revoked_at"}


@pytest.mark.usefixtures("first_account")
def test_an_unknown_account_is_refused(hearth: Any) -> None:
    result = hearth("tokens", "create", "--account", "nobody")

    assert result.exit_code == 1
    assert "There is no account nobody" in result.output


def test_flower_s_password_is_made_once_and_kept_private(configure: Configure) -> None:
    first, second = flower.password(), flower.password()

    file = settings.load().data_dir / "flower-password"
    assert first == second == file.read_text().strip()
    assert len(first) >= 24
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_up_refuses_a_port_that_is_taken(
    hearth: Any, configure: Configure, taken_port: int
) -> None:
    configure(port=taken_port)

    result = hearth("up")

    assert result.exit_code == 1
    assert f"Cannot listen on port {taken_port} of 127.0.0.1: Address already in use" in (
        result.output
    )
    assert "set HEARTH_PORT to another port" in result.output


def test_up_refuses_a_data_folder_in_use(hearth: Any) -> None:
    with lock.only_one():
        result = hearth("up")

    assert result.exit_code == 1
    assert "Hearth already runs on" in result.output
    assert not lock.is_held()


ANSWERS = {
    "ready": (200, b"{}", ""),
    "something missing": (
        503,
        b'{"checks": {"store": {"is_ok": true}, "broker": {"is_ok": false}}}',
        "broker",
    ),
    "a failure": (500, b'{"detail": "Internal server error", "status": 500}', "the API"),
    "no JSON": (502, b"<html>Bad gateway</html>", "the API"),
    "a list": (503, b"[]", "the API"),
    "checks of another kind": (503, b'{"checks": ["store"]}', "the API"),
    "a check of another kind": (503, b'{"checks": {"store": "up"}}', "the API"),
    "nothing amiss": (503, b'{"checks": {}}', "the API"),
}


@pytest.mark.parametrize(("status", "body", "missing"), ANSWERS.values(), ids=ANSWERS)
def test_up_waits_whatever_the_api_answers_as_it_starts(
    configure: Configure, status: int, body: bytes, missing: str
) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        configure(port=server.server_port)
        threading.Thread(target=server.handle_request).start()

        assert up._missing() == missing


def test_a_node_names_the_instances_of_a_model(configure: Configure, tmp_path: Path) -> None:
    configure(models=catalogue(tmp_path / "models.toml", 0, 1, 2))

    assert list(node._instances()) == [
        ("lab/hello-1", "lab/hello-1"),
        ("lab/hello-2 1", "lab/hello-2"),
        ("lab/hello-2 2", "lab/hello-2"),
    ]


def test_the_clock_keeps_its_schedule_in_memory() -> None:
    class Worker:
        app = celery

    thread = sweep.Clock(Worker()).create(Worker())

    assert type(thread.service.scheduler).__name__ == "Scheduler"
    assert thread.daemon


def test_lines_stand_under_their_process_s_name(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("web", "listening")
    screen.tell("one\ntwo")

    assert capsys.readouterr().out == "web     | listening\nhearth  | one\nhearth  | two\n"


def test_the_welcome_has_all_a_person_needs(configure: Configure) -> None:
    text = welcome.text("hth_token")

    assert f"API     {settings.load().public_url}" in text
    assert flower.password() in text
    for line in ("curl -s ", "REPLICATE_BASE_URL=", "node -e "):
        (copied,) = [each for each in text.splitlines() if each.startswith(line)]
        assert "hth_token" in copied
        assert "meta/meta-llama-3.1-70b-instruct" in copied


def test_a_first_prediction_that_fails_says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    assert welcome.first_prediction(url, "hth_token").startswith("no answer: ")


def test_a_fresh_machine_passes_the_checkup(configure: Configure, hearth: Any) -> None:
    configure(port=free_port(), flower_port=free_port())

    result = hearth("doctor", "--json")

    found = {each["name"]: each["level"] for each in json.loads(result.output)}
    assert result.exit_code == 0
    assert found["data folder"] == found["database"] == found["Redis"] == "ok"


def test_doctor_says_what_to_do_and_fails(
    configure: Configure, hearth: Any, taken_port: int
) -> None:
    configure(port=taken_port, redis_url="redis://127.0.0.1:1/0")

    result = hearth("doctor")

    assert result.exit_code == 1
    assert f"fail  port            port {taken_port} of 127.0.0.1" in result.output
    assert "correct HEARTH_REDIS_URL" in result.output


def test_a_download_is_signed(hearth: Any, first_account: None) -> None:
    upload = factories.upload(store.accounts.named("local"))

    url = hearth("files", "sign", upload.id, "--minutes", "1").output.strip()

    said = dict(parse_qsl(urlsplit(url).query))
    assert urlsplit(url).path == f"/v1/files/{upload.id}/download"
    file_id, owner = upload.id, said.pop("owner")
    assert uploads.signed(owner, file_id, **said).digest == upload.digest


def test_the_secret_of_downloads_stays_the_same(hearth: Any, first_account: None) -> None:
    told = hearth("files", "secret").output.strip()

    assert json.loads(hearth("files", "secret", "--json").output) == {
        "owner": "local",
        "secret": told,
    }


def test_what_is_not_there_is_not_signed(hearth: Any, first_account: None) -> None:
    assert "could not be found" in hearth("files", "sign", "nothing").output
