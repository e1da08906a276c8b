"""Receives the webhooks of predictions, and believes only those that are signed."""

import sys

import replicate
from flask import Flask, abort, request
from replicate.webhook import Webhooks

app = Flask(__name__)
secret = replicate.webhooks.default.secret()
seen: set[str] = set()


@app.post("/webhook")
def receive() -> str:
    """Take one event; any answer from 200 to 299 says that it has arrived."""
    body = request.get_data(as_text=True)
    try:
        Webhooks.validate(headers=dict(request.headers), body=body, secret=secret, tolerance=300)
    except ValueError as error:
        abort(403, str(error))
    event_id = request.headers["webhook-id"]
    if event_id not in seen:  # after a failure the same event comes again, with the same id
        seen.add(event_id)
        prediction = request.get_json()
        print(prediction["id"], prediction["status"], prediction["output"], flush=True)
    return ""


if __name__ == "__main__":
    app.run(port=int(sys.argv[1]))
