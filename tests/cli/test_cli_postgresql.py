"""A service and a worker of its own share a PostgreSQL database; commands work on it, too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from api.cli import main
from tests.service.postgres import free_port, postgres, postgres_url  # noqa: F401  fixtures
from tests.soak.running import bearer

PLAN = {"site": "demo", "day": "2026-06-15", "weather": "climatology", "step_minutes": 60}


def started(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", *words, "--lang", "en"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"XDG_CACHE_HOME": str(folder / "cache")},
        )


def test_a_worker_elsewhere_plans_for_the_service(
    postgres_url: str,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rsplit(":", 1)[1]
    service = started(tmp_path, "serve", "--database", postgres_url, "--workers", "0", "--port", port)
    worker = started(tmp_path, "worker", "--database", postgres_url, "--workers", "1")
    try:
        assert main(["token", "create", "--role", "operator", "--database", postgres_url, "--lang", "en"]) == 0
        secret = capsys.readouterr().out.strip()
        with httpx.Client(base_url=url, headers=bearer(secret), timeout=10) as client:
            until = time.monotonic() + 60
            while not answers(client):
                assert time.monotonic() < until
                time.sleep(0.1)
            job = client.post("/api/v1/plans", json=PLAN).headers["Location"]
            while (found := client.get(job).json())["state"] not in ("succeeded", "failed"):
                assert time.monotonic() < until
                time.sleep(0.1)
        assert found["state"] == "succeeded", found
        assert main(["user", "list", "--database", postgres_url, "--lang", "en"]) == 0
        assert "admin" in capsys.readouterr().out
        assert main(["user", "link", "admin", "--database", postgres_url, "--lang", "en"]) == 0
        assert "put the address by which browsers reach the service in front" in capsys.readouterr().err
        assert main(["backup", str(tmp_path / "b.db"), "--database", postgres_url]) == 0
        assert main(["restore", str(tmp_path / "b.db"), "--database", f"sqlite:///{tmp_path}/copy.db"]) == 0
    finally:
        for process in (service, worker):
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(30) for process in (service, worker)]
    assert codes == [0, 0]
    said = (tmp_path / "worker.log").read_text(encoding="utf-8")
    assert "planning processes: 1, database postgresql://127.0.0.1" in said
    assert "Traceback" not in said + (tmp_path / "serve.log").read_text(encoding="utf-8")


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
