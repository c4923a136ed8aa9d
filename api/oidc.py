"""Bearer tokens of an identity provider (OpenID Connect): signed JSON Web Tokens, checked with the issuer's keys."""

from __future__ import annotations

import logging
import re
import threading
import time
from datetime import UTC, datetime
from typing import Any

import httpx

from api.contract.base import Role
from api.http.principal import ROLES, Principal, Proof
from api.http.problems import unavailable
from api.settings import Oidc
from forecasting.errors import InputError

ALGORITHMS = ["RS256", "ES256"]  # signatures by a private key that only the issuer has
REQUIRED = ["iss", "aud", "exp", "sub"]
KEYS_KEPT_S = 600.0
RETRY_S = 30.0  # between two questions for keys, however many unknown ones are presented
LEEWAY_S = 30.0  # between two clocks
LONGEST_S = 86_400.0  # then a token is looked at again, whatever it says
EVERYWHERE = "*"
SUBJECT = re.compile(r"[!-~]{1,100}")
SITE = re.compile(r"[a-z][a-z0-9_]{0,63}")
log = logging.getLogger("ems.oidc")


class Provider:
    """The configured issuer. ``fetch`` reads its key set and exists to be replaced in tests."""

    def __init__(self, oidc: Oidc) -> None:
        try:
            import jwt
        except ImportError as error:
            raise InputError(
                "--oidc-issuer", "", oidc.issuer, "the package PyJWT", "install it with `pip install 'park-ems[oidc]'`"
            ) from error
        self._jwt = jwt
        self._oidc = oidc
        self._keys: dict[str | None, Any] = {}
        self._fresh_until = self._ask_from = 0.0
        self._lock = threading.Lock()

    def proof(self, token: str) -> Proof | None:
        """The caller whom a token names; None where it is forged, expired, for others, or without a role of ours."""
        jwt, oidc = self._jwt, self._oidc
        try:
            key = self._key(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise jwt.InvalidKeyError("signed with a key that the issuer does not publish")
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=oidc.audience,
                issuer=oidc.issuer,
                leeway=LEEWAY_S,
                options={"require": REQUIRED},
            )
            until = min(float(claims["exp"]), time.time() + LONGEST_S)
            return Proof(self._principal(claims), datetime.fromtimestamp(until, UTC))
        except (jwt.PyJWTError, _Unusable, RecursionError) as error:  # the last from JSON nested without end
            log.warning("token of the identity provider refused: %s", error)
            return None

    def _principal(self, claims: dict[str, Any]) -> Principal:
        subject = claims["sub"]
        if not isinstance(subject, str) or not SUBJECT.fullmatch(subject):
            raise _Unusable("sub is not 1 to 100 printable ASCII characters")
        role = _role(claims.get(self._oidc.role_claim), self._oidc.role_claim)
        sites = _sites(claims.get(self._oidc.sites_claim), self._oidc.sites_claim)
        return Principal(id=f"oidc:{subject}", name=f"oidc:{subject}", role=role, sites=sites, how="oidc")

    def _key(self, id: str | None) -> Any | None:
        """The issuer's key of that id; of no id where it has only one."""
        with self._lock:
            now = time.monotonic()
            if now >= self._ask_from and (now >= self._fresh_until or self._found(id) is None):
                self._ask_from = now + RETRY_S
                self._refresh(now)
            if not self._keys:
                raise unavailable("The identity provider does not answer.", RETRY_S)
            return self._found(id)

    def _found(self, id: str | None) -> Any | None:
        if id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(id)

    def _refresh(self, now: float) -> None:
        """Ask the issuer for its keys; while it does not answer, those it gave last are good."""
        try:
            published = self.fetch()
            keys = {key.key_id: key for key in self._jwt.PyJWKSet.from_dict(published).keys}
        except (httpx.HTTPError, ValueError, self._jwt.PyJWTError) as error:
            log.error("the keys of %s cannot be read: %s", self._oidc.issuer, error)
            return
        self._keys = keys
        self._fresh_until = now + KEYS_KEPT_S

    def fetch(self) -> dict[str, Any]:
        """The JSON Web Key Set of the issuer."""
        found = httpx.get(self._oidc.keys_url, timeout=5.0).raise_for_status().json()
        if not isinstance(found, dict):
            raise ValueError("no key set")
        return found


class _Unusable(Exception):
    """A genuine token that says too little."""


def _role(claim: Any, name: str) -> Role:
    """One role, or the highest of ours in a list."""
    given = claim if isinstance(claim, list) else [claim]
    ours = [role for role in ROLES if role in given]
    if not ours:
        raise _Unusable(f"{name} is {claim!r}, expected one of {', '.join(ROLES)}")
    return ours[-1]


def _sites(claim: Any, name: str) -> tuple[str, ...] | None:
    """Names of sites; "*" is all. A token that names none sees none."""
    if claim == EVERYWHERE:
        return None
    given = [] if claim is None else claim
    if not isinstance(given, list) or not all(isinstance(site, str) and SITE.fullmatch(site) for site in given):
        raise _Unusable(f'{name} is {claim!r}, expected a list of names of sites, or "*" for all')
    return tuple(given)
