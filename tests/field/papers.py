"""Certificates and keys for tests, made anew: an authority, and what it signed or did not."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@cache
def private(who: str) -> RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """The key of somebody, the same for all certificates of that name; on a curve for "curve"."""
    if who == "curve":
        return ec.generate_private_key(ec.SECP256R1())
    return generate_private_key(public_exponent=65537, key_size=2048)


def named(who: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, who)])


def paper(
    folder: Path,
    who: str,
    *,
    signed_by: str = "",
    days: tuple[float, float] = (-1, 30),
    file: str = "",
    uri: bool = True,
) -> Path:
    """A certificate ``<file>.pem`` (default: who) with ``.key`` beside it, valid ``days`` from now; its own signer by
    default, and with an application URI."""
    now, signer = datetime.now(UTC), signed_by or who
    built = x509.CertificateBuilder(
        issuer_name=named(signer),
        subject_name=named(who),
        public_key=private(who).public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now + days[0] * DAY,
        not_valid_after=now + days[1] * DAY,
    )
    names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    if uri:
        names.append(x509.UniformResourceIdentifier(f"urn:park:{who}"))
    built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=signer == who, path_length=None), critical=True)
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    built = built.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    made = built.sign(private(signer), hashes.SHA256())
    path = folder / f"{file or who}.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    plain = private(who).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.with_suffix(".key").write_bytes(plain)
    return path
