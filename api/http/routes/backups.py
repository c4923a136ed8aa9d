"""Copies of the whole database, made while the service runs."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.backup import backup
from api.http.deps import Admin, Db
from api.http.problems import ProblemError, request_id, unavailable
from api.records import audit_log
from api.store import Store

router = APIRouter(tags=["backups"])
MEDIA_TYPE = "application/vnd.sqlite3"
CHUNK = 1 << 18
_one_at_a_time = threading.Lock()


@router.post(
    "/backups",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "An SQLite file of the same schema; `ems restore` reads it",
            "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
            "headers": {"Content-Disposition": {"description": "a name for the file", "schema": {"type": "string"}}},
        }
    },
)
def create_backup(caller: Admin, db: Db, request: Request) -> StreamingResponse:
    """The database as it is at one moment, in one file. It holds hashes of passwords: keep it as you keep those."""
    if caller.sites is not None:
        raise ProblemError("forbidden", "A backup holds all sites; only who may see all of them may make one.")
    if not _one_at_a_time.acquire(blocking=False):
        raise unavailable("Another backup is being made.", 10)
    try:
        file = _made(db.store)
    finally:
        _one_at_a_time.release()
    size = os.fstat(file.fileno()).st_size
    with db.store.write() as c:
        audit_log.append(
            c, caller.name, "backup.create", "database", after={"bytes": size}, request=request_id(request)
        )
    name = f"ems-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    headers = {"Content-Length": str(size), "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPE, headers=headers)


def _made(store: Store) -> IO[bytes]:
    """The file, open and without a name: it goes when it is closed, or when the process ends, however that ends."""
    with tempfile.TemporaryDirectory(prefix="ems-backup-") as folder:
        target = Path(folder) / "backup.db"
        backup(store, target)
        return target.open("rb")


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
