"""The URL a client gave, read once and strictly, so that what was checked is what is called."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from urllib3.util import Url, parse_url

from app.egress import addresses
from app.egress.outcomes import Denied

LONGEST = 4096

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")


@dataclass(frozen=True)
class Target:
    """Where a URL leads; the host is a name in ASCII or an address in its one usual spelling."""

    scheme: str
    host: str
    port: int
    rest: str

    @property
    def address(self) -> addresses.Address | None:
        """Where it leads for certain; None where only a lookup can tell."""
        is_local = self.host == "localhost" or self.host.endswith(".localhost")
        return addresses.literal("127.0.0.1" if is_local else self.host)

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port always written."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.origin + self.rest


def check_url(url: str) -> None:
    """Raise Denied for a URL that can never be called; names are looked up only when calling."""
    target = parse(url)
    if target.address and not addresses.is_allowed(target.address, target.port):
        raise Denied(
            f"{target.host} port {target.port} is not an address that may be connected to; use a "
            "public one, or have the operator add this one to HEARTH_EGRESS_ALLOW."
        )


def origin(url: str) -> str:
    """The scheme, host and port a URL leads to, as in https://example.com:443."""
    return parse(url).origin


def parse(url: str) -> Target:
    """Read a URL, or raise Denied where two readers could understand it differently."""
    parts = _split(url)
    if parts.scheme not in _PORTS:
        raise Denied("The URL must begin with http:// or https://.")
    if parts.port == 0:
        raise Denied("The URL's port must be between 1 and 65535.")
    port = parts.port or _PORTS[parts.scheme]
    return Target(parts.scheme, _host(parts), port, parts.request_uri)


def _split(url: str) -> Url:
    if len(url) > LONGEST:
        raise Denied(f"The URL must not be longer than {LONGEST} characters.")
    if not url.isprintable() or " " in url or "\\" in url:
        raise Denied("The URL must not contain spaces, control characters or backslashes.")
    try:
        parts, authority = parse_url(url), urlsplit(url).netloc
    except ValueError:
        raise Denied("The URL's host or port is not valid; write https://host/path.") from None
    if "@" in authority:
        raise Denied("The URL must not contain a user name or password; remove all before the @.")
    return parts


def _host(parts: Url) -> str:
    host = (parts.host or "").strip("[]").removesuffix(".")
    if host and (address := addresses.literal(host)):
        return str(address)
    if not _NAME.fullmatch(host):
        raise Denied("The URL must name a host; write https://host/path.")
    return host
