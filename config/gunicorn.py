"""How the web server runs: many threads in few processes, and a stop within seconds."""

import ctypes
import gc
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any

from gunicorn import glogging
from gunicorn.workers import gthread

from config import logs, settings

PR_SET_PDEATHSIG = 1
STAY_MILLISECONDS = 10
STUCK_MILLISECONDS = 60_000
LINGER_SECONDS = 2
PIECE = 64 * 1024

_web = settings.load().web
_host = f"[{_web.host}]" if ":" in _web.host else _web.host


class Worker(gthread.ThreadWorker):
    """Threads that stay with a connection for a moment after the answer.

    A client that asks again at once is answered without two changes of thread, a quarter of the
    work of a request. Requests that are held are answered before the process leaves: clients send
    a create again when its connection breaks.
    """

    is_leaving = False

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """Leave, after a word to those who wait: once, as a second signal finds its locks taken."""
        if not self.is_leaving:
            self.is_leaving = True
            self.wsgi.extensions["let_go"]()
        super().handle_exit(sig, frame)

    def handle(self, conn: Any) -> Any:
        """Answer a request, and those that follow it closely."""
        keeps = super().handle(conn)
        while keeps is True and self.alive and not conn.is_http2 and _is_asking(conn):
            keeps = super().handle(conn)
        if not keeps:
            _hang_up(conn.sock)
        return keeps


def _hang_up(sock: socket.socket) -> None:
    """End what we say, and hear the client out for a moment, or it may never read the answer.

    Gunicorn would do it in the one thread that also takes new connections; now it need not wait.
    """
    until = time.monotonic() + LINGER_SECONDS
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(PIECE):
                break
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _is_asking(conn: Any) -> bool:
    """Whether something comes, or the end."""
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(STAY_MILLISECONDS))


wsgi_app = "app:create_app()"
bind = f"{_host}:{_web.port}"
proc_name = "hearth-web"

worker_class = Worker
workers = _web.web_processes
threads = _web.web_threads
worker_connections = threads + 1000  # room for idle kept-alive connections beside the busy ones
backlog = 4096
keepalive = 65  # longer than a proxy's, so that the proxy is the one that closes
timeout = 60
graceful_timeout = 4
control_socket_disable = True  # would make files in the home folder


class Logger(glogging.Logger):
    """Gunicorn's messages as ours: through the root logger."""

    def setup(self, cfg: Any) -> None:
        """Let go of gunicorn's own handlers."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Logger
loglevel = settings.load().log.log_level
logs.configure()


def when_ready(server: Any) -> None:
    """Have the kernel end connections to clients that vanished, or read nothing for a minute."""
    if sys.platform == "linux":
        for listener in server.LISTENERS:  # what they accept inherits it
            listener.sock.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STUCK_MILLISECONDS
            )


def post_fork(_server: object, _worker: object) -> None:
    """Have the kernel end a web process whose master is gone: nobody would stop it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def post_worker_init(_worker: object) -> None:
    """Have the collector pass over what lives as long as the process: a sixth of a request."""
    gc.collect()
    gc.freeze()
