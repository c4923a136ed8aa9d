"""What endpoints say in the OpenAPI document about answers that FastAPI cannot know of."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel

Answers = dict[int | str, dict[str, Any]]

ETAG: dict[str, Any] = {"ETag": {"description": "entity tag of what was sent", "schema": {"type": "string"}}}
Unless = Annotated[
    str | None,
    Header(alias="If-None-Match", max_length=2000, description="entity tags that the client has: 304 where one fits"),
]


def cached(**content: Any) -> Answers:
    """An answer with an entity tag. ``content``: media type -> schema, where the endpoint has no response model."""
    found: dict[str, Any] = {"description": "The content under its entity tag", "headers": ETAG}
    if content:
        found["content"] = {media_type: {"schema": schema} for media_type, schema in content.items()}
    return {200: found, 304: {"description": "The client has it already", "headers": ETAG}}


def answer(status: int, model: type[BaseModel], description: str, *headers: str) -> Answers:
    """Another answer with a model of its own."""
    told = {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in headers}
    return {status: {"model": model, "description": description, "headers": told}}


HEADERS = {
    "ETag": "entity tag of what was sent",
    "Location": "where it is",
    "Retry-After": "seconds after which to ask",
}
