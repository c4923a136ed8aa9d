"""What endpoints ask for in their signatures: the service, and a caller of a role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.contract.base import Role
from api.http.guard import authenticated
from api.http.principal import Principal
from api.http.service import Service


async def service(request: Request) -> Service:
    """The open service behind this application."""
    found: Service = request.app.state.service
    return found


def _needs(role: Role) -> Callable[..., Awaitable[Principal]]:
    async def caller(request: Request) -> Principal:
        principal = await authenticated(request)
        principal.require(role)
        return principal

    caller.__name__ = role
    vars(caller)["role"] = role  # read by the OpenAPI document
    return caller


Db = Annotated[Service, Depends(service)]
Viewer = Annotated[Principal, Depends(_needs("viewer"))]
Operator = Annotated[Principal, Depends(_needs("operator"))]
Engineer = Annotated[Principal, Depends(_needs("engineer"))]
Admin = Annotated[Principal, Depends(_needs("admin"))]
