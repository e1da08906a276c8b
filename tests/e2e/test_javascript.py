"""The official JavaScript client, newest from npm, in a real Node."""

import json
import os
import shutil
import subprocess

import pytest
import requests

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CLIENT = "replicate@1"
NPM = ("--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1", "--fetch-timeout=10000")
SCRIPT = """
const Replicate = require("replicate");
const replicate = new Replicate({baseUrl: process.argv[1]});
(async () => {%s})().then((answer) => console.log(JSON.stringify(answer)));
"""


@pytest.fixture(scope="session")
def modules(tmp_path_factory):
    """A folder with the client and nothing else."""
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        pytest.skip("Node is not installed")
    folder = tmp_path_factory.mktemp("npm")
    install = [npm, "install", "--prefix", folder, CLIENT, *NPM]
    done = subprocess.run(install, capture_output=True, text=True, timeout=100, check=False)
    if done.returncode:
        pytest.skip(f"npm does not get the client: {done.stderr[-300:]}")
    return folder / "node_modules"


@pytest.fixture
def javascript(modules, service):
    """Run the body of an async function that has `replicate`, and give what it returns."""
    given = {"NODE_PATH": str(modules), "REPLICATE_API_TOKEN": service.token}

    def run(body):
        command = ["node", "-e", SCRIPT % body, f"{service.url}/v1"]
        return json.loads(subprocess.check_output(command, env={**os.environ, **given}, timeout=60))

    return run


def test_it_streams_each_piece(javascript):
    assert javascript("""
        const seen = [];
        for await (const event of replicate.stream("test/countdown", {input: {start: 2}}))
            seen.push([event.event, event.id, event.data]);
        return seen;
    """) == [["output", "1:1", "2"], ["output", "1:2", "1"], ["done", "1:2", "{}"]]


def test_it_streams_what_a_language_model_says(javascript, service):
    said = javascript("""
        let text = "";
        const input = {prompt: "What is Hearth?", max_tokens: 20};
        for await (const event of replicate.stream("test/llama", {input})) text += event;
        return text;
    """)

    newest = next(iter(service.client.predictions.list()))
    assert said == "".join(newest.output)


def test_it_streams_files_as_files(javascript):
    assert javascript("""
        const seen = [];
        for await (const {event, data} of replicate.stream("test/pages", {input: {pages: 2}}))
            if (event === "output")
                seen.push([data.constructor.name, await (await data.blob()).text()]);
        return seen;
    """) == [["FileOutput", "This is page 1."], ["FileOutput", "This is page 2."]]


def test_a_stream_throws_why_its_prediction_failed(javascript):
    assert javascript("""
        const seen = [];
        try {
            for await (const event of replicate.stream("test/stumbles", {input: {}}))
                seen.push(event.data);
        } catch (error) {
            return [...seen, error.message];
        }
    """) == ["one", "two\nlines", '{"detail":"stumbled"}']


def test_a_stream_ends_when_its_prediction_is_canceled(javascript):
    assert javascript("""
        const seen = [];
        const input = {start: 3, pause: 30};
        for await (const event of replicate.stream("test/countdown", {input})) {
            seen.push(event.data);
            if (event.event === "done") continue;
            const [newest] = (await replicate.predictions.list()).results;
            seen.push((await replicate.predictions.cancel(newest.id)).status);
        }
        return seen;
    """) == ["3", "canceled", '{"reason":"canceled"}']


def test_it_sends_what_is_opened_and_gets_what_is_made(javascript):
    url = javascript("""
        const page = Buffer.from("a buffer,");
        const pages = [new Blob(["a blob,"]), new File(["a file"], "über.txt")];
        return replicate.run("test/files", {input: {page, pages}});
    """)

    assert requests.get(url, timeout=10).text == "a buffer, a blob, a file"


def test_files_are_created_got_listed_and_deleted(javascript):
    made, got, listed, deleted, gone = javascript("""
        const file = new File(["hello"], 'grüße "2".txt', {type: "text/plain"});
        const made = await replicate.files.create(file, {ticket: "88", deep: {a: [1]}});
        const got = await replicate.files.get(made.id);
        const {results} = await replicate.files.list();
        const deleted = await replicate.files.delete(made.id);
        const gone = await replicate.files.get(made.id).catch((error) => error.response.status);
        return [made, got, results.some(({id}) => id === made.id), deleted, gone];
    """)

    assert (made["name"], made["content_type"], made["size"]) == ('grüße "2".txt', "text/plain", 5)
    assert made["metadata"] == {"ticket": "88", "deep": {"a": [1]}}
    assert (got, listed, deleted, gone) == (made, True, True, 404)
