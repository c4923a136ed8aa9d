"""The file of an evidence bundle: parts as text in a zip whose manifest tells the digest of each.

One content gives one file, byte for byte: parts are sorted and carry no time.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from hashlib import sha256

from forecasting.errors import InputError

MANIFEST, KIND, SCHEMA_VERSION = "manifest.json", "emission_evidence", "1.0"
MOST_PARTS, MOST_BYTES = 200, 400_000_000  # a year of hourly values of a thousand meters
THEN = (1980, 1, 1, 0, 0, 0)


def packed(parts: Mapping[str, str]) -> bytes:
    """The parts with their manifest as a zip."""
    manifest = {"kind": KIND, "schema_version": SCHEMA_VERSION, "sha256": {n: digest(parts[n]) for n in sorted(parts)}}
    texts = {MANIFEST: json.dumps(manifest, indent=1) + "\n", **dict(sorted(parts.items()))}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in texts.items():
            info = zipfile.ZipInfo(name, THEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            z.writestr(info, text.encode())
    return out.getvalue()


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def parts_of(data: bytes, source: str) -> tuple[dict[str, str], dict[str, str]]:
    """Parts of a bundle and their digests by its manifest; raises `InputError` for what is no bundle of this kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            infos = z.infolist()
            if len(infos) > MOST_PARTS or sum(i.file_size for i in infos) > MOST_BYTES:
                raise InputError(source, "content", None, f"at most {MOST_PARTS} files of {MOST_BYTES / 1e6:g} MB")
            if double := sorted({i.filename for i in infos if sum(j.filename == i.filename for j in infos) > 1}):
                raise InputError(source, double[0], None, "each file once")
            parts = {i.filename: z.read(i).decode() for i in infos}
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        why = "it is damaged or no zip: take the copy that was made with the report"
        raise InputError(source, "content", None, "an evidence bundle (zip)", why) from error
    if MANIFEST not in parts:
        raise InputError(source, MANIFEST, None, "an evidence bundle with its manifest", "is this evidence.zip?")
    return parts, _digests(parts.pop(MANIFEST), source)


def _digests(text: str, source: str) -> dict[str, str]:
    try:
        manifest = json.loads(text)
        kind, found, sums = manifest["kind"], manifest["schema_version"], manifest["sha256"]
        digests = {str(name): str(value) for name, value in sums.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(source, MANIFEST, None, "kind, schema_version and sha256 of each file") from error
    if kind != KIND or str(found).split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise InputError(source, MANIFEST, f"{kind} {found}", f"{KIND} {SCHEMA_VERSION}")
    return digests
