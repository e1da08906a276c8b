"""What can come of an attempt: an answer, a refusal to go there, or a failure on the way.

Refusals and failures carry two wordings. `reason` and `kind` are for the operator's log. `shown` is
for the client, and is the same whether a name did not resolve, nobody listened at its address, or
the address is one we do not connect to: else a client could map a private network with webhooks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

UNREACHABLE = "The address could not be reached, or is not one that may be connected to."
_SHOWN = {
    "dns": UNREACHABLE,
    "refused": UNREACHABLE,
    "unreachable": UNREACHABLE,
    "timeout": "The answer did not come in time.",
    "reset": "The connection was closed without an answer.",
    "tls": "The certificate is not valid for this address, or its TLS failed.",
    "protocol": "The answer is not HTTP, or longer than we read.",
    "cut": "The attempt was ended early.",
    "short": "The connection was closed before the answer's end.",
    "status": "The answer has the status {status}.",
    "redirects": "It redirects more than {most} times.",
    "encoded": "The answer is compressed, though it was asked not to be.",
    "large": "It is larger than {longest} bytes, the most that is taken.",
}


@dataclass(frozen=True)
class Answer:
    """What the receiver said; its body may be missing or cut short."""

    status: int
    headers: Mapping[str, str]
    excerpt: str
    seconds: float


class Denied(Exception):
    """A URL or address we do not connect to; trying again changes nothing."""

    def __init__(self, reason: str, *, shown: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shown = shown or reason


class Failed(Exception):
    """No answer came; `kind` is one of a few words, and another attempt may fare better."""

    def __init__(self, kind: str, **facts: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.shown = _SHOWN[kind].format(**facts)
