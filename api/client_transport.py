"""How the client speaks to the service: addresses, retries, problems, streams. Users need only `api.client`."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from api.contract.base import Problem

log = logging.getLogger(__name__)
Model = TypeVar("Model", bound=BaseModel)
Method = Literal["GET", "POST", "PUT", "DELETE"]
NOT_NOW = (429, 503)  # refused before anything was done
LONGEST_PAUSE_S = 15.0


class ApiError(Exception):
    """The service refused; ``problem`` says why and where."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        """One line for the problem, one for each fault."""
        p = self.problem
        faults = [f"\n  {f.pointer or 'body'}{f' (line {f.line})' if f.line else ''}: {f.detail}" for f in p.errors]
        if len(faults) == 1 and p.errors[0].detail in p.detail:
            faults = []
        return f"{p.status} {p.title}: {p.detail}" + "".join(faults)


class Transport:
    """Requests with patience: what can safely be sent again is, for up to ``patience_s`` seconds."""

    def __init__(self, http: httpx.Client, token: str | None, patience_s: float) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._patience_s = patience_s

    def close(self) -> None:
        self._http.close()

    def model(self, kind: type[Model], method: Method, *path: str, **options: Any) -> Model:
        """The answer as a model of the contract."""
        return kind.model_validate_json(self.send(method, *path, **options).content)

    def send(
        self,
        method: Method,
        *path: str,
        params: Mapping[str, Any] | None = None,
        body: BaseModel | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool | None = None,
    ) -> httpx.Response:
        """Send a request; raises `ApiError` for a refusal and `httpx.TransportError` where nobody answers.

        ``content`` is a body that is no model.
        ``again``: whether it may be sent twice where it is not known to have arrived; default: unless it is a POST.
        """
        told = self._headers | dict(headers or {})
        if body is not None:
            content, told["Content-Type"] = body.model_dump_json(exclude_unset=True).encode(), "application/json"
        given = {k: v for k, v in (params or {}).items() if v is not None}
        repeatable = method != "POST" if again is None else again
        until, pause = time.monotonic() + self._patience_s, 0.25
        while True:
            try:
                answer = self._http.request(method, address(*path), params=given, content=content, headers=told)
            except httpx.TransportError as error:
                if not (repeatable or isinstance(error, httpx.ConnectError)) or time.monotonic() + pause > until:
                    raise
                log.info("%s %s: %s; again in %.1f s", method, "/".join(path), error, pause)
            else:
                if answer.status_code not in NOT_NOW:
                    return _accepted(answer)
                pause = min(float(answer.headers.get("Retry-After", pause)), LONGEST_PAUSE_S)
                if time.monotonic() + pause > until:
                    return _accepted(answer)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    @contextmanager
    def stream(
        self, method: Method, *path: str, headers: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> Iterator[httpx.Response]:
        """An answer that is read as it comes; sent once."""
        told = self._headers | dict(headers or {})
        with self._http.stream(method, address(*path), headers=told, timeout=timeout) as answer:
            if answer.status_code >= 400:
                answer.read()
            yield _accepted(answer)


def address(*path: str) -> str:
    """Path of a resource; its parts are quoted."""
    return "/api/v1/" + "/".join(quote(part, safe="") for part in path)


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.status_code < 400:
        return answer
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:  # a proxy speaks, not the service
        problem = Problem(
            type="about:blank", title=answer.reason_phrase, status=answer.status_code, detail=answer.text[:500]
        )
    raise ApiError(problem)


class Calls:
    """What groups of calls share."""

    def __init__(self, to: Transport) -> None:
        self._to = to

    def _pages(self, model: type[Model], *path: str, **params: Any) -> Iterator[Model]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            answer = self._to.send("GET", *path, params=params | {"cursor": cursor, "limit": 200}).json()
            yield from map(model.model_validate, answer["items"])
            if (cursor := answer["next_cursor"]) is None:
                return


def written(path: Path, content: Iterable[bytes]) -> Path:
    """A file, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            for piece in content:
                file.write(piece)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
