"""Reading the accounting file of a park: strict YAML, provenance of its numbers as in site files.

``emissions.yaml`` beside the site file says which factors serve when, which certificates were bought, retired or sold,
what drives on the park's hydrogen, against what emissions are avoided, and how sure the figures are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from ems.emissions.baselines import BUILT_IN, Baseline, NamedBaseline, named_baselines
from ems.emissions.certificates import Certificate
from ems.emissions.eligibility import Project
from ems.emissions.factor_set import FactorChoice
from ems.emissions.hydrogen import HydrogenAccount
from ems.emissions.indicators import Indicators
from ems.emissions.scopes import SupplyChain
from ems.emissions.uncertainty import Uncertainty
from ems.emissions.vehicles import Fleet
from ems.site import Name, Title
from ems.site_faults import shown
from ems.site_file import Figure, Provenance, SiteFile, figures_of, read_model
from ems.site_shape import Path_, lookup
from forecasting.errors import InputError
from forecasting.files import read_text
from forecasting.provenance import Strict
from forecasting.yaml_files import MAX_BYTES

DEFAULT = "emissions.yaml"  # beside the site file


class Accounting(Strict):
    """How a park's emissions are accounted."""

    name: Name
    title: Title
    factors: FactorChoice
    certificates: tuple[Certificate, ...] = ()
    supply: SupplyChain = SupplyChain()
    hydrogen: HydrogenAccount = HydrogenAccount()
    vehicles: tuple[Fleet, ...] = ()
    baselines: dict[Name, Baseline] = Field(default_factory=dict, description="beside grid_only and rule_based")
    indicators: Indicators = Indicators()
    project: Project = Field(Project(), description="what crediting methods ask and no meter tells")
    uncertainty: Uncertainty

    @model_validator(mode="after")
    def _names(self) -> Self:
        if taken := sorted(set(self.baselines) & set(BUILT_IN)):
            raise ValueError(f"baselines: {taken[0]} is built in, give another name")
        return self


@dataclass(frozen=True)
class AccountingFile:
    """An accounting, the text it was read from, its digest and where its numbers come from."""

    accounting: Accounting
    path: Path
    text: str
    provenance: Mapping[Path_, Provenance]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @property
    def folder(self) -> Path:
        return self.path.parent

    def figures(self) -> list[Figure]:
        """Every number of the file, defaults included, with where it comes from; how often is drawn is no figure."""
        told = {**self.provenance, **dict(_sourced(self.accounting.model_dump()))}
        found = figures_of(self.accounting, told, self._title)
        return [f for f in found if f.name not in ("uncertainty.draws", "uncertainty.seed")]

    def baselines(self) -> dict[str, NamedBaseline]:
        """The baselines that are computed, by name: grid_only and the park's own."""
        return named_baselines(self.accounting.baselines, self.provenance)

    def _title(self, path: Path_) -> str:
        """A path for the reader: members of lists by their name."""
        dumped = self.accounting.model_dump()
        words = [lookup(dumped, (*path[:k], key, "name")) or key for k, key in enumerate(path)]
        return ".".join(map(str, words))


def _sourced(item: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Provenance]]:
    """Entries that carry status and source as fields of their own."""
    if isinstance(item, dict) and item.get("status") and item.get("source"):
        yield path, Provenance(item["status"], item["source"])
    if isinstance(item, dict | list | tuple):
        for key, value in item.items() if isinstance(item, dict) else enumerate(item):
            yield from _sourced(value, (*path, key))


def default_accounting(file: SiteFile) -> AccountingFile:
    """The accounting that lies beside the site file; raises `InputError` where there is none."""
    path = file.folder / DEFAULT
    if not path.is_file():
        remedy = f"write {DEFAULT} beside the site file with name, title, factors and uncertainty"
        raise InputError(str(file.path), "accounting", None, f"how emissions of {file.site.name} are accounted", remedy)
    return read_accounting(path, file)


def read_accounting(path: Path, file: SiteFile) -> AccountingFile:
    """Read and check the accounting of a site; every fault becomes an `InputError` with file, line, field, remedy."""
    return accounting_of(read_text(path, MAX_BYTES, "YAML text"), path, file)


def accounting_of(text: str, path: Path, file: SiteFile) -> AccountingFile:
    """The accounting of a YAML text that lies, or is to lie, at ``path``; raises `InputError` for its first fault."""
    wanted = "a mapping with name, title, factors, uncertainty …"
    page, accounting, provenance = read_model(text, path, Accounting, wanted)
    if accounting.name != file.site.name:
        raise page.fault(("name",), shown(page.plain, ("name",)), accounting.name, f"the site, {file.site.name}")
    return AccountingFile(accounting, path, text, provenance)
