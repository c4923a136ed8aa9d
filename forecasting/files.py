"""Reading files that may be anything."""

from __future__ import annotations

from pathlib import Path

from forecasting.errors import InputError


class Reference:
    """Marks a field of a site that names another file, by its path from the site file."""


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Content of a regular file; its size is looked at before anything is read."""
    name = path.name or str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError(name, "", None, "a file", "this is a folder: name a file in it")
        if not path.is_file():
            raise InputError(name, "", None, "a regular file", "pipes and devices are not read")
        if size > max_bytes:
            raise InputError(name, "size", f"{size / 1e6:.1f} MB", f"at most {max_bytes / 1e6:g} MB", "split the file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(name, "file", None, "a readable file", f"check the path ({why})") from error


def read_text(path: Path, max_bytes: int, kind: str) -> str:
    """The same as UTF-8 text, with or without byte order mark; ``kind`` names what it should be."""
    raw = read_bytes(path, max_bytes)
    if b"\0" in raw:
        raise InputError(path.name, "content", "binary data", kind, "export it as plain text (UTF-8)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            path.name, f"byte {error.start}", raw[error.start], f"{kind} in UTF-8", "save it as UTF-8"
        ) from error
