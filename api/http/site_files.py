"""Validated sites by version, read once: versions never change."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from api.http.problems import ProblemError, not_found
from api.http.site_checks import fault
from api.records import sites
from api.store import Store
from ems.bundle import unpack
from ems.site_file import SiteFile, read_site
from forecasting.errors import InputError

MOST = 64  # versions kept in memory


class SiteFiles:
    """Sites of the store, as far as questions about the site itself go: the files are gone when it has been read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, int], SiteFile] = OrderedDict()
        self._lock = threading.Lock()

    def current(self, site: str) -> tuple[SiteFile, sites.SiteVersion]:
        """The current version of a site; a 404 problem where there is no such site."""
        with self._store.read() as c:
            found = sites.get(c, site)
        if found is None:
            raise not_found(f"site {site}")
        return self.version(found), found

    def version(self, row: sites.SiteVersion) -> SiteFile:
        """A version of a site; a 422 problem where this software cannot use what an older one accepted."""
        key = (row.site, row.version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._store.read() as c:
            b = sites.bundle(c, row.site, row.version)
        with tempfile.TemporaryDirectory(prefix="ems-site-") as folder:
            root = Path(folder).resolve()
            try:
                file = read_site(str(unpack(b, root)))
            except InputError as error:
                found = fault(error, root, b.main)
                detail = f"{row.site}, version {row.version}: {found.detail}"
                raise ProblemError("input", detail, errors=[found]) from error
        with self._lock:
            self._kept[key] = file
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return file
