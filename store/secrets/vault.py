"""The vault: vendor credentials at rest, and hashes of API keys, both under the master key."""

import base64
import binascii
import os
import secrets
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.ids import ApiSecret, KeyHash, Sealed

VERSION = b"\x01"
"""First byte of everything sealed; another one will name another cipher."""
NONCE_BYTES = 12
KEY_BYTES = 32
PREFIX = "th-"
"""How every API key begins."""


class VaultLocked(Exception):
    """The master key does not fit, or cannot be read."""


class Vault:
    """Seals and hashes under keys derived from the master key, one for each purpose."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(derived(master_key, "seal"))
        self._hash_key = derived(master_key, "api keys")
        self._mark_key = derived(master_key, "audit")
        self._secret_key = derived(master_key, "repeated api keys")
        self._fingerprint = derived(master_key, "fingerprint")[:16]

    def hashing_by(self, hashing_key: bytes) -> Self:
        """The same vault, which knows API keys by the hashes of an earlier master key."""
        self._hash_key = hashing_key
        return self

    @property
    def hashing_key(self) -> bytes:
        """What API keys are hashed with; it outlives the master key it came from, or they would all be lost."""
        return self._hash_key

    @property
    def fingerprint(self) -> bytes:
        """Tells two master keys apart and reveals neither."""
        return self._fingerprint

    def seal(self, plain: str, about: str) -> Sealed:
        """Encrypt a secret; `about` says whose it is, and the same must be said to read it."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(VERSION + nonce + self._cipher.encrypt(nonce, plain.encode(), VERSION + about.encode()))

    def unseal(self, sealed: Sealed, about: str) -> str:
        """The secret in the clear; raises `VaultLocked` when it was sealed by another key or about something else."""
        nonce, encrypted = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, encrypted, sealed[:1] + about.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise VaultLocked(
                f"The secret `{about}` cannot be read with this master key. "
                "Put back the `master.key` that belongs to this database, or enter the secret again."
            ) from error

    def hash_key(self, secret: ApiSecret) -> KeyHash:
        """By which an API key is found; useless to whoever has the database alone. 1 µs.

        BLAKE2b with a key (RFC 7693): HMAC lets go of the interpreter's lock, and waits for it, on every request.
        """
        return KeyHash(blake2b(secret.encode(), digest_size=32, key=self._hash_key).hexdigest())

    def api_secret_for(self, text: str) -> ApiSecret:
        """An API key that follows from a text, for those alone who have the master key."""
        found = blake2b(text.encode(), digest_size=30, key=self._secret_key).digest()
        return ApiSecret(PREFIX + base64.urlsafe_b64encode(found).decode())

    def mark(self, text: str) -> str:
        """What proves that a text was written by somebody who has the master key."""
        return blake2b(text.encode(), digest_size=32, key=self._mark_key).hexdigest()


def derived(master_key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose (HKDF, RFC 5869), so that none says anything about another."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"tollhouse {purpose} v1".encode()).derive(master_key)


def master_key_in(file: Path) -> bytes:
    """The key as it stands in its file: base64, one line."""
    try:
        key = base64.b64decode(file.read_bytes().strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultLocked(f"`{file}` holds no master key. Restore it from the backup of this folder.")
    return key


def make_master_key(file: Path) -> None:
    """Write a new key under another name first: whoever sees `file` sees it whole, also after a crash.

    A link, unlike a rename, never replaces the key that another process made meanwhile.
    """
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as writing:
            writing.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            writing.flush()
            os.fsync(writing.fileno())
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def new_api_secret() -> ApiSecret:
    """An API key with 240 bits of chance."""
    return ApiSecret(PREFIX + secrets.token_urlsafe(30))


def masked(secret: str) -> str:
    """What may be shown of a secret: a third of it at most, and nothing of one shorter than 12 characters."""
    shown = min(4, len(secret) // 6) if len(secret) >= 12 else 0
    return f"{secret[:shown]}…{secret[len(secret) - shown :]}"
