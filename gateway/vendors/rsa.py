"""RSA signatures, as two vendors want them; the library is loaded when the first is made."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


class NoKey(ValueError):
    """A text that is no private key in PEM, or one whose passphrase is another."""


class NoRSAKey(NoKey):
    """A key of another kind."""


@lru_cache(maxsize=16)
def private_key(pem: str, passphrase: str = "") -> RSAPrivateKey:
    """A key, read once; line ends may be written as `\\n`, as in JSON or the environment. Raises NoKey and NoRSAKey."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), passphrase.encode() or None)
    except (ValueError, TypeError) as error:
        raise NoKey(str(error)) from error
    if not isinstance(key, RSAPrivateKey):
        raise NoRSAKey("it is a key of another kind")
    return key


def signature(key: RSAPrivateKey, text: str) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2)."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    return key.sign(text.encode(), PKCS1v15(), SHA256())
