"""Flask by itself: takes a file, sends it, and holds readers of events; run by gunicorn.

The folder it keeps the file in is the working directory.
"""

import shutil
import time
from pathlib import Path

from flask import Flask, Response, request, send_file

FILE = Path.cwd() / "kept"
CHUNK = 1 << 20

app = Flask(__name__)


@app.get("/health")
def health():
    """Be there."""
    return ""


@app.post("/upload")
def upload():
    """Keep the file of a form."""
    with FILE.open("wb") as kept:
        shutil.copyfileobj(request.files["content"].stream, kept, CHUNK)
    return {}


@app.get("/download")
def download():
    """Send what was kept."""
    return send_file(FILE)


@app.get("/events")
def events():
    """Hold a reader until the time it names, and tell it that time."""
    until = request.args.get("until", type=float)

    def wait():
        yield ": \n"
        time.sleep(max(0, until - time.time()))
        yield f"event: output\ndata: {until}\n\nevent: done\ndata: {{}}\n\n"

    return Response(wait(), mimetype="text/event-stream")
