"""The listening side of `ems serve`: a port, TLS, and an orderly end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from api.http.proxy import OneProxy
from api.settings import LOOPBACK, Settings
from forecasting.errors import InputError

BACKLOG = 1024  # connections that may wait to be accepted
GRACE_S = 10  # answers under way get so long when the service stops


class Server(uvicorn.Server):
    """Uvicorn that says when it listens, and that ends in order and with exit code 0 when it is asked to."""

    def __init__(
        self,
        config: uvicorn.Config,
        listening: Callable[[], None],
        drain: Callable[[], None],
        stop_workers: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._listening, self._drain, self._stop_workers = listening, drain, stop_workers

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, which sends itself the signal again at the end: then every stop would look like a failure."""
        before = {s: signal.signal(s, self.handle_exit) for s in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._drain()  # from now on /readyz says 503
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._stop_workers)
        await super().shutdown(sockets=sockets)


def configured(app: Any, settings: Settings) -> uvicorn.Config:
    """Raises `InputError` where the certificate cannot be used."""
    config = uvicorn.Config(
        OneProxy(app) if settings.behind_proxy else app,
        http="httptools",
        loop="asyncio",
        backlog=BACKLOG,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    try:
        config.load()
    except OSError as error:  # ssl.SSLError is one
        source = f"--tls-cert {settings.tls_cert} --tls-key {settings.tls_key}"
        raise InputError(source, "", None, "a certificate and its key, both PEM", str(error)) from error
    return config


@contextmanager
def listening_at(settings: Settings) -> Iterator[socket.socket]:
    """Take the port now, so that nothing is begun where it is taken already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: else asyncio leaves Nagle on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        where = f"--host {settings.host} --port {settings.port}"
        raise InputError(
            where,
            "",
            None,
            "an address of this machine and a port that is free",
            f"{error.strerror}; --port 0 takes any",
        ) from error
    with listener:
        yield listener


def local_url(settings: Settings, listener: socket.socket) -> str:
    """Where this machine reaches the service."""
    host = settings.host if settings.host in LOOPBACK else "127.0.0.1"
    if ":" in settings.host:
        host = "[::1]"
    return f"{'https' if settings.tls_cert else 'http'}://{host}:{listener.getsockname()[1]}"
