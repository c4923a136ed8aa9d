"""A site file with every file that it refers to, as plain text that can be sent, stored and laid out anywhere.

Paths count from the folder of all sites, in which the site's own folder has the site's name: ``qingdao/site.yaml``,
``qingdao/climatology.yaml``, ``tariffs/shandong-2026.yaml``. A site file elsewhere on disk is bundled as if its folder
had the site's name and its parent were the folder of all sites. A reference that leaves that parent, or is an absolute
path, is refused: a bundle is closed, nothing in it can name a file of the machine on which it is unpacked.
"""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path, PurePosixPath

from ems.site_file import SiteFile, page_of
from ems.site_shape import Path_, lookup, references
from forecasting.errors import InputError, meant, pointer_to
from forecasting.files import read_text

SAFE = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
LONGEST = 200  # of a path
MAX_BYTES = 100_000_000  # of one file, as for time series


@dataclass(frozen=True)
class Bundle:
    """A site file with every file that it refers to."""

    main: str  # path of the site file from the folder of all sites
    files: Mapping[str, str]  # path -> text, the site file among them

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted paths and contents."""
        found = sha256()
        for path in sorted(self.files):
            for part in (path, self.files[path]):
                data = part.encode()
                found.update(len(data).to_bytes(8, "big") + data)
        return found.hexdigest()


def bundle(file: SiteFile) -> Bundle:
    """A site on disk with all that it refers to; raises `InputError` for what cannot be read or leaves its folders."""
    text = read_text(file.path, MAX_BYTES, "YAML text")
    if sha256(text.encode()).hexdigest()[:16] != file.digest:
        raise InputError(str(file.path), "content", None, "the text that was read", "it changed since: read it again")
    main = f"{file.site.name}/site.yaml"
    wanted: dict[str, str] = {}
    for place, given in _references(text, main):
        path = _path(main, given)
        if path is None:
            remedy = f"copy it below {file.folder.parent} and name it relative to the site file"
            raise file.fault(place, _field(place), given, "a file in the folder of all sites", remedy)
        wanted[path] = given
    files = {path: read_text(file.folder / given, MAX_BYTES, "text") for path, given in wanted.items()}
    return _checked(Bundle(main, {**files, main: text}))


def bundle_from_text(name: str, yaml: str, files: Mapping[str, str], library: Callable[[str], str | None]) -> Bundle:
    """A site from its text; what it refers to is taken from ``files``, else from ``library``.

    The site need not be valid otherwise. Raises `InputError` for a text that is no YAML mapping or bears another name,
    for references that leave the folder of all sites or to files that are not there, and for files that nothing
    refers to.
    """
    main = f"{name}/site.yaml"
    page = page_of(yaml, Path(main))
    given_name = lookup(page.plain, ("name",))
    if given_name != name or not NAME.fullmatch(name):
        raise page.fault(("name",), "name", given_name, name, "the name of a site never changes")
    wanted: dict[str, str] = {main: yaml}
    for place, given in _references(yaml, main):
        path = _path(main, given)
        if path is None:
            raise page.fault(place, _field(place), given, "a relative path within the folder of all sites")
        text = files[path] if path in files else library(path)
        if path != main and text is None:
            remedy = meant(path, files, "send it along with the site")
            raise page.fault(place, _field(place), given, f"the file {path}, which is not there", remedy)
        wanted.setdefault(path, str(text))
    if unused := sorted(set(files) - set(wanted)):
        known = [path for path in wanted if path != main]
        raise InputError(main, f"files.{unused[0]}", None, "a file that the site refers to", meant(unused[0], known))
    return _checked(Bundle(main, wanted))


def unpack(b: Bundle, folder: Path) -> Path:
    """Lay the files out below ``folder`` and return the path of the site file; a second time changes nothing.

    Raises `InputError` for paths that would leave the folder, and for references of the site to files that are not in
    the bundle: what is read from the unpacked site lies in the folder.
    """
    _checked(b)
    folder.mkdir(parents=True, exist_ok=True)
    root = folder.resolve()
    for path, text in b.files.items():
        _write(root, path, text.encode())
    return root / b.main


def _checked(b: Bundle) -> Bundle:
    """A bundle whose paths are safe and whose references are its own files."""
    for path in b.files:
        if not _safe(path):
            raise InputError("bundle", f"files.{path[:LONGEST]}", None, "a relative path of letters, digits and . _ -")
        above = {str(parent) for parent in PurePosixPath(path).parents}
        if clash := sorted(above & set(b.files)):
            raise InputError(
                "bundle", f"files.{path}", None, "a file, where there is none named like its folder", clash[0]
            )
    if b.main not in b.files or b.main.count("/") != 1:
        raise InputError("bundle", "main", b.main, "the path of the site file, one of the files")
    for place, given in _references(b.files[b.main], b.main):
        if _path(b.main, given) not in b.files:
            raise InputError(b.main, _field(place), given, "one of the files of the bundle", pointer=pointer_to(place))
    return b


def _write(root: Path, path: str, data: bytes) -> None:
    """One file, whole or not at all; nothing is written through links."""
    target = root / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent.resolve() != target.parent or target.is_symlink():
            raise InputError(str(target), "file", None, "folders and a file that are no links")
        if target.exists() and target.read_bytes() == data:
            return
        with tempfile.TemporaryDirectory(dir=root) as beside:
            part = Path(beside) / target.name
            part.write_bytes(data)
            os.replace(part, target)
    except OSError as error:
        raise InputError(str(target), "file", None, "a place that can be written", error.strerror or "") from error


@lru_cache(maxsize=64)
def _references(yaml: str, main: str) -> tuple[tuple[Path_, str], ...]:
    """Every reference of a site's text, with its place; what is no text is left to the validation of the site."""
    found = references(page_of(yaml, Path(main)).plain)
    return tuple((place, str(given)) for place, given in found if isinstance(given, str | Path))


def _path(main: str, given: str) -> str | None:
    """A reference as a path from the folder of all sites; None where it leaves it or is no plain relative path."""
    ups = [part == ".." for part in given.split("/")]
    if ups != sorted(ups, reverse=True):  # back out of a folder that may not be there
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(main), given))
    return path if _safe(path) else None


def _safe(path: str) -> bool:
    return len(path) <= LONGEST and bool(SAFE.fullmatch(path)) and not {".", ".."} & set(path.split("/"))


def _field(place: Path_) -> str:
    return ".".join(map(str, place))
