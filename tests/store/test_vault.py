"""Secrets at rest."""

import base64
import stat
from pathlib import Path

import pytest

from store.ids import ApiSecret, Sealed
from store.secrets.master_key import InFile
from store.secrets.vault import Vault, VaultLocked, make_master_key, masked, new_api_secret


@pytest.fixture
def vault() -> Vault:
    """A vault under a known key."""
    return Vault(b"k" * 32)


def test_secret_comes_back(vault: Vault) -> None:
    """What was sealed is read again, and is not in what is stored."""
    sealed = vault.seal("sk-schlüssel", "integration:1:key")

    assert vault.unseal(sealed, "integration:1:key") == "sk-schlüssel"
    assert b"sk-schl" not in bytes(sealed)


def test_same_secret_is_never_sealed_the_same(vault: Vault) -> None:
    """Two sealed secrets do not show that they are equal."""
    assert vault.seal("sk-1", "a") != vault.seal("sk-1", "a")


def test_other_master_key_reads_nothing(vault: Vault) -> None:
    """With another master key a secret stays closed, and the message says what to do."""
    sealed = vault.seal("sk-1", "integration:1:key")

    with pytest.raises(VaultLocked, match=r"integration:1:key.*Put back the `master.key`"):
        Vault(b"x" * 32).unseal(sealed, "integration:1:key")


def test_secret_of_another_row_is_refused(vault: Vault) -> None:
    """A sealed secret that was moved to another row is not read there."""
    with pytest.raises(VaultLocked):
        vault.unseal(vault.seal("sk-1", "integration:1:key"), "integration:2:key")


@pytest.mark.parametrize("place", range(1 + 12 + 4 + 16))
def test_changed_byte_is_noticed(vault: Vault, place: int) -> None:
    """Any byte that was changed, the version included, closes the secret."""
    sealed = bytearray(vault.seal("sk-1", "a"))
    sealed[place] ^= 1

    with pytest.raises(VaultLocked):
        vault.unseal(Sealed(bytes(sealed)), "a")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01" + b"n" * 12])
def test_rubbish_is_refused(vault: Vault, rubbish: bytes) -> None:
    """What is too short to be a sealed secret is refused like any other."""
    with pytest.raises(VaultLocked):
        vault.unseal(Sealed(rubbish), "a")


def test_master_key_is_made_once(tmp_path: Path) -> None:
    """The first start makes a key for its owner's eyes only, and later ones use it."""
    file = tmp_path / "master.key"

    first, second = InFile(file).read(), InFile(file).read()

    assert first == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(base64.b64decode(file.read_text())) == 32
    assert list(tmp_path.iterdir()) == [file]


def test_master_key_made_meanwhile_is_kept(tmp_path: Path) -> None:
    """Of two processes that make a key at the same time the later one leaves the first one's alone."""
    file = tmp_path / "master.key"
    make_master_key(file)
    first = file.read_bytes()

    make_master_key(file)

    assert file.read_bytes() == first


@pytest.mark.parametrize("content", ["", "rubbish!", base64.b64encode(b"short").decode()])
def test_file_that_holds_no_key(tmp_path: Path, content: str) -> None:
    """Half a key, or something else, is not taken for a key and not overwritten."""
    file = tmp_path / "master.key"
    file.write_text(content)

    with pytest.raises(VaultLocked, match="Restore it"):
        InFile(file).read()

    assert file.read_text() == content


def test_master_key_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder that is not there is told, with what to do."""
    with pytest.raises(VaultLocked, match="write its folder"):
        InFile(tmp_path / "nowhere" / "master.key").read()


def test_fingerprint_tells_keys_apart(vault: Vault) -> None:
    """Two master keys have two fingerprints, and none shows its key."""
    assert vault.fingerprint != Vault(b"x" * 32).fingerprint
    assert b"kkkk" not in vault.fingerprint


def test_hash_depends_on_the_master_key(vault: Vault) -> None:
    """A key's hash is the same each time, and useless under another master key."""
    secret = new_api_secret()

    assert vault.hash_key(secret) == vault.hash_key(secret)
    assert vault.hash_key(secret) != Vault(b"x" * 32).hash_key(secret)
    assert vault.hash_key(secret) != vault.hash_key(ApiSecret(secret[:-1]))


def test_api_secrets_look_like_ours() -> None:
    """An API key is `th-` and 40 characters that need no escaping, never the same twice."""
    one, other = new_api_secret(), new_api_secret()

    assert one != other
    assert one.startswith("th-")
    assert len(one) == 43
    assert one.replace("-", "").replace("_", "").isalnum()


def test_masked_shows_the_ends() -> None:
    """A long secret is recognised by its ends."""
    assert masked("th-abcdefghijklmnopqrstuvwxyz") == "th-a…wxyz"


@pytest.mark.parametrize("length", range(64))
def test_masked_never_reveals_much(length: int) -> None:
    """Nothing is shown of a secret shorter than 12, of others a third at most and never more than 4 at an end."""
    secret = "".join(chr(0x100 + place) for place in range(length))

    first, _, last = masked(secret).partition("…")

    assert len(first + last) <= (length // 3 if length >= 12 else 0)
    assert max(len(first), len(last)) <= 4
    assert secret.startswith(first)
    assert secret.endswith(last)
