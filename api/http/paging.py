"""Pages of lists: newest first, the last item's key is the cursor of the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from api.contract.base import Id, Page

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=200, description="items of one page")]
IdCursor = Annotated[Id | None, Query(description="`next_cursor` of the page before")]


def page(found: Sequence[Item], limit: int, key: Callable[[Item], str]) -> Page[Item]:
    """One page of what was asked for with ``limit + 1``; the one too many says that there is more."""
    items = list(found[:limit])
    return Page(items=items, next_cursor=key(items[-1]) if len(found) > limit else None)
