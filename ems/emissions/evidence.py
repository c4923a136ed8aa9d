"""The evidence bundle of a report: everything that it was computed from, and the report, in one zip.

    manifest.json     SHA-256 of every other file
    request.json      period, baselines, source, the files it was read from
    site.yaml         the site file; accounting.yaml: the accounting file; intensity/…: its CSV over time
    factors.json      every entry of the registry; baselines.json: what the baselines assume
    inputs.csv        hourly amounts, exact to the last digit; meters.json: what they are, and the gaps
    formulas.json     the formulas of the report
    report.json       the report
    against/…         the bundle of the older report that it is compared with

Verifying reads the inputs back, computes the report again and compares it figure by figure. Whoever changes a file and
nothing else is found by its digest; whoever changes the digest too, by the first figure that does not follow from the
inputs. That the inputs are those of the meters no bundle can prove: keep its own digest where it cannot be changed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from ems.emissions.accounting_file import AccountingFile, accounting_of
from ems.emissions.against import difference_of
from ems.emissions.baselines import Baseline, NamedBaseline
from ems.emissions.basis import Basis, Read, Source
from ems.emissions.document import Json, document, to_json
from ems.emissions.evidence_zip import digest, packed, parts_of
from ems.emissions.recorded import CSV, METERS, read_back, recorded
from ems.site_file import Provenance, SiteFile, site_of
from forecasting.errors import InputError
from forecasting.factors import Factor
from forecasting.files import read_text
from forecasting.notes import Note
from forecasting.yaml_files import MAX_BYTES

SITE, ACCOUNTING, REQUEST = "site.yaml", "accounting.yaml", "request.json"
FACTORS, BASELINES, FORMULAS, REPORT = "factors.json", "baselines.json", "formulas.json", "report.json"
INPUTS = (SITE, ACCOUNTING, REQUEST, FACTORS, BASELINES, CSV, METERS)
INTENSITY, AGAINST = "intensity/", "against/"
PACKAGES = ("park-ems", "numpy", "pandas")
PARK, RULES, LEVELS = "park", "rule_based", "levels"
Parts = Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """Something in a bundle that is not as it was made."""

    file: str
    figure: str  # path in report.json; empty where the file as a whole speaks
    given: str  # what the bundle holds
    expected: str  # what it should hold
    more: int = 0  # further figures that differ


@dataclass(frozen=True)
class Verified:
    """What verifying found: nothing, or the files and the first figure that differ."""

    findings: tuple[Finding, ...]
    figures: int  # values of the report that were computed again
    report: Json
    made_with: Mapping[str, str]  # versions, where they are not those of today

    @property
    def holds(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Made:
    """A report with its evidence."""

    report: Json
    bundle: bytes


def make(basis: Basis, created_at: str, against: bytes | None = None) -> Made:
    """Compute a report and pack it with its evidence; ``against`` is the bundle of an older report."""
    inputs = _inputs(basis)
    older = _older(parts_of(against, "--against")[0]) if against is not None else {}
    report = _report(basis, inputs, older, created_at, {name: version(name) for name in PACKAGES})
    return Made(report, packed({**inputs, **older, **_outputs(report)}))


def verify(data: bytes, source: str) -> Verified:
    """Compute the report of a bundle again; raises `InputError` for what is no bundle, or none that can be read."""
    parts, sums = parts_of(data, source)
    report = _json(parts, REPORT, source)
    wrong = list(_wrong_files(parts, sums))
    try:
        again = _recomputed(parts, report, source)
    except InputError as error:
        if not wrong:
            raise
        told = Finding(REPORT, "", "", f"figures that can be computed again: {error}")
        return Verified((*wrong, told), 0, report, {})
    told_figures = list(_differences(report, again))
    if told_figures:
        path, given, expected = told_figures[0]
        wrong.append(Finding(REPORT, path, _shown(given), _shown(expected), len(told_figures) - 1))
    wrong += [f for f in _wrong_texts(parts, again) if f.file not in {w.file for w in wrong}]
    return Verified(tuple(wrong), _count(again), report, _other_versions(report))


def _inputs(basis: Basis) -> dict[str, str]:
    """Everything that the report is computed from, as text by file name."""
    source, accounting = basis.source, basis.accounting
    request = {
        "from": basis.start.isoformat(),
        "to": basis.end.isoformat(),
        "baselines": list(basis.baselines),
        "source": source.kind,
        "files": [f._asdict() for f in source.files],
        "notes": [{"zh": n.zh, "en": n.en} for n in source.notes],
    }
    sides = {PARK: source.park, **({RULES: source.rules} if source.rules else {})}
    tables = {} if source.levels is None else {LEVELS: source.levels}
    parts = {
        SITE: _site_text(basis.file),
        ACCOUNTING: accounting.text,
        REQUEST: _text(request),
        FACTORS: _text([f.model_dump(mode="json") for f in basis.registry.values()]),
        BASELINES: _text({name: _baseline(named) for name, named in basis.named.items()}),
        **recorded(sides, tables),
    }
    if (intensity := accounting.accounting.factors.intensity) is not None:
        path = accounting.folder / intensity.file
        parts[INTENSITY + path.name] = read_text(path, 100_000_000, "CSV text")
    return parts


def _site_text(file: SiteFile) -> str:
    text = read_text(file.path, MAX_BYTES, "YAML text")
    if sha256(text.encode()).hexdigest()[:16] != file.digest:
        raise InputError(str(file.path), "content", None, "the text that was read", "it changed since: report again")
    return text


def _baseline(named: NamedBaseline) -> Json:
    told = [{"path": list(path), "status": p.status, "source": p.source} for path, p in named.provenance.items()]
    return {"baseline": named.baseline.model_dump(mode="json"), "provenance": told}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _outputs(report: Json) -> dict[str, str]:
    return {FORMULAS: _text(report["formulas"]), REPORT: to_json(report) + "\n"}


def _older(parts: Parts) -> dict[str, str]:
    """An older bundle inside a newer one, without what that one was compared with."""
    return {AGAINST + name: text for name, text in parts.items() if not name.startswith(AGAINST)}


def _report(basis: Basis, inputs: Parts, older: Parts, created_at: str, versions: Mapping[str, str]) -> Json:
    """The report of some inputs, compared with an older one where there is one."""
    all_inputs = "".join(f"{name} {digest(inputs[name])}\n" for name in sorted(inputs))
    report = document(
        basis,
        {
            "created_at": created_at,
            "versions": dict(versions),
            "site_digest": digest(inputs[SITE]),
            "accounting_digest": digest(inputs[ACCOUNTING]),
            "inputs_digest": digest(all_inputs),
            "source": basis.source.kind,
            "files": [f._asdict() for f in basis.source.files],
        },
    )
    if older:
        parts = {name.removeprefix(AGAINST): text for name, text in older.items()}
        printed = _json(parts, REPORT, "--against")
        _same_park(printed, report)
        report["difference"] = difference_of(printed, _recomputed(parts, printed, "--against"), report)
    return report


def _same_park(old: Json, new: Json) -> None:
    if (given := old["site"]["name"]) != new["site"]["name"]:
        raise InputError("--against", "site", given, f"a report of {new['site']['name']}")


def _recomputed(parts: Parts, report: Json, source: str) -> Json:
    """The report again from the inputs of its bundle; when and by what it was made is taken from it."""
    if missing := [name for name in INPUTS if name not in parts]:
        raise InputError(source, missing[0], None, "all files of an evidence bundle", "it is not there")
    made = report.get("provenance", {})
    own = {name: text for name, text in parts.items() if name in INPUTS or name.startswith(INTENSITY)}
    older = {name: text for name, text in parts.items() if name.startswith(AGAINST)}
    with tempfile.TemporaryDirectory() as folder:
        basis = _basis(own, Path(folder), source)
        again = _report(basis, own, older, made.get("created_at", ""), made.get("versions", {}))
    plain: Json = json.loads(to_json(again))
    return plain


def _basis(parts: Parts, folder: Path, source: str) -> Basis:
    """The basis that was packed; its texts lie in ``folder`` where something reads them from there."""
    file = site_of(parts[SITE], folder / SITE)
    (folder / SITE).write_text(parts[SITE], encoding="utf-8")
    accounting = _accounting(parts, folder, file)
    activities, tables = read_back(parts, file.site, source)
    request = _json(parts, REQUEST, source)
    try:
        start, end = date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
        named = {name: _named(name, told) for name, told in _json(parts, BASELINES, source).items()}
        factors = {f["id"]: Factor.model_validate(f) for f in json.loads(parts[FACTORS])}
        read = Source(
            request["source"],
            activities[PARK],
            activities.get(RULES),
            tables.get(LEVELS),
            tuple(Read(**f) for f in request["files"]),
            tuple(Note(**n) for n in request["notes"]),
        )
        return Basis(file, accounting, factors, named, tuple(request["baselines"]), read, start, end)
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(
            source, "content", None, f"{REQUEST}, {BASELINES} and {FACTORS} as they were made", why
        ) from error


def _accounting(parts: Parts, folder: Path, file: SiteFile) -> AccountingFile:
    """The accounting file, its CSV over time beside it."""
    read = accounting_of(parts[ACCOUNTING], folder / ACCOUNTING, file)
    choice = read.accounting.factors
    if choice.intensity is None:
        return read
    name = PurePosixPath(choice.intensity.file).name
    if INTENSITY + name not in parts:
        raise InputError(ACCOUNTING, "factors.intensity.file", name, "a file of the bundle")
    (folder / name).write_text(parts[INTENSITY + name], encoding="utf-8")
    beside = choice.model_copy(update={"intensity": choice.intensity.model_copy(update={"file": name})})
    accounting = read.accounting.model_copy(update={"factors": beside})
    return AccountingFile(accounting, read.path, read.text, read.provenance)


def _named(name: str, told: Json) -> NamedBaseline:
    provenance = {tuple(p["path"]): Provenance(p["status"], p["source"]) for p in told["provenance"]}
    return NamedBaseline(name, Baseline.model_validate(told["baseline"]), provenance)


def _json(parts: Parts, name: str, source: str) -> Json:
    try:
        found = json.loads(parts[name])
    except (KeyError, ValueError, RecursionError) as error:
        raise InputError(source, name, None, "JSON, as it was made", "it is not there or damaged") from error
    if not isinstance(found, dict):
        raise InputError(source, name, type(found).__name__, "a JSON object")
    return found


def _wrong_files(parts: Parts, sums: Mapping[str, str]) -> Iterator[Finding]:
    """Files whose digest is not that of the manifest, that are missing, or that nobody named."""
    for name in sorted({*parts, *sums}):
        given, expected = digest(parts[name]) if name in parts else "", sums.get(name, "")
        if given != expected:
            yield Finding(name, "", given or "missing", expected or "no file of that name")


def _wrong_texts(parts: Parts, again: Json) -> Iterator[Finding]:
    """Files beside the report that do not say the same."""
    expected = _outputs(again)[FORMULAS]
    if parts.get(FORMULAS) != expected:
        yield Finding(FORMULAS, "", digest(parts.get(FORMULAS, "")), digest(expected))


def _differences(given: Any, expected: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every value that is not the same, with its path; numbers to the last digit."""
    if isinstance(given, dict) and isinstance(expected, dict):
        for key in [*expected, *(k for k in given if k not in expected)]:
            yield from _differences(given.get(key, MISSING), expected.get(key, MISSING), f"{path}.{key}".lstrip("."))
    elif isinstance(given, list) and isinstance(expected, list):
        for k in range(max(len(given), len(expected))):
            one, other = (x[k] if k < len(x) else MISSING for x in (given, expected))
            yield from _differences(one, other, f"{path}[{_name(other, k)}]")
    elif given is not expected and (type(given) is not type(expected) or given != expected):
        yield path, given, expected


MISSING = object()


def _name(item: Any, position: int) -> str:
    """A member of a list by what it is called."""
    for keys in (("scope", "meter"), ("name",), ("id",), ("method",)):
        if isinstance(item, dict) and all(isinstance(item.get(k), str) for k in keys):
            return " ".join(item[k] for k in keys)
    return str(position)


def _shown(value: Any) -> str:
    if value is MISSING:
        return "nothing"
    return repr(value) if isinstance(value, float | int) else json.dumps(value, ensure_ascii=False)[:200]


def _count(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(_count(v) for v in (value.values() if isinstance(value, dict) else value))
    return 1


def _other_versions(report: Json) -> dict[str, str]:
    told = report["provenance"].get("versions", {})
    return {name: str(v) for name, v in told.items() if name not in PACKAGES or v != version(name)}
