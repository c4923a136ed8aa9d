"""The way from a command to the service: over HTTP where it runs, else through the same code in this process.

So every command does the same, checks the same and is written into the audit log, whether the service runs or not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx

from api.settings import Settings, checked_database, default_database
from api.store import Store, StoreBusy
from forecasting.errors import InputError

if TYPE_CHECKING:
    from fastapi import FastAPI

STARTING_S = 10.0  # a service that owns the database but does not listen yet is waited for so long
DOWNLOAD_S = 600.0  # between two pieces of a backup


def database_of(args: argparse.Namespace) -> str:
    """The database that a command means: its option, the environment, the file of this user."""
    return checked_database(args.database or os.environ.get("EMS_DATABASE") or default_database())


class Here:
    """The service's code in this process, on a store that is open here.

    ``elsewhere``: browsers reach the service by an address that is not known here.
    """

    def __init__(self, app: FastAPI, key: str, url: str, *, elsewhere: bool) -> None:
        self._app, self._key, self._url, self.elsewhere = app, key, url, elsewhere

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer (None where there is none); raises `InputError` with what the service says."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url=self._url, headers=_bearer(self._key)) as client:
                return await client.request(method, path, json=body)

        return _answer(asyncio.run(asked()))


class There:
    """A running service; ``elsewhere`` as above."""

    def __init__(self, owner: dict[str, Any]) -> None:
        self.elsewhere = bool(owner.get("behind_proxy"))
        self._client = httpx.Client(
            base_url=owner["url"], headers=_bearer(owner["key"]), verify=_trust(owner), timeout=60, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def listens(self) -> bool:
        try:
            return self._client.get("/healthz").is_success
        except httpx.TransportError:  # it has just begun or is about to end
            return False

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            return _answer(self._client.request(method, path, json=body))
        except httpx.TransportError as error:
            raise self._silent(error) from error

    def download(self, method: str, path: str, target: Path) -> None:
        """Write the answer to a file that only its owner may read, whole or not at all."""
        beside = target.with_name(f".{target.name}.part")
        try:
            with (
                os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
                self._client.stream(method, path, timeout=DOWNLOAD_S) as response,
            ):
                if not response.is_success:
                    response.read()
                    _answer(response)
                for piece in response.iter_bytes():
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except httpx.TransportError as error:
            raise self._silent(error) from error
        except OSError as error:
            raise InputError(str(target), "", None, "a place that can be written", error.strerror or "") from error
        finally:
            beside.unlink(missing_ok=True)

    def _silent(self, error: httpx.TransportError) -> InputError:
        return InputError(str(self._client.base_url), "", None, "an answer of the running service", str(error))


@contextmanager
def reach(url: str) -> Iterator[There | Here]:
    """The running service that owns the database, or the database itself."""
    found = owner_or_store(url)
    if isinstance(found, There):
        with found:
            yield found
        return
    from api.http.app import create_app

    with found as store:
        settings, key = Settings(database=url), secrets.token_urlsafe(32)
        app = create_app(settings, store, local_key=key)
        yield Here(app, key, f"http://{settings.host}:{settings.port}", elsewhere=not store.sqlite)


def owner_or_store(url: str) -> There | Store:
    """The service that owns an SQLite file as soon as it listens, or the open store where no one owns it."""
    until = time.monotonic() + STARTING_S
    while True:
        try:
            return Store(url)
        except StoreBusy as busy:
            last = busy
            if "key" in busy.owner:
                there = There(busy.owner)
                if there.listens():
                    return there
                there.close()
        if time.monotonic() > until:
            raise last
        time.sleep(0.2)


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _trust(owner: dict[str, Any]) -> ssl.SSLContext | bool:
    """Trust the very certificate that the service says it has, whatever name is in it."""
    if not owner.get("cert"):
        return True
    context = ssl.create_default_context(cafile=str(Path(owner["cert"])))
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _answer(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json() if response.content else None
    try:
        problem = response.json()
    except ValueError:
        problem = {"title": f"{response.status_code} {response.text[:200]}"}
    faults = dict.fromkeys(f"{e['pointer'].strip('/#')}: {e['detail']}" for e in problem.get("errors", []))
    raise InputError("; ".join(faults) or problem.get("detail") or problem["title"])
