"""Corporate inventories that were checked, kept with a park whose people may read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from api.contract.base import Asked, Id, Instant, SiteName, Text, Told

LONGEST_TEXT = 1_000_000


class InventoryRequest(Asked):
    """Check an inventory and keep it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"site": "demo", "inventory": "name: works\ntitle: {zh: 工厂, en: Works}\n"}]}
    )

    site: SiteName = Field(description="the park that it is kept with: who may see that may read it")
    inventory: Annotated[str, Field(max_length=LONGEST_TEXT)] | dict[str, Any] = Field(
        description="the inventory as YAML or JSON text or as an object: docs/corporate-guide.md"
    )
    label: Annotated[str, Field(max_length=120)] = ""


class InventorySummary(Told):
    """An inventory as lists show it."""

    id: Id
    site: SiteName
    name: str
    title: Text
    year: int
    label: str = ""
    counts: dict[str, int] = Field(description="findings by grade: error, warning, rounding …")
    digest: str = Field(description="SHA-256 of inventory.json, its ETag")
    created_at: Instant
    created_by: str


class InventoryFinding(Told):
    """Something in an inventory that cannot be so, is doubtful, or differs by rounding."""

    rule: str
    grade: str
    about: list[str]
    text: Text


class Inventory(InventorySummary):
    """An inventory with what was found. The whole is `inventory.json` under `links`."""

    findings: list[InventoryFinding]
    links: dict[str, str]
