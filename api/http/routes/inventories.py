"""Corporate inventories: checking them, reading what was found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.contract.base import Id, Page, SiteName
from api.contract.inventories import Inventory, InventoryRequest, InventorySummary
from api.http.answers import Unless, answer, cached
from api.http.deps import Db, Engineer, Viewer
from api.http.edge import REPORT_POLICY
from api.http.paging import IdCursor, Limit, page
from api.http.principal import Principal
from api.http.problems import ProblemError, not_found, request_id, responses
from api.http.representation import send
from api.http.routes.plans import FORMATS, JSON, Language
from api.http.service import Service
from api.http.site_checks import fault
from api.records import audit_log, inventories, sites
from ems.inventory.document import inventory_document
from ems.inventory.inventory_file import InventoryFile, inventory_of
from ems.plan_file import to_json
from ems.site import sites_folder
from forecasting.errors import InputError
from forecasting.factors import registry

router = APIRouter(tags=["inventories"])
XLSX = FORMATS["xlsx"]
BINARY = {"type": "string", "format": "binary"}
FILE = "inventory.yaml"
PARTS = ("inventory.json", "report", "workbook")


def _inventory(service: Service, who: Principal, id: str) -> InventorySummary:
    with service.store.read() as c:
        found = inventories.inventory(c, id)
    if found is None or not who.may_see(found.site):
        raise not_found(f"inventory {id}")
    return found


def _content(service: Service, id: str) -> dict[str, Any]:
    with service.store.read() as c:
        return inventories.parsed(c, id)


def _read(asked: InventoryRequest) -> tuple[str, InventoryFile]:
    """The text of an inventory, and what it says; a 422 problem for what is wrong with it."""
    given = asked.inventory
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, indent=1)
    try:
        return text, inventory_of(text, Path(FILE))
    except InputError as error:
        found = fault(error, Path("/"), FILE)
        inside = "" if isinstance(given, str) else found.pointer
        told = found.model_copy(update={"pointer": f"/inventory{inside}"})
        raise ProblemError("input", f"{told.pointer}: {told.detail}", errors=[told]) from error


def _whole(summary: InventorySummary, content: dict[str, Any]) -> Inventory:
    base = f"/api/v1/inventories/{summary.id}"
    links = {"self": base} | {part: f"{base}/{part}" for part in PARTS}
    return Inventory.model_validate(summary.model_dump() | {"findings": content["findings"], "links": links})


@router.post(
    "/inventories",
    status_code=201,
    response_model=Inventory,
    responses=answer(201, Inventory, "Checked and kept", "Location") | responses(404),
)
def check_inventory(asked: InventoryRequest, who: Engineer, service: Db, request: Request) -> Response:
    """Check an inventory and keep it with what was found. An inventory of the same name that was sent before stays."""
    who.require_site(asked.site)
    with service.store.read() as c:
        if sites.get(c, asked.site) is None:
            raise not_found(f"site {asked.site}")
    text, file = _read(asked)
    try:
        content = inventory_document(file, registry(sites_folder() / "factors"))
    except InputError as error:
        raise ProblemError("input", str(error)) from error
    with service.store.write() as c:
        made = (to_json(content) + "\n").encode()
        id = inventories.add(c, asked.site, asked.label, text, content, made, who.name)
        summary = inventories.inventory(c, id)
        assert summary is not None
        after = {"name": summary.name, "counts": summary.counts}
        audit_log.append(
            c, who.name, "inventory.check", id, site=asked.site, before=None, after=after, request=request_id(request)
        )
    body = _whole(summary, content).model_dump_json()
    return Response(body, 201, headers={"Location": f"/api/v1/inventories/{id}"}, media_type=JSON)


@router.get("/inventories")
def list_inventories(
    who: Viewer,
    service: Db,
    site: SiteName | None = None,
    name: Annotated[str | None, Query(max_length=120, description="only those of this name")] = None,
    cursor: IdCursor = None,
    limit: Limit = 50,
) -> Page[InventorySummary]:
    """Inventories, newest first."""
    with service.store.read() as c:
        found = inventories.inventories(c, sites=who.site_list, site=site, name=name, before=cursor, limit=limit + 1)
    return page(found, limit, lambda inventory: inventory.id)


@router.get("/inventories/{id}")
def get_inventory(id: Id, who: Viewer, service: Db) -> Inventory:
    """An inventory with its findings."""
    return _whole(_inventory(service, who, id), _content(service, id))


@router.get("/inventories/{id}/inventory.json", response_class=Response, responses=cached(**{JSON: {"type": "object"}}))
def get_inventory_json(id: Id, who: Viewer, service: Db, request: Request, if_none_match: Unless = None) -> Response:
    """The whole inventory with its results and findings; its entity tag is the SHA-256 of this text."""
    digest = _inventory(service, who, id).digest

    def text() -> bytes:
        with service.store.read() as c:
            return inventories.text(c, id)

    return send(request, service.contents, digest, JSON, text, if_none_match)


@router.get("/inventories/{id}/report", response_class=Response, responses=cached(**{"text/html": {"type": "string"}}))
def get_inventory_page(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The inventory as one HTML file that needs nothing else."""
    from ems.inventory.page import inventory_html

    tag = f"{_inventory(service, who, id).digest[:32]}-html-{lang}"
    told = {"Content-Security-Policy": REPORT_POLICY, "Content-Language": lang}

    def made() -> bytes:
        return inventory_html(_content(service, id), lang).encode()

    return send(request, service.contents, tag, "text/html; charset=utf-8", made, if_none_match, headers=told)


@router.get("/inventories/{id}/workbook", response_class=Response, responses=cached(**{XLSX: BINARY}))
def get_inventory_workbook(
    id: Id, who: Viewer, service: Db, request: Request, lang: Language = "zh", if_none_match: Unless = None
) -> Response:
    """The inventory as a workbook that can be filled in and sent to `ems inventory`."""
    from ems.inventory.workbook import inventory_workbook

    summary = _inventory(service, who, id)
    told = {"Content-Disposition": f'attachment; filename="{summary.name}.xlsx"', "Content-Language": lang}

    def made() -> bytes:
        with service.store.read() as c:
            file = inventory_of(inventories.yaml(c, id), Path(FILE))
            return inventory_workbook(file, inventories.parsed(c, id), lang)

    tag = f"{summary.digest[:32]}-xlsx-{lang}"
    return send(request, service.contents, tag, XLSX, made, if_none_match, headers=told)
