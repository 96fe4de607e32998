"""Certificates of a cluster's own, made for one test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PLAIN = serialization.NoEncryption()


class Authority:
    """Who signs the certificates of one cluster.

    Args:
        folder: Where its files are put.
        name: What they are called.
    """

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed(name, self._key, signs=True)
        self.ca = self._write(f"{name}.pem", self._certificate)
        """The file that says whom to trust."""

    def issue(self, name: str, secret: bytes = b"") -> tuple[str, str]:
        """The files with a certificate and its key.

        Args:
            name: Whose.
            secret: The key's passphrase.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        kept = serialization.BestAvailableEncryption(secret) if secret else PLAIN
        form = serialization.PrivateFormat.PKCS8
        path = self._folder / f"{self._name}-{name}.key"
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, kept))
        signed = self._signed(name, key, signs=False)
        return self._write(f"{self._name}-{name}.pem", signed), str(path)

    def _signed(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, signs: bool
    ) -> x509.Certificate:
        def called(common: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(called(name))
            .issuer_name(called(self._name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _write(self, name: str, certificate: x509.Certificate) -> str:
        path = self._folder / name
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)
