"""A receiver of webhooks on 127.0.0.1 that behaves as it is told, well or badly, and keeps what it was sent."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from matchmaker import jobs, storage
from matchmaker.domain import Job
from matchmaker.jobs.worker import Task, run_claimed

NETWORKS = "127.0.0.0/8"
Behaviour = Callable[[socket.socket, threading.Event], None]


@dataclass
class Request:
    """What came: its headers in small letters, and its body."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came so far, and how the next one is answered."""

    url: str
    behave: Behaviour
    requests: list[Request] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def ids(self) -> list[str]:
        """The ids of what came."""
        return [request.headers["webhook-id"] for request in self.requests]


def answering(text: bytes) -> Behaviour:
    """Answer so."""
    return lambda link, _over: link.sendall(text)


def status(code: int, *headers: str) -> Behaviour:
    """Answer with a status and nothing else."""
    lines = "".join(f"{header}\r\n" for header in headers)
    return answering(f"HTTP/1.1 {code} So\r\n{lines}Content-Length: 0\r\n\r\n".encode())


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave so, one after another."""
    left = iter(behaviours)
    return lambda link, over: next(left)(link, over)


def closes(_link: socket.socket, _over: threading.Event) -> None:
    """Say nothing and close."""


def is_silent(_link: socket.socket, over: threading.Event) -> None:
    """Say nothing and wait."""
    over.wait(30)


def drips(link: socket.socket, over: threading.Event) -> None:
    """Answer by and by, each byte in good time."""
    link.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not over.wait(0.02):
        link.sendall(b"x")


def floods(link: socket.socket, over: threading.Event) -> None:
    """Answer well, with more than anybody wants."""
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while not over.is_set():
        link.sendall(b"x" * 65_536)


def heads(link: socket.socket, over: threading.Event) -> None:
    """Answer with headers that never end."""
    link.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        link.sendall(b"X-More: " + b"x" * 8_000 + b"\r\n")


def takes(link: socket.socket, _over: threading.Event) -> None:
    """Answer well."""
    link.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


@contextmanager
def receiving(behave: Behaviour = takes, *, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive on a free port until the block ends."""
    server = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}/hook", behave)
    threads: list[threading.Thread] = []

    def listen() -> None:
        while not receiver.over.is_set():
            try:
                link, _address = server.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=_serve, args=(receiver, link, tls)))
            threads[-1].start()

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        # A listener that waits in accept wakes up when the socket is shut down, not when it is closed.
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in (listener, *threads):
            thread.join(10)


def _serve(receiver: Receiver, link: socket.socket, tls: ssl.SSLContext | None) -> None:
    with link:
        try:
            held = tls.wrap_socket(link, server_side=True) if tls else link
            with held:
                receiver.requests.append(_read(held))
                receiver.came.release()
                receiver.behave(held, receiver.over)
        except OSError:
            return  # the sender went away, which it may


def _read(link: socket.socket) -> Request:
    text = b""
    while b"\r\n\r\n" not in text:
        text += link.recv(65_536) or _gone()
    head, _blank, body = text.partition(b"\r\n\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in
               (line.partition(":") for line in head.decode().split("\r\n")[1:])}
    while len(body) < int(headers["content-length"]):
        body += link.recv(65_536) or _gone()
    return Request(headers, body)


def _gone() -> bytes:
    raise ConnectionResetError


def run_next(tasks: Mapping[str, Task], task: str) -> Job | None:
    """Run the job of this kind that has waited longest; return it, or None when there is none."""
    with storage.writing() as session:
        job = jobs.claim(session, only=[task])
    if job is not None:
        run_claimed(tasks, job)
    return job
