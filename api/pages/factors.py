"""Emission factors that come with this software."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.deps import Viewer
from api.http.routes.factors import registered
from api.pages.environment import render
from api.pages.words_reports import FACTORS

router = APIRouter(include_in_schema=False)


@router.get("/factors")
def factors_page(request: Request, who: Viewer) -> Response:
    found = list(registered().values())
    return render(request, "factors.html", who=who, nav="reports", words=FACTORS, factors=found)
