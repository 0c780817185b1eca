"""Hand mail over to a server (SMTP, RFC 5321), and say what went wrong without saying to whom.

The words of servers and of Python's own errors often repeat the address, so only codes and kinds of fault leave here.
"""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

PATIENCE = 20.0
"""Seconds that each answer of a server may take."""
DEADLINE = 90.0
"""Seconds that a conversation may take in all, however small the steps by which it goes on."""
PORTS = {"smtp": 25, "smtps": 465}


class NotDelivered(Exception):
    """A mail was not handed over, as far as we know.

    ``is_final``: this mail will never be taken. ``is_certain``: nothing of it can have reached anybody.
    """

    def __init__(self, fault: str, *, is_final: bool = False, is_certain: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.is_final = is_final
        self.is_certain = is_certain


@dataclass(frozen=True)
class Server:
    """Where mail is handed over; somebody's password is only ever sent encrypted."""

    host: str
    port: int
    user: str | None
    password: str
    is_encrypted: bool

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Read an address such as ``smtp://user:password@host:587``, which the settings have checked."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", parts.port or PORTS[parts.scheme], unquote(parts.username or "") or None,
                   unquote(parts.password or ""), parts.scheme == "smtps")


def send(url: str, message: EmailMessage, *, patience: float = PATIENCE, deadline: float = DEADLINE) -> None:
    """Hand `message` over to the server at `url`; raise `NotDelivered` when it did not say that it has it."""
    try:
        _converse(Server.parse(url), message, patience, deadline)
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise _refused(code, is_final=code >= 500) from None
    except smtplib.SMTPDataError as error:
        raise _refused(error.smtp_code, is_final=error.smtp_code >= 500) from None
    except smtplib.SMTPResponseException as error:
        # A refused greeting, sign-in or sender is a fault of the installation, which its operator can mend.
        raise _refused(error.smtp_code, is_final=False) from None
    except (smtplib.SMTPException, OSError) as error:
        is_certain = isinstance(error, smtplib.SMTPNotSupportedError | ConnectionRefusedError | socket.gaierror)
        raise NotDelivered(type(error).__name__, is_certain=is_certain) from None
    except ValueError as error:
        raise NotDelivered(type(error).__name__, is_final=True, is_certain=True) from None


def _refused(code: int, *, is_final: bool) -> NotDelivered:
    return NotDelivered(f"SMTP {code}", is_final=is_final, is_certain=True)


def _converse(server: Server, message: EmailMessage, patience: float, deadline: float) -> None:
    kind = _EncryptedClient if server.is_encrypted else _Client
    context: dict[str, Any] = {"context": ssl.create_default_context()} if server.is_encrypted else {}
    client = kind(deadline, server.host, server.port, timeout=patience, **context)
    try:
        if server.user:
            if not server.is_encrypted:
                client.starttls(context=ssl.create_default_context())
            client.login(server.user, server.password)
        client.send_message(message)
        # The mail is handed over: how the server takes leave changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
    finally:
        client.close()


class _Client(smtplib.SMTP):
    """A conversation that is cut off when it has taken too long in all."""

    def __init__(self, deadline: float, host: str, port: int, **options: Any) -> None:
        self._timer = threading.Timer(deadline, self._cut)
        self._timer.daemon = True
        self._timer.start()
        try:
            super().__init__(host, port, **options)
        except BaseException:
            self._timer.cancel()
            raise

    def close(self) -> None:
        """End the conversation, and with it the watch over it."""
        self._timer.cancel()
        super().close()

    def _cut(self) -> None:
        held = getattr(self, "sock", None)
        if held is not None:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""
