"""The commands `ems serve` and `ems worker`: run until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from pydantic import ValidationError

from api import logs
from api.http.app import create_app
from api.http.proxy import OneProxy
from api.reach import database_of
from api.records import people, sessions
from api.records.sites import import_packaged
from api.settings import LOOPBACK, Oidc, Settings
from api.store import Store, StoreBusy
from api.work.workers import Workers
from forecasting.errors import InputError

BACKLOG = 1024  # connections that may wait to be accepted
GRACE_S = 10  # answers under way get so long when the service stops


def serve(args: argparse.Namespace) -> int:
    """Run the service; ends with 0 when asked to stop by SIGTERM or Ctrl-C."""
    settings = settings_of(args)
    _log()
    try:
        opened = Store(settings.database)
    except StoreBusy as busy:
        raise _running(busy) from None
    with opened as store, _listen(settings) as listener:
        import_packaged(store)
        url, key = _url(settings, listener), secrets.token_urlsafe(32)
        app = create_app(settings, store, local_key=key)
        config = _config(app, settings)
        admin, link = _sign_in_link(store, settings, url)
        workers = Workers(store, settings)
        app.state.service.workers = workers

        def listening() -> None:
            about = {"url": url, "key": key, "behind_proxy": settings.behind_proxy}
            store.tell(about | ({"cert": str(settings.tls_cert.resolve())} if settings.tls_cert else {}))
            workers.start()
            _announce(args.lang, store.place, url, admin, link)
            if args.open and link:
                webbrowser.open(link)

        server = Server(config, listening, app.state.service.drain, workers.stop)
        server.run(sockets=[listener])
    return 0


def worker(args: argparse.Namespace) -> int:
    """Plan for a service that runs elsewhere on the same PostgreSQL."""
    settings = settings_of(args)
    if settings.database.startswith("sqlite"):
        raise InputError(
            "--database",
            "",
            settings.database,
            "postgresql+psycopg://USER@HOST/NAME",
            "an SQLite file belongs to one process: give `ems serve` more --workers instead",
        )
    _log()
    stop = threading.Event()
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: stop.set())
    with Store(settings.database) as store:
        workers = Workers(store, settings)
        workers.start()
        _say(
            args.lang,
            f"求解进程: {settings.workers}, 数据库 {store.place}",
            f"planning processes: {settings.workers}, database {store.place}",
        )
        stop.wait()
        workers.stop()
    return 0


def settings_of(args: argparse.Namespace) -> Settings:
    """The settings that a command line means; raises `InputError` that names the option."""
    given: dict[str, Any] = {k: v for k, v in vars(args).items() if k in Settings.model_fields and v is not None}
    try:
        return Settings(**given | {"database": database_of(args), "oidc": _oidc(args)})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if not first["loc"]:
            raise InputError(first["msg"].removeprefix("Value error, ")) from None
        name = "--" + str(first["loc"][0]).replace("_", "-")
        raise InputError(name, "", first["input"], first["msg"].removeprefix("Input should be ")) from None


def _oidc(args: argparse.Namespace) -> Oidc | None:
    names = ("oidc_issuer", "oidc_audience", "oidc_keys_url")
    values = [getattr(args, name, None) for name in names]
    if not any(values):
        return None
    for name, value in zip(names, values, strict=True):
        if not value:
            raise InputError("--" + name.replace("_", "-"), "", None, "given together with the other two of --oidc-…")
    issuer, audience, keys_url = map(str, values)
    return Oidc(issuer=issuer, audience=audience, keys_url=keys_url)


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


def _config(app: Any, settings: Settings) -> uvicorn.Config:
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
def _listen(settings: Settings) -> Iterator[socket.socket]:
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


def _url(settings: Settings, listener: socket.socket) -> str:
    """Where this machine reaches the service."""
    host = settings.host if settings.host in LOOPBACK else "127.0.0.1"
    if ":" in settings.host:
        host = "[::1]"
    return f"{'https' if settings.tls_cert else 'http'}://{host}:{listener.getsockname()[1]}"


def _sign_in_link(store: Store, settings: Settings, url: str) -> tuple[str, str | None]:
    """The name of an administrator, who is made where there is none, and a link that signs them in.

    A service for others prints one only then: what stands in its log is read by more people than its administrator.
    """
    with store.write() as c:
        alone = not people.users(c)
        name = people.first_admin(c)
        if settings.secure and not alone:
            return name, None
        secret, _ = sessions.make_link(c, name, "ems serve")
    return name, f"{url}/sign-in/{secret}"


def _running(busy: StoreBusy) -> InputError:
    at = f" at {busy.owner['url']}" if busy.owner.get("url") else ""
    return InputError(
        busy.source, "", None, "a database that no service is using", f"process {busy.owner.get('pid')} serves it{at}"
    )


def _announce(lang: str, place: str, url: str, admin: str, link: str | None) -> None:
    _say(lang, f"服务已启动: {url}  数据库 {place}", f"listening on {url}, database {place}")
    if link:
        _say(lang, f"一次性登录链接(15 分钟内有效): {link}", f"sign in once within 15 minutes: {link}")
    _say(
        lang,
        f"再要一个链接: ems user link {admin}    停止: Ctrl-C",
        f"another link: ems user link {admin}    stop: Ctrl-C",
    )


def _say(lang: str, zh: str, en: str) -> None:
    print(f"ems: {zh if lang == 'zh' else en}", file=sys.stderr, flush=True)


def _log() -> None:
    """A line for each request only where standard error is a journal and not somebody's screen."""
    logs.to_stderr()
    if sys.stderr.isatty():
        logging.getLogger("ems.http").setLevel(logging.WARNING)
