"""Who one is; users and tokens, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from api.contract.base import Id
from api.contract.people import Me, NewToken, SignInLink, Token, TokenRequest, User, UserChange, UserName, UserRequest
from api.http.deps import Admin, Db, Viewer
from api.http.guard import CSRF_HEADER
from api.http.principal import Principal
from api.http.problems import ProblemError, conflict, not_found, request_id, responses
from api.passwords import hashed
from api.records import people, sessions, tokens

router = APIRouter(tags=["people"])
LOCATION = {"Location": {"description": "path of what was made", "schema": {"type": "string"}}}
UserPath = Annotated[UserName, Path(description="name of the user")]


@router.get(
    "/me",
    responses={200: {"headers": {CSRF_HEADER: {"description": "for pages only", "schema": {"type": "string"}}}}},
)
async def get_me(caller: Viewer, response: Response) -> Me:
    """Who the caller is. A page learns from the header X-CSRF-Token what to send along with changes."""
    if caller.csrf is not None:
        response.headers[CSRF_HEADER] = caller.csrf
    return Me(name=caller.name, role=caller.role, sites=caller.site_list, how=caller.how)


@router.get("/tokens")
def list_tokens(caller: Admin, db: Db) -> list[Token]:
    """All tokens for sites that the caller administers, revoked ones included, newest first."""
    with db.store.read() as c:
        return [token for token in tokens.tokens(c) if _within(caller, token.sites)]


@router.post("/tokens", status_code=201, responses=responses(409))
def create_token(asked: TokenRequest, caller: Admin, db: Db, request: Request) -> NewToken:
    """Make a token. Its secret is told this once. No two tokens that work may have the same name."""
    _require_within(caller, asked.sites)
    try:
        with db.store.write() as c:
            return tokens.create(c, asked, caller.name, request=request_id(request))
    except tokens.NameTaken:
        raise conflict(f"A token named {asked.name} works already: revoke it first, or choose another name.") from None


@router.delete("/tokens/{id}", status_code=204)
def revoke_token(id: Id, caller: Admin, db: Db, request: Request) -> None:
    """End a token at once. Doing it again changes nothing."""
    with db.store.write() as c:
        found = tokens.token(c, id)
        if found is None or not _within(caller, found.sites):
            raise not_found(f"token {id}")
        tokens.revoke(c, id, caller.name, request=request_id(request))
    db.identities.forget()


@router.get("/users")
def list_users(caller: Admin, db: Db) -> list[User]:
    """All users of sites that the caller administers, disabled ones included."""
    with db.store.read() as c:
        return [user for user in people.users(c) if _within(caller, user.sites)]


@router.post("/users", status_code=201, responses=responses(409) | {201: {"headers": LOCATION}})
def create_user(asked: UserRequest, caller: Admin, db: Db, request: Request, response: Response) -> User:
    """Make a user, who signs in with the password, or by a link where there is none."""
    _require_within(caller, asked.sites)
    password = None if asked.password is None else hashed(asked.password)
    try:
        with db.store.write() as c:
            made = people.add(
                c, asked.name, asked.role, asked.sites, password, caller.name, request=request_id(request)
            )
    except people.UserExists:
        raise conflict(f"There is a user {asked.name} already.") from None
    response.headers["Location"] = f"/api/v1/users/{made.name}"
    return made


@router.get("/users/{name}")
def get_user(name: UserPath, caller: Admin, db: Db) -> User:
    """One user."""
    with db.store.read() as c:
        return _user(people.user(c, name), name, caller)


@router.patch("/users/{name}", responses=responses(409))
def change_user(name: UserPath, asked: UserChange, caller: Admin, db: Db, request: Request) -> User:
    """Change role, sites or password, disable or enable. It counts from the next request of that user on."""
    with db.store.read() as c:
        _user(people.user(c, name), name, caller)
    if asked.sites is not None or asked.all_sites:
        _require_within(caller, None if asked.all_sites else asked.sites)
    password = None if asked.password is None else hashed(asked.password)
    try:
        with db.store.write() as c:
            _user(people.user(c, name), name, caller)
            changed = people.change(c, name, asked, password, caller.name, request=request_id(request))
    except people.LastAdmin:
        raise conflict(f"{name} is the last who may administer everything.") from None
    db.identities.forget()
    return changed


@router.post(
    "/users/{name}/sign-in-link",
    status_code=201,
    responses=responses(409) | {201: {"description": "The link"}},
)
def create_sign_in_link(name: UserPath, caller: Admin, db: Db, request: Request) -> SignInLink:
    """A link that signs this user in once, within 15 minutes. Hand it over privately: whoever opens it is that user."""
    with db.store.write() as c:
        user = _user(people.user(c, name), name, caller)
        if user.disabled_at is not None:
            raise conflict(f"{name} is disabled.")
        secret, until = sessions.make_link(c, name, caller.name, request=request_id(request))
    return SignInLink(url=f"{str(request.base_url).rstrip('/')}/sign-in/{secret}", expires_at=until)


def _within(caller: Principal, sites: list[str] | None) -> bool:
    """Whether all that is granted is the caller's to grant."""
    return caller.sites is None or (sites is not None and set(sites) <= set(caller.sites))


def _require_within(caller: Principal, sites: list[str] | None) -> None:
    if not _within(caller, sites):
        own = ", ".join(caller.sites or ())
        raise ProblemError("forbidden", f"{caller.name} may only grant access to these sites: {own}.")


def _user(found: User | None, name: str, caller: Principal) -> User:
    if found is None or not _within(caller, found.sites):
        raise not_found(f"user {name}")
    return found
