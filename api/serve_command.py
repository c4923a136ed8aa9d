"""The commands `ems serve` and `ems worker`: run until told to stop."""

from __future__ import annotations

import argparse
import logging
import secrets
import signal
import sys
import threading
import webbrowser
from typing import Any

from pydantic import ValidationError

from api import logs
from api.http.app import create_app
from api.reach import database_of
from api.records import people, sessions
from api.records.sites import import_packaged
from api.server import Server, configured, listening_at, local_url
from api.settings import Oidc, Settings
from api.store import Store, StoreBusy
from api.work.workers import Workers
from forecasting.errors import InputError


def serve(args: argparse.Namespace) -> int:
    """Run the service; ends with 0 when asked to stop by SIGTERM or Ctrl-C."""
    settings = settings_of(args)
    _log()
    try:
        opened = Store(settings.database)
    except StoreBusy as busy:
        raise _running(busy) from None
    with opened as store, listening_at(settings) as listener:
        import_packaged(store)
        url, key = local_url(settings, listener), secrets.token_urlsafe(32)
        app = create_app(settings, store, local_key=key)
        config = configured(app, settings)
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
            f"规划进程: {settings.workers}  数据库 {store.place}",
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
