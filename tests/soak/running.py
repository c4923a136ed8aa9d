"""A real service in a process of its own, on a free port, for tests that measure or torment it."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

READY_S = 60.0


@dataclass
class Running:
    """`ems serve` on an SQLite file. Its log is beside the file; ``key`` makes the caller its administrator."""

    folder: Path
    options: tuple[str, ...] = ()
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    process: subprocess.Popen[bytes] = field(init=False)
    url: str = field(init=False, default="")
    key: str = field(init=False, default="")
    _tokens: dict[str, str] = field(init=False, default_factory=dict)

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'ems.db'}"

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--database", self.database, "--port", "0", *self.options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"XDG_CACHE_HOME": str(self.folder / "cache")},
            )
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self.process.poll() is None:
            told = self._told()
            if told.get("pid") == self.process.pid and "key" in told and self._answers(told["url"]):
                self.url, self.key = told["url"], told["key"]
                return self
            time.sleep(0.05)
        said = self.log.read_text(encoding="utf-8")[-4000:]
        self.stop()
        raise AssertionError(f"the service was not ready within {READY_S:g} s:\n{said}")

    def stop(self, wish: signal.Signals = signal.SIGTERM, patience_s: float = 60.0) -> int:
        """Ask it to end (or kill it), and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(wish)
        try:
            return self.process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def client(self, secret: str | None = None, **options: Any) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers=bearer(secret or self.key), verify=self.trust, **({"timeout": 60} | options)
        )

    def token(self, role: str, name: str) -> str:
        """The secret of a token of that name, which is made when it is first asked for."""
        if name in self._tokens:
            return self._tokens[name]
        with self.client() as client:
            made = client.post("/api/v1/tokens", json={"name": name, "role": role})
            made.raise_for_status()
            return self._tokens.setdefault(name, str(made.json()["secret"]))

    def make(self, plan: dict[str, Any]) -> str:
        """Have a plan made, and return its id."""
        with self.client() as client:
            asked = client.post("/api/v1/plans", json=plan)
            asked.raise_for_status()
            until = time.monotonic() + 300
            while time.monotonic() < until:
                job = client.get(asked.headers["Location"]).json()
                if job["state"] == "succeeded":
                    return str(job["result"]).rsplit("/", 1)[-1]
                assert job["state"] in ("queued", "running"), job
                time.sleep(0.2)
        raise AssertionError("no plan within five minutes")

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(f"{url}/readyz", timeout=5, verify=self.trust).status_code == 200
        except httpx.TransportError:
            return False

    def _told(self) -> dict[str, Any]:
        try:
            told = json.loads((self.folder / "ems.db.lock").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told if isinstance(told, dict) else {}


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    """A service for the length of a block, stopped in order at its end."""
    service = Running(folder, options).start()
    try:
        yield service
    finally:
        service.stop()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
