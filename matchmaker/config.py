"""Settings, read from the environment once per process; docs/settings.md lists them, and a test compares the two."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from matchmaker.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True)
class Config:
    """The settings of one process.

    ``home`` holds everything that changes: database, published indexes, uploads, the demo's secret.
    """

    home: Path = Path("var")
    database_url: str = ""
    secret_key: str = ""
    demo: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    web_processes: int = 2
    web_threads: int = 4
    log_level: str = "INFO"
    log_format: str = "console"
    secure_cookies: bool = True
    proxies: int = 0
    public_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = "matchmaker@localhost"
    metrics_token: str = ""
    decision_seconds: int = 10
    grace_days: int = 3
    draft_days: int = 30
    link_days: int = 180
    sign_in_hours: int = 12
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_domains: tuple[str, ...] = ()
    webhook_networks: Networks = ()
    broker_url: str = ""
    semantic_model: Path | None = None
    data: Path = ROOT / "data"
    models: Path = ROOT / "models"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings; raise `Invalid` naming the variable that cannot be used."""
        home = Path(environ.get("MATCHMAKER_HOME", "var")).absolute()
        demo = _choice(environ, "MATCHMAKER_DEMO", ("0", "1"), "0") == "1"
        host, port = environ.get("MATCHMAKER_HOST", "127.0.0.1"), _integer(environ, "MATCHMAKER_PORT", 8000, 0, 65535)
        return cls(
            home=home,
            database_url=environ.get("MATCHMAKER_DATABASE_URL") or f"sqlite:///{home / 'matchmaker.db'}",
            secret_key=environ.get("MATCHMAKER_SECRET_KEY", ""),
            demo=demo,
            host=host,
            port=port,
            web_processes=_integer(environ, "MATCHMAKER_WEB_PROCESSES", 2, 1, 256),
            web_threads=_integer(environ, "MATCHMAKER_WEB_THREADS", 4, 1, 256),
            log_level=_choice(environ, "MATCHMAKER_LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
            log_format=_choice(environ, "MATCHMAKER_LOG_FORMAT", ("console", "json"), "console"),
            secure_cookies=_choice(environ, "MATCHMAKER_SECURE_COOKIES", ("0", "1"), "0" if demo else "1") == "1",
            proxies=_integer(environ, "MATCHMAKER_PROXIES", 0, 0, 9),
            public_url=environ.get("MATCHMAKER_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
            smtp_url=_mail_server(environ.get("MATCHMAKER_SMTP_URL", "")),
            mail_from=_sender(environ.get("MATCHMAKER_MAIL_FROM", "matchmaker@localhost")),
            metrics_token=environ.get("MATCHMAKER_METRICS_TOKEN", ""),
            decision_seconds=_integer(environ, "MATCHMAKER_DECISION_SECONDS", 10, 0, 3600),
            grace_days=_integer(environ, "MATCHMAKER_GRACE_DAYS", 3, 0, 60),
            draft_days=_integer(environ, "MATCHMAKER_DRAFT_DAYS", 30, 1, 3650),
            link_days=_integer(environ, "MATCHMAKER_LINK_DAYS", 180, 1, 3650),
            sign_in_hours=_integer(environ, "MATCHMAKER_SIGN_IN_HOURS", 12, 1, 720),
            oidc_issuer=_issuer(environ),
            oidc_client_id=environ.get("MATCHMAKER_OIDC_CLIENT_ID", ""),
            oidc_client_secret=environ.get("MATCHMAKER_OIDC_CLIENT_SECRET", ""),
            oidc_domains=tuple(environ.get("MATCHMAKER_OIDC_DOMAINS", "").lower().replace(",", " ").split()),
            webhook_networks=_networks(environ.get("MATCHMAKER_WEBHOOK_NETWORKS", "")),
            broker_url=_broker(environ.get("MATCHMAKER_BROKER_URL", "")),
            semantic_model=_sentence_model(environ.get("MATCHMAKER_SEMANTIC_MODEL", "")),
            data=Path(environ.get("MATCHMAKER_DATA", ROOT / "data")),
            models=Path(environ.get("MATCHMAKER_MODELS", ROOT / "models")),
        )

    @property
    def index_folder(self) -> Path:
        """Folder of the published indexes."""
        return self.home / "index"

    @property
    def uploads(self) -> Path:
        """Folder of the files that jobs still have to read."""
        return self.home / "uploads"

    @property
    def attachments(self) -> Path:
        """Folder of the files that came with needs; no web server serves it."""
        return self.home / "attachments"

    @property
    def mailbox(self) -> Path:
        """Folder in which the demo keeps the mail that it would send (a Maildir)."""
        return self.home / "demo-mail"

    def checked_secret(self) -> str:
        """Return the secret that signs cookies; raise `Invalid` when it is missing or weak.

        The demo makes one for itself and keeps it under `home`, readable by its owner alone.
        """
        if self.demo and not self.secret_key:
            return _kept_secret(self.home / "demo-secret")
        if len(self.secret_key) < MINIMUM_SECRET_LENGTH or len(set(self.secret_key)) < 12:
            raise Invalid(
                "MATCHMAKER_SECRET_KEY is missing or weak: set at least 32 random characters, "
                'for instance the output of: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        return self.secret_key


def _kept_secret(path: Path) -> str:
    """Return the secret kept at `path`, made on first use; processes that start together agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def _mail_server(url: str) -> str:
    """Return the address of a mail server as it is, after checking its form; a fault never repeats the password."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if url and not is_good:
        raise Invalid("MATCHMAKER_SMTP_URL must look like smtp://host:25, smtp://user:password@host:587 or "
                      "smtps://user:password@host:465")
    return url


def _sender(sender: str) -> str:
    """Return the sender of mail as it is, after checking that it has an address in it and no line break."""
    address = parseaddr(sender)[1]
    if not sender.isprintable() or not all(address.rpartition("@")):
        raise Invalid("MATCHMAKER_MAIL_FROM must be an address such as service@example.org, or Service "
                      "<service@example.org>")
    return sender


def _issuer(environ: Mapping[str, str]) -> str:
    """Return the provider of identities, after checking that what belongs to it is there too."""
    issuer = environ.get("MATCHMAKER_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return ""
    parts = urlsplit(issuer)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
        raise Invalid("MATCHMAKER_OIDC_ISSUER must look like https://identities.example.org")
    if not environ.get("MATCHMAKER_OIDC_CLIENT_ID") or not environ.get("MATCHMAKER_OIDC_CLIENT_SECRET"):
        raise Invalid("MATCHMAKER_OIDC_ISSUER needs MATCHMAKER_OIDC_CLIENT_ID and MATCHMAKER_OIDC_CLIENT_SECRET too")
    return issuer


def _networks(text: str) -> Networks:
    """Return the networks that are named, separated by commas or blanks."""
    try:
        return tuple(ip_network(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise Invalid("MATCHMAKER_WEBHOOK_NETWORKS must be networks such as 127.0.0.0/8, ::1/128, separated by commas"
                      ) from None


def _broker(url: str) -> str:
    """Return the address of a broker as it is, after checking its form; a fault never repeats the password."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("amqp", "amqps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if url and not is_good:
        raise Invalid("MATCHMAKER_BROKER_URL must look like amqp://user:password@host:5672/name or amqps://host:5671")
    return url


def _sentence_model(folder: str) -> Path | None:
    """Return the folder of a neural model, after checking that it looks like one and that the library is there."""
    if not folder:
        return None
    path = Path(folder).absolute()
    if not (path / "modules.json").is_file():
        raise Invalid("MATCHMAKER_SEMANTIC_MODEL must name a folder as sentence-transformers writes it, with "
                      "modules.json in it; %(folder)s is none", folder=str(path))
    if find_spec("sentence_transformers") is None:
        raise Invalid('MATCHMAKER_SEMANTIC_MODEL needs more packages; run: pip install "matchmaker[semantic]"')
    return path


def _integer(environ: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise Invalid("%(name)s must be a whole number from %(lowest)s to %(highest)s, not %(text)r",
                      name=name, lowest=lowest, highest=highest, text=text)
    return int(text)


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    if (text := environ.get(name, default)) not in choices:
        raise Invalid("%(name)s must be one of %(choices)s, not %(text)r",
                      name=name, choices=", ".join(choices), text=text)
    return text
