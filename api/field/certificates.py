"""Certificates and keys from files, refused with their place where they cannot serve; read anew at each connection."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from api.field.security import MOST_BYTES, OpcuaSecurity, Tls
from forecasting.errors import InputError
from forecasting.files import read_bytes

PEM = b"-----BEGIN"


@dataclass(frozen=True)
class Identity:
    """What a secure channel of OPC UA is opened with; certificates and key in DER."""

    application_uri: str
    certificate: bytes
    key: bytes
    server_certificate: bytes


def identity(security: OpcuaSecurity) -> Identity:
    """Certificates that are valid now, with the key of ours; raises `InputError` that names the file."""
    certificate, server = certificate_of(security.certificate), certificate_of(security.server_certificate)
    for path, one in ((security.certificate, certificate), (security.server_certificate, server)):
        if not isinstance(one.public_key(), RSAPublicKey):
            raise InputError(path, "public key", None, "RSA, as the policies of OPC UA need")
    key = key_of(security.key, certificate)
    assert isinstance(key, RSAPrivateKey)  # it is that of the certificate
    return Identity(
        _application_uri(security.certificate, certificate),
        certificate.public_bytes(Encoding.DER),
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        server.public_bytes(Encoding.DER),
    )


def tls_context(tls: Tls | None) -> ssl.SSLContext | None:
    """TLS with the broker's certificate and host name checked; None without TLS. Raises `InputError`."""
    if tls is None:
        return None
    if tls.ca is not None:
        certificate_of(tls.ca)
    context = ssl.create_default_context(cafile=tls.ca)
    if tls.certificate is not None and tls.key is not None:
        key_of(tls.key, certificate_of(tls.certificate))
        try:
            context.load_cert_chain(tls.certificate, tls.key)
        except ssl.SSLError as error:
            expected = "certificate and key in PEM that TLS takes"
            raise InputError(tls.certificate, "content", None, expected, str(error)) from error
    return context


def certificate_of(path: str) -> x509.Certificate:
    """The (first) certificate of a file, DER or PEM, valid now."""
    content = read_bytes(Path(path), MOST_BYTES)
    load = x509.load_pem_x509_certificate if PEM in content else x509.load_der_x509_certificate
    try:
        found = load(content)
    except ValueError as error:
        raise InputError(path, "content", None, "a certificate (X.509, DER or PEM)") from error
    now = datetime.now(UTC)
    if now > found.not_valid_after_utc:
        raise InputError(path, "valid until", f"{found.not_valid_after_utc:%Y-%m-%d %H:%M} UTC", "later", "renew it")
    if now < found.not_valid_before_utc:
        told = f"{found.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        raise InputError(path, "valid from", told, "earlier", "check the clock of this machine")
    return found


def key_of(path: str, certificate: x509.Certificate) -> PrivateKeyTypes:
    """The private key of a file, which must be that of the certificate."""
    content = read_bytes(Path(path), MOST_BYTES)
    try:
        found = (load_pem_private_key if PEM in content else load_der_private_key)(content, None)
    except (TypeError, ValueError) as error:  # TypeError: it needs a password
        expected = "a private key (DER or PEM) without a password"
        raise InputError(path, "content", None, expected, "protect it by its file mode") from error
    if _public(found.public_key()) != _public(certificate.public_key()):
        raise InputError(path, "private key", None, "the key of the certificate given with it")
    return found


def _public(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


def _application_uri(path: str, certificate: x509.Certificate) -> str:
    """The URI by which servers know an application; they refuse a session that says another (OPC 10000-4, 6.1.3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)[0]
    except (x509.ExtensionNotFound, IndexError) as error:
        raise InputError(path, "subjectAltName", None, "URI:… of the application", "issue it anew with one") from error
