"""What a person is given once everything is up: addresses, logins, and a first prediction."""

import json
import shlex
import sys

from config import settings
from tasks.cli import flower

MODEL = "meta/meta-llama-3.1-70b-instruct"
INPUT = {"prompt": "What is Hearth?"}

TEXT = """
Hearth is up.

  API     {api}
  token   {token}
          kept in {token_file}
  Flower  http://127.0.0.1:{flower_port}  user {user}  password {password}
          kept in {password_file}

Three ways to ask for a prediction, to copy:

{curl}

{python}

{javascript}

Ctrl-C stops everything.
"""


def text(token: str) -> str:
    """Everything a person needs to begin."""
    chosen = settings.load()
    return TEXT.format(
        api=chosen.public_url,
        token=token,
        token_file=chosen.data_dir / "token",
        flower_port=chosen.flower.flower_port,
        user=flower.USER,
        password=flower.password(),
        password_file=chosen.data_dir / flower.PASSWORD_FILE,
        curl=_curl(chosen.public_url, token),
        python=_python(chosen.public_url, token),
        javascript=_javascript(chosen.public_url, token),
    )


def first_prediction(url: str, token: str) -> str:
    """What the demo model says to its prompt, asked with the official client; or why it cannot."""
    try:
        import replicate  # noqa: PLC0415  an extra of the package: nothing else here needs it
        from httpx import HTTPError  # noqa: PLC0415
    except ModuleNotFoundError:
        return "not asked: the official client is missing; `pip install replicate` brings it."
    try:
        output = replicate.Client(api_token=token, base_url=url).run(MODEL, input=INPUT)
        return "".join(output)
    except (HTTPError, replicate.exceptions.ReplicateException) as error:
        return f"no answer: {error}"


def _curl(url: str, token: str) -> str:
    headers = (f"Authorization: Bearer {token}", "Content-Type: application/json", "Prefer: wait")
    options = " ".join(f"-H {shlex.quote(header)}" for header in headers)
    body = shlex.quote(json.dumps({"input": INPUT}))
    return f"curl -s {options} -d {body} {url}/v1/models/{MODEL}/predictions"


def _python(url: str, token: str) -> str:
    code = f'import replicate; print(*replicate.run("{MODEL}", {json.dumps(INPUT)}), sep="")'
    variables = f"REPLICATE_BASE_URL={url} REPLICATE_API_TOKEN={token}"
    return f"{variables} {shlex.quote(sys.executable)} -c {shlex.quote(code)}"


def _javascript(url: str, token: str) -> str:
    client = json.dumps({"auth": token, "baseUrl": f"{url}/v1"})
    code = (
        f'const Replicate = require("replicate"); new Replicate({client})'
        f'.run("{MODEL}", {json.dumps({"input": INPUT})})'
        '.then(output => console.log(output.join("")))'
    )
    return f"node -e {shlex.quote(code)}"
