"""Files that pages load: style, modules, and plotly's script from the installed package.

Addresses carry a digest of all files, so a browser may keep each for a year and still gets the new one after an
upgrade; modules find each other beside themselves. Everything is compressed once, at its first request.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from api.ids import digest

FOLDER = Path(__file__).with_name("static")
KEEP = "public, max-age=31536000, immutable"
PLOTLY = "plotly.js"
router = APIRouter(include_in_schema=False)


@cache
def names() -> dict[str, Path]:
    """The files there are; a request can name no other."""
    return {path.name: path for path in sorted(FOLDER.iterdir()) if path.is_file()}


@cache
def all_digest() -> str:
    """One name for the content of all files."""
    return digest(b"".join(name.encode() + b"\0" + path.read_bytes() for name, path in names().items()))[:12]


def static(name: str) -> str:
    """The address of a file; a name that does not exist is a mistake in a template."""
    if name == PLOTLY:
        return f"/static/{PLOTLY}?v={version('plotly')}"
    if name not in names():
        raise KeyError(f"there is no file {name} in {FOLDER.name}/")
    return f"/static/{all_digest()}/{name}"


@cache
def _content(name: str) -> tuple[bytes, bytes]:
    """A file as it is and compressed."""
    if name == PLOTLY:
        from plotly.offline import get_plotlyjs

        text = str(get_plotlyjs()).encode()
    else:
        text = names()[name].read_bytes()
    return text, gzip.compress(text, 6, mtime=0)


@cache
def plotly_style_ids() -> tuple[str, ...]:
    """Ids of style elements that plotly's script would add where the page has no element of that id."""
    text = _content(PLOTLY)[0].decode()
    return tuple(sorted(set(re.findall(r'if\(!document\.getElementById\("([0-9a-f]{64})"\)\)', text))))


def _send(request: Request, name: str, keep: bool) -> Response:
    plain, small = _content(name)
    squeezed = "gzip" in request.headers.get("accept-encoding", "")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {
        "Cache-Control": KEEP if keep else "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if squeezed:
        headers["Content-Encoding"] = "gzip"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    return Response(small if squeezed else plain, media_type=kind, headers=headers)


@router.get("/static/plotly.js")
def plotly_script(request: Request, v: str = "") -> Response:
    return _send(request, PLOTLY, keep=v == version("plotly"))


@router.get("/static/{of}/{name}")
def static_file(request: Request, of: str, name: str) -> Response:
    """A file; of an older digest the newest content, which no one may keep."""
    if name not in names():
        raise HTTPException(404)
    return _send(request, name, keep=of == all_digest())
