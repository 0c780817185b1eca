"""A mail server (SMTP, RFC 5321) for the tests: it takes mail, or misbehaves as it is told."""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """What the server was sent, and how it answers.

    ``answers`` gives the replies to a command, one for each time it comes, the last of them from then on; an empty
    reply is silence, and "close" ends the conversation.
    """

    answers: dict[str, list[str]] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    conversations: int = 0
    drip: float = 0
    """Seconds between the single signs of the greeting."""

    def __enter__(self) -> "MailServer":
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            self.conversations += 1
            with connection, contextlib.suppress(OSError):
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        for sign in "220 test\r\n" if self.drip else ["220 test\r\n"]:
            connection.sendall(sign.encode())
            time.sleep(self.drip)
        lines = connection.makefile("rb")
        while line := lines.readline():
            command = line[:4].decode().upper().strip()
            reply = self._reply(command)
            if not reply:
                self.stopped.wait(10)
                return
            if reply == "close":
                return
            if command == "RCPT" and reply.startswith("2"):
                self.recipients.append(line.decode().partition("<")[2].partition(">")[0])
            connection.sendall(f"{reply}\r\n".encode())
            if command == "DATA" and reply.startswith("3"):
                content = b"".join(iter(lines.readline, b".\r\n"))
                after = self._reply("MAIL-DATA")
                if after.startswith("2") or after == "close":
                    self.taken.append(content)
                if after == "close":
                    return
                connection.sendall(f"{after}\r\n".encode())

    def _reply(self, command: str) -> str:
        usual = {"EHLO": "250 test", "DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
        said = self.answers.get(command)
        if not said:
            return usual
        return said.pop(0) if len(said) > 1 else said[0]
