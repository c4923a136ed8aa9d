"""Results of jobs, which never change, kept ready in memory so that reading one again costs no decompression."""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from api.http.problems import not_found
from api.records import results
from api.store import Store

MOST_BYTES = 96_000_000
PARSED = 12  # bytes of memory per byte of JSON text, about

Value = TypeVar("Value")


class Contents:
    """The least recently used go when the rest is larger than ``most_bytes``."""

    def __init__(self, store: Store, most_bytes: int = MOST_BYTES) -> None:
        self._store = store
        self._most = most_bytes
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def packed(self, id: str) -> bytes:
        """The JSON text in gzip, as it is stored."""
        return self.kept(("packed", id), lambda: self._read(id), len)

    def text(self, id: str) -> bytes:
        """The JSON text."""
        return self.kept(("text", id), lambda: gzip.decompress(self.packed(id)), len)

    def parsed(self, id: str) -> dict[str, Any]:
        """The content; nobody may change it."""

        def parse() -> tuple[dict[str, Any], int]:
            text = gzip.decompress(self.packed(id))
            return json.loads(text), PARSED * len(text)

        return self.kept(("parsed", id), parse, lambda pair: pair[1])[0]

    def kept(self, key: Hashable, make: Callable[[], Value], size: Callable[[Value], int]) -> Value:
        """What is kept under a key, made where it is not there. Two who ask at once may both make it."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]  # type: ignore[no-any-return]  # the key tells the type
        value = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (value, size(value))
                self._bytes += size(value)
            while self._bytes > self._most and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone
        return value

    def _read(self, id: str) -> bytes:
        with self._store.read() as c:
            found = results.text(c, id)
        if found is None:
            raise not_found(f"result {id}")
        return found[0]
