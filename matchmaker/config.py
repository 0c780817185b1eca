"""Settings, read from the environment once per process; docs/settings.md lists them, and a test compares the two."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from matchmaker.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
MINIMUM_SECRET_LENGTH = 32


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
    decision_seconds: int = 10
    draft_days: int = 30
    link_days: int = 180
    sign_in_hours: int = 12
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
            decision_seconds=_integer(environ, "MATCHMAKER_DECISION_SECONDS", 10, 0, 3600),
            draft_days=_integer(environ, "MATCHMAKER_DRAFT_DAYS", 30, 1, 3650),
            link_days=_integer(environ, "MATCHMAKER_LINK_DAYS", 180, 1, 3650),
            sign_in_hours=_integer(environ, "MATCHMAKER_SIGN_IN_HOURS", 12, 1, 720),
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
