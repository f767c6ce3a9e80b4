"""Where the master key is: in a file, said in the environment, or in the operating system's keyring."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from store.facts import fact, remember
from store.ids import Sealed
from store.secrets.vault import KEY_BYTES, Vault, VaultLocked, make_master_key, master_key_in

if TYPE_CHECKING:
    from pathlib import Path

    from store.database import Database

KEYRING = "keyring"
"""Said instead of a key."""
NEW = "master.key.new"
"""In the home: the key that `secrets rotate` changes to, until it is in its place."""
FINGERPRINT, HASHING = "master_key", "api_key_hashing"
"""Facts: which master key the database goes with; what API keys are hashed with, if not by that key."""


class KeySource(Protocol):
    """A place that a master key is kept at."""

    @property
    def place(self) -> str:
        """What to call it."""

    def read(self) -> bytes:
        """The key, made where there is none. Raises VaultLocked."""

    def replace(self, key: bytes) -> str | None:
        """Put another key there and say what became of the former; None where only the operator can do it."""


@dataclass(frozen=True, slots=True)
class InFile:
    """A file, by default `master.key` in the home."""

    file: Path

    @property
    def place(self) -> str:
        """Its path."""
        return str(self.file)

    def read(self) -> bytes:
        """Raises VaultLocked when it cannot be read or made, or holds something else."""
        try:
            if not self.file.exists():
                make_master_key(self.file)
            return master_key_in(self.file)
        except OSError as error:
            message = f"`{self.file}` cannot be used ({error.strerror}). Let this user read it, and write its folder."
            raise VaultLocked(message) from error

    def replace(self, key: bytes) -> str | None:
        """The former key stays beside it, for backups of the database that still need it."""
        kept = self.file.with_name(f"{self.file.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        draft = self.file.with_name(f".{self.file.name}.draft")
        with open(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as writing:
            writing.write(base64.b64encode(key) + b"\n")
            writing.flush()
            os.fsync(writing.fileno())
        os.link(self.file, kept)
        draft.replace(self.file)
        return f"The former key is in `{kept}`; delete it once no backup of the database needs it."


@dataclass(frozen=True, slots=True)
class Said:
    """The key itself, as a setting."""

    text: str

    @property
    def place(self) -> str:
        """The variable that sets it."""
        return "TOLLHOUSE_MASTER_KEY"

    def read(self) -> bytes:
        """Raises VaultLocked when it is no key."""
        return decoded(self.text, self.place)

    def replace(self, key: bytes) -> str | None:  # noqa: ARG002
        """Nobody can change the environment of tomorrow."""
        return None


@dataclass(frozen=True, slots=True)
class InKeyring:
    """The operating system's keyring, under the name of the home."""

    home: Path

    @property
    def place(self) -> str:
        """Which entry."""
        return f"the keyring's entry `tollhouse`, `{self.home}`"

    def read(self) -> bytes:
        """Raises VaultLocked where there is no keyring, or no package for it."""
        text = self._ask("get_password")
        if text is None:
            text = base64.b64encode(os.urandom(KEY_BYTES)).decode()
            self._ask("set_password", text)
        return decoded(str(text), self.place)

    def replace(self, key: bytes) -> str | None:
        """A keyring keeps one."""
        self._ask("set_password", base64.b64encode(key).decode())
        return "The keyring has the new key in place of the former."

    def _ask(self, what: str, *more: str) -> Any:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError as error:
            raise VaultLocked(
                "The package `keyring` is not installed: `pip install keyring`, or use a file."
            ) from error
        try:
            return getattr(keyring, what)("tollhouse", str(self.home), *more)
        except KeyringError as error:
            raise VaultLocked(f"The keyring cannot be used ({error}). Unlock it, or use a file.") from error


def source_of(home: Path, said: str | None = None, file: Path | None = None) -> KeySource:
    """Where a gateway's master key is, by its settings."""
    if said == KEYRING:
        return InKeyring(home)
    return Said(said) if said else InFile(file or home / "master.key")


def decoded(text: str, place: str) -> bytes:
    """A key as it is written: base64. Raises VaultLocked."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultLocked(f"{place} holds no master key, which is {KEY_BYTES} bytes in base64 (44 characters).")
    return key


async def vault_for(database: Database, source: KeySource, home: Path) -> Vault:
    """The vault that goes with a database; a rotation that was broken off is ended. Raises VaultLocked."""
    vault = Vault(source.read())
    async with database.session() as session:
        known = await fact(session, FINGERPRINT)
        if known is None:
            await remember(session, FINGERPRINT, vault.fingerprint)
            await session.commit()
        elif known != vault.fingerprint:
            vault = end_rotation(known, source, home)
        hashing = await fact(session, HASHING)
    return vault if hashing is None else vault.hashing_by(bytes.fromhex(vault.unseal(Sealed(hashing), HASHING)))


def end_rotation(known: bytes, source: KeySource, home: Path) -> Vault:
    """Put the key in its place that a database was changed to when the change was broken off. Raises VaultLocked."""
    waiting = home / NEW
    vault = Vault(master_key_in(waiting)) if waiting.exists() else None
    if vault is None or vault.fingerprint != known:
        raise VaultLocked(
            f"`{source.place}` is not the key this database was begun with, so no credential could be read. "
            "Put the right one back from the backup of this folder."
        )
    if source.replace(master_key_in(waiting)) is None:
        raise VaultLocked(f"The master key was changed: let {source.place} be what `{waiting}` holds.")
    waiting.unlink()
    return vault
