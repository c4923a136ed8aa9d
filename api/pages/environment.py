"""Jinja2, words in the reader's language, and `render`: the one way from a page's data to its HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.pages.assets import plotly_style_ids, static
from api.pages.frame import SITE_COOKIE, frame_of
from api.pages.language import YEAR_S, Lang, lang_of
from api.pages.words import BASE, WordTable

if TYPE_CHECKING:
    from api.http.principal import Principal


class Words:
    """The words of a page in one language: ``w("key", n=3)``; ``w.pick({"zh": …, "en": …})``."""

    def __init__(self, lang: Lang, *tables: WordTable) -> None:
        self.lang = lang
        self._table: dict[str, tuple[str, str]] = {}
        for table in tables:
            self._table |= table

    def __call__(self, key: str, **values: object) -> str:
        text = self._table[key][self.lang == "en"]
        return text.format(**values) if values else text

    def pick(self, both: Mapping[str, str] | Any) -> str:
        """The reader's language out of a text in both, be it a mapping or an object."""
        return str(both[self.lang] if isinstance(both, Mapping) else getattr(both, self.lang))

    def for_scripts(self) -> dict[str, str]:
        return {key: self(key) for key in self._table if key.startswith("js_")}


def safe_json(value: Any) -> Markup:
    """JSON that cannot end the script tag in which it stands."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@cache
def environment() -> Environment:
    """Everything is escaped, and a name that does not exist is an error."""
    found = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"static": static, "plotly_style_ids": plotly_style_ids}
    found.filters["json"] = safe_json
    return found


def render(
    request: Request,
    template: str,
    *,
    who: Principal | None = None,
    site: str | None = None,
    nav: str = "",
    words: WordTable | None = None,
    status: int = 200,
    **content: Any,
) -> HTMLResponse:
    """A page. ``who`` is the reader (None only before signing in), ``site`` the park that the page is about, ``nav``
    the entry of the navigation that it belongs to (``today``, ``jobs`` …), ``words`` the page's own table.

    Templates find: ``w``, ``lang``, ``frame``, ``static(name)``, the filter ``json``, and ``content``.
    """
    lang = lang_of(request)
    w = Words(lang, BASE, words or {})
    frame = frame_of(request, who, site, nav)
    text = environment().get_template(template).render(w=w, lang=lang, frame=frame, **content)
    response = HTMLResponse(text, status)
    response.headers["Vary"] = "Accept-Language, Cookie"
    if site is not None and who is not None and request.cookies.get(SITE_COOKIE) != site:
        response.set_cookie(SITE_COOKIE, site, max_age=YEAR_S, httponly=True, samesite="lax")
    return response
