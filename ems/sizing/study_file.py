"""Reading a study file: strict YAML, provenance of its numbers as in site files, errors that name file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError, create_model

from ems.site import Site
from ems.site_faults import odd_numbers, shown
from ems.site_file import Figure, Provenance, SiteFile, figures_of, read_page
from ems.site_shape import Path_, lookup
from ems.sizing.parks import size_key, sized_field, with_candidates
from ems.sizing.study import Study
from ems.sizing.study_faults import faults
from forecasting.errors import InputError
from forecasting.files import read_text
from forecasting.notes import Note
from forecasting.yaml_files import MAX_BYTES
from models import AnyComponent, Store
from models.machine import MachineParameters

DEFAULT = "study.yaml"  # beside the site file
_Shape = create_model("_Shape", __base__=Study, add=(tuple[AnyComponent, ...], ()))  # added components field by field


@dataclass(frozen=True)
class StudyFile:
    """A study, the file it was read from, its digest, where its numbers come from, and what the reader should know."""

    study: Study
    path: Path
    digest: str
    provenance: dict[Path_, Provenance]
    notes: tuple[Note, ...]

    @property
    def folder(self) -> Path:
        return self.path.parent

    def figures(self) -> list[Figure]:
        """Every number of the study, defaults included, with where it comes from."""
        return figures_of(self.study, self.provenance, self._title)

    def _title(self, path: Path_) -> str:
        """A path for the reader: members of lists by their name."""
        dumped = self.study.model_dump()
        words = [lookup(dumped, (*path[:k], key, "name")) or key for k, key in enumerate(path)]
        return ".".join(map(str, words))


def default_study(file: SiteFile) -> StudyFile:
    """The study that lies beside the site file; raises `InputError` where there is none."""
    path = file.folder / DEFAULT
    if not path.is_file():
        remedy = (
            f"write {DEFAULT} beside the site file with name, title, year, sizes, costs, economics and reference, "
            "or name another with --study"
        )
        raise InputError(str(file.path), "study", None, f"a study of {file.site.name}", remedy)
    return read_study(path, file)


def read_study(path: Path, file: SiteFile) -> StudyFile:
    """Read and check a study of a site; every fault becomes an `InputError` with file, line, field and remedy."""
    return study_of(read_text(path, MAX_BYTES, "YAML text"), path, file)


def study_of(text: str, path: Path, file: SiteFile) -> StudyFile:
    """The study of a YAML text that lies, or is to lie, at ``path``; raises `InputError` for its first fault."""
    page, provenance, found = read_page(text, path, _Shape, "a mapping with name, title, year, sizes, costs …")
    if found:
        raise found[0]
    try:
        _Shape.model_validate(page.plain)
        study = Study.model_validate(page.plain)
    except ValidationError as error:
        raise page.first(error) from error
    for odd in odd_numbers(page.plain, study):
        raise page.odd(*odd)
    wrong = list(faults(study, file))
    if wrong:
        place, value, expected, remedy = wrong[0]
        more = f"{len(wrong)} faults in all" if len(wrong) > 1 else ""
        raise page.fault(place, shown(page.plain, place), value, expected, "; ".join(filter(None, (remedy, more))))
    notes = tuple(_paid_twice(study, with_candidates(file.site, study)))
    return StudyFile(study, path, hashlib.sha256(text.encode()).hexdigest()[:16], provenance, notes)


def _paid_twice(study: Study, park: Site) -> Iterator[Note]:
    """Sizes whose replacement is paid by use, as wear of the site file, and by calendar, as a cost of the study."""
    if not study.economics.count_wear:
        return
    for name, size in study.sizes.items():
        component, field = sized_field(park, name)
        cost = study.costs[size.cost]
        again = cost.replacement_share > 0 and cost.lifetime_years < study.economics.years
        if again and (wear := _wear(component, field)):
            share, years = f"{cost.replacement_share:.0%}", cost.lifetime_years
            yield Note(
                f"{name}: 站点文件已按使用计提磨损({wear}),研究文件又每 {years} 年重置 {share} 的投资;"
                "更换可能被计两次,可把 replacement_share 降到使用磨损之外的部分。",
                f"{name}: the site file charges wear by use ({wear}) and the study replaces {share} of the capex every "
                f"{years} years: replacement may be paid twice; let replacement_share hold only what use does not "
                "wear out.",
            )


def _wear(component: object, field: str) -> str:
    """Prices of use that pay for replacement, empty where there are none; a default only breaks ties."""
    if isinstance(component, MachineParameters):
        names: tuple[str, ...] = ("start_cny", "wear_cny_per_h")
    elif isinstance(component, Store) and size_key(component, field) == "capacity":
        names = ("throughput_cny_per_unit",)
    else:
        return ""
    return ", ".join(n for n in names if getattr(component, n) > type(component).model_fields[n].default)
