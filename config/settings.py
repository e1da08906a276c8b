"""Every setting of the service, typed, documented and read once from the environment."""

import functools
import hashlib
import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pydantic
from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.networks import Opening, opening

ROOT = Path(__file__).parent.parent
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes, with the terminating NUL

Positive = Annotated[float, Field(gt=0)]


def _split(value: object) -> object:
    """Turn `a, b` from the environment into its parts."""
    return (
        [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, str)
        else value
    )


Pauses = Annotated[tuple[Annotated[float, Field(ge=0)], ...], NoDecode, BeforeValidator(_split)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Openings = Annotated[
    tuple[Annotated[Opening, BeforeValidator(opening)], ...], NoDecode, BeforeValidator(_split)
]


class Section(BaseSettings):
    """One concern's settings: frozen, from variables that begin with HEARTH_."""

    model_config = SettingsConfigDict(
        env_prefix="HEARTH_", frozen=True, use_attribute_docstrings=True, extra="ignore"
    )


class WebSettings(Section):
    """Where and how the API listens."""

    host: str = "127.0.0.1"
    """Address the API listens on; anything but loopback belongs behind TLS."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port the API listens on."""
    public_url: str | None = None
    """Prefix of every URL that is handed out; by default made from host and port."""
    web_processes: int = Field(default=1, ge=1)
    """Web processes; more than one only with PostgreSQL, since SQLite has one writer at a time."""
    web_threads: int = Field(default=1200, ge=2)
    """Requests one web process works on at once, held ones included."""
    held_requests: int | None = Field(default=None, ge=1)
    """Waits and streams one web process holds at once; by default for nine of ten threads."""
    wait_seconds: float = Field(default=55, gt=0, le=55)
    """Longest time `Prefer: wait` is held; the clients give up at 60 seconds."""
    body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    """Largest request body, in bytes."""


class StoreSettings(Section):
    """Where records and messages are kept."""

    data_dir: Path = Path(".hearth")
    """Folder of the database, the embedded Redis, logs and the first token."""
    database_url: str | None = None
    """SQLAlchemy URL, `postgresql+psycopg://…` in production; by default SQLite."""
    redis_url: str | None = None
    """Redis to use; a given one switches the embedded Redis off."""
    blobs_url: str | None = Field(default=None, pattern=r"^s3://[a-z0-9][a-z0-9.-]{2,62}(/.*)?$")
    """Where the content of files is kept: `s3://bucket/prefix`; by default in the data folder."""
    blobs_endpoint: str | None = None
    """URL of the S3-compatible server that has the bucket; by default Amazon's."""
    blobs_region: str = "us-east-1"
    """Region of the bucket."""
    blobs_access_key: str | None = None
    """Access key id for the bucket; by default found as Amazon's tools do."""
    blobs_secret_key: SecretStr | None = None
    """Secret access key for the bucket."""
    retention_seconds: Positive = 30 * 24 * 3600
    """How long inputs, outputs, logs and files are kept after a prediction's end; 30 days."""


class AccountSettings(Section):
    """The account that is made at the first start."""

    bootstrap_account: str = Field(default="local", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    """Name of the first account."""
    bootstrap_token: SecretStr | None = None
    """Token of the first account; by default one is generated and kept in the data folder."""


class ModelSettings(Section):
    """Which models are served, and how their runs are guarded."""

    models: Path = ROOT / "config" / "models.toml"
    """The catalogue."""
    lease_seconds: Positive = 20
    """How long a worker may be silent before its predictions are given to another."""
    beat_seconds: Positive = 5
    """How often a worker renews its leases; at most half of HEARTH_LEASE_SECONDS."""
    sweep_seconds: Positive = 5
    """How often lost, overdue and unpublished work is looked for."""
    attempts: int = Field(default=3, ge=1)
    """How often a prediction is started in all when workers die under it."""
    cancel_grace_seconds: Positive = 5
    """How long a model may go on after a cancel before its runner is killed."""
    drain_seconds: Positive = 5
    """How long a stopping worker lets running predictions finish before it hands them back."""
    flush_seconds: Positive = 0.5
    """How often output and logs so far are written down, and told to webhooks."""
    republish_seconds: Positive = 15
    """After how long a prediction that no worker took is published again; doubles each time."""
    setup_seconds: Positive = 600
    """How long a model may take to load."""

    @pydantic.field_validator("beat_seconds")
    @classmethod
    def _beats_twice_a_lease(cls, beat: float, given: pydantic.ValidationInfo) -> float:
        """So that one late beat does not give a living worker's run to another."""
        lease = given.data.get("lease_seconds", math.inf)
        if beat > lease / 2:
            raise ValueError(
                f"must be at most half of HEARTH_LEASE_SECONDS, which is {lease:g}; "
                f"set it to {lease / 4:g}, or HEARTH_LEASE_SECONDS to {beat * 4:g}"
            )
        return beat


class WebhookSettings(Section):
    """How webhooks are sent."""

    webhook_pauses: Pauses = (2, 10, 45, 300, 1800, 7200, 18000, 36000, 36000)
    """Seconds before each further attempt at a `completed` webhook; each varies by a fifth."""
    webhook_seconds: Positive = 15
    """How long one attempt may take in all: name lookup, TLS, headers and body."""
    webhook_connect_seconds: Positive = 5
    """How long connecting to a receiver may take."""
    webhook_threads: int = Field(default=32, ge=1)
    """Attempts one deliver process makes at once."""
    webhook_origin_limit: int = Field(default=8, ge=1)
    """Attempts in flight at one origin (scheme, host and port)."""


class EgressSettings(Section):
    """Which addresses the service may connect to for a client."""

    egress_allow: Openings = ()
    """Networks with ports that may be reached besides the public internet, comma-separated:
    `10.20.0.0/16:443`, `127.0.0.1/32:9000-9999`, `[fd00:1::/64]:443`; addresses of cloud metadata
    only by a `/32` or `/128` of their own, our own services never."""


class FileSettings(Section):
    """Files that are fetched for an input, uploaded, and given by models."""

    file_bytes: int = Field(default=100 * 1024 * 1024, ge=1)
    """Largest size of all files of one prediction's input together, in bytes."""
    file_seconds: Positive = 120
    """How long bringing the files of one prediction may take in all."""
    file_connect_seconds: Positive = 5
    """How long connecting to a server of files may take."""
    upload_bytes: int = Field(default=100 * 1024 * 1024, ge=1)
    """Largest file that can be uploaded, in bytes."""
    upload_quota_bytes: int = Field(default=10 * 1024**3, ge=1)
    """How much the uploads of one account may have together, in bytes."""
    upload_seconds: Positive = 24 * 3600
    """How long an upload is kept; 24 hours."""
    output_file_bytes: int = Field(default=1024**3, ge=1)
    """Largest size of all files that one prediction gives together, in bytes."""
    inline_file_bytes: int = Field(default=0, ge=0)
    """Files that a prediction gives, up to so many bytes each, are put into its output whole, as
    `data:` URLs; the clients make files of those also where the API speaks plain `http`."""


class StreamSettings(Section):
    """How output is streamed."""

    stream_beat_seconds: Positive = 15
    """How often a stream without news shows that it is there; clients give up after 30 seconds."""
    stream_keep_seconds: float = Field(default=300, ge=1)
    """How long Redis keeps a stream after its end; later it is read from the database."""
    stream_origins: Names = ()
    """Web pages that may read streams in a browser, comma-separated: `https://app.example`, or `*`
    for any page; by default none."""


class FlowerSettings(Section):
    """The Celery dashboard."""

    flower_port: int = Field(default=5555, ge=1, le=65535)
    """Port of Flower, on loopback."""
    events: bool = True
    """Whether workers and the API tell Flower of every task."""


class LogSettings(Section):
    """What the processes say."""

    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    """Least severe level that is written."""
    log_json: bool = False
    """Write logs as JSON, one object a line."""


@dataclass(frozen=True)
class Settings:
    """All settings, by concern."""

    web: WebSettings = field(default_factory=WebSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    account: AccountSettings = field(default_factory=AccountSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    webhook: WebhookSettings = field(default_factory=WebhookSettings)
    egress: EgressSettings = field(default_factory=EgressSettings)
    files: FileSettings = field(default_factory=FileSettings)
    streams: StreamSettings = field(default_factory=StreamSettings)
    flower: FlowerSettings = field(default_factory=FlowerSettings)
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def held_requests(self) -> int:
        """How many requests a web process holds: some threads stay free to answer others."""
        return self.web.held_requests or self.web.web_threads * 9 // 10

    @property
    def data_dir(self) -> Path:
        """The data folder as an absolute path."""
        return self.store.data_dir.absolute()

    @property
    def public_url(self) -> str:
        """Prefix of every URL we hand out, without a slash at its end."""
        host = f"[{self.web.host}]" if ":" in self.web.host else self.web.host
        return (self.web.public_url or f"http://{host}:{self.web.port}").rstrip("/")

    @property
    def database_url(self) -> str:
        """The given database, else SQLite in the data folder."""
        return self.store.database_url or f"sqlite:///{self.data_dir / 'hearth.db'}"

    @property
    def redis_socket(self) -> Path:
        """The embedded Redis's socket: in the data folder, or where its path is short enough."""
        socket = self.data_dir / "redis" / "redis.sock"
        if len(str(socket)) <= LONGEST_SOCKET_PATH:
            return socket
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"hearth-{digest}" / "redis.sock"

    @property
    def redis_url(self) -> str:
        """The given Redis, else the embedded one's socket, in redis-py's spelling."""
        return self.store.redis_url or f"unix://{self.redis_socket}"


@functools.cache
def load() -> Settings:
    """Every setting, read once; a wrong value stops the start."""
    return Settings()
