"""The environment variables that send a program's requests through a proxy and let it trust a certificate."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

# What programs read for a proxy: curl takes http_proxy in lower case only.
_PROXY_NAMES: Final = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_NO_PROXY_NAMES: Final = ("no_proxy", "NO_PROXY")
_LOOPBACK: Final = "localhost,127.0.0.1,::1"
# What programs read for the certificates they trust.
_BUNDLE_NAMES: Final = (
    "SSL_CERT_FILE",  # OpenSSL: Python, Ruby, Go, curl built with OpenSSL
    "REQUESTS_CA_BUNDLE",  # Python requests
    "CURL_CA_BUNDLE",  # curl, Python requests
    "NODE_EXTRA_CA_CERTS",  # Node
    "DENO_CERT",  # Deno
    "GIT_SSL_CAINFO",  # git
    "PIP_CERT",  # pip
    "AWS_CA_BUNDLE",  # botocore
    "CARGO_HTTP_CAINFO",  # cargo
)
_TRUST_STORE_PASSWORD: Final = "changeit"  # noqa: S105 - Java's own default, of a store without secrets


@dataclass(frozen=True, slots=True)
class TrustFiles:
    """Files of one run: a PEM bundle, a Java trust store and a wgetrc, all of which trust the run's CA."""

    bundle: Path
    java_store: Path
    wgetrc: Path


def write_trust_files(folder: Path, ca_pem: bytes) -> TrustFiles:
    """Write the files that make programs trust ``ca_pem`` as well as what they trusted; raise OSError."""
    trust = TrustFiles(folder / "ca-bundle.pem", folder / "trust.p12", folder / "wgetrc")
    trust.bundle.write_bytes(_system_bundle() + ca_pem)
    trust.java_store.write_bytes(_java_trust_store(ca_pem))
    trust.wgetrc.write_text(f"{_own_wgetrc()}ca_certificate = {trust.bundle}\n", encoding="utf-8")
    return trust


def proxy_environment(
    proxy_url: str, trust: TrustFiles, folder: Path, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the variables to set; ``base`` (by default this process's) gives those that are extended."""
    base = os.environ if base is None else base
    host, _, port = proxy_url.removeprefix("http://").rpartition(":")
    java = [f"-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}" for scheme in ("http", "https")]
    java += [f"-Djavax.net.ssl.trustStore={trust.java_store}", "-Djavax.net.ssl.trustStoreType=PKCS12"]
    java += [f"-Djavax.net.ssl.trustStorePassword={_TRUST_STORE_PASSWORD}"]
    return {
        **dict.fromkeys(_PROXY_NAMES, proxy_url),
        **dict.fromkeys(_NO_PROXY_NAMES, _LOOPBACK),
        **dict.fromkeys(_BUNDLE_NAMES, str(trust.bundle)),
        "WGETRC": str(trust.wgetrc),
        "NODE_USE_ENV_PROXY": "1",  # Node 24 and newer
        "NODE_OPTIONS": _joined(base.get("NODE_OPTIONS"), f"--require={_node_hook(folder)}"),
        "JAVA_TOOL_OPTIONS": _joined(base.get("JAVA_TOOL_OPTIONS"), " ".join(java)),
    }


def _joined(old: str | None, new: str) -> str:
    return f"{old} {new}" if old else new


def _node_hook(folder: Path) -> Path:
    """Return the hook's path, copied out of the package: NODE_OPTIONS takes no path with a blank."""
    target = folder / "node_proxy.cjs"
    if not target.exists():
        with as_file(files("nemofake.interception").joinpath("node_proxy.cjs")) as source:
            target.write_bytes(source.read_bytes())
    return target


def _system_bundle() -> bytes:
    """Return the certificates that this machine trusts, empty if it has no such file."""
    candidates = (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, _certifi())
    for name in candidates:
        if name and (path := Path(name)).is_file():
            return path.read_bytes().rstrip() + b"\n"
    return b""


def _certifi() -> str | None:
    try:
        import certifi
    except ImportError:
        return None
    return certifi.where()


def _own_wgetrc() -> str:
    """Return what the user's own wgetrc says: ours stands in its place."""
    path = Path(os.environ.get("WGETRC") or Path.home() / ".wgetrc")
    return path.read_text(encoding="utf-8").rstrip() + "\n" if path.is_file() else ""


def _java_trust_store(ca_pem: bytes) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificate = pkcs12.PKCS12Certificate(x509.load_pem_x509_certificate(ca_pem), b"nemofake")
    encryption = BestAvailableEncryption(_TRUST_STORE_PASSWORD.encode())
    return pkcs12.serialize_java_truststore([certificate], encryption)
