"""Edits that nobody saved yet, kept where only the operator can read them: a closed terminal costs nothing.

They lie in `$XDG_STATE_HOME/tollhouse/drafts` (`~/.local/state` where that is not set). No credential is in them.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

import msgspec

from console.configs.json_text import pieces
from console.places import write_privately

MASK = "•••"
"""The gateway's sign for a credential that is not shown."""
SECRET = re.compile(
    r"api_?key$|secret(?!s?_?manager)|token$|password|passphrase|private_key|credential|authorization|^headers$|account_json$",
    re.IGNORECASE,
)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody was writing."""

    slug: str
    """Empty for one that was never saved."""
    name: str
    text: str
    version_id: str | None = None
    """The version that it was made from."""
    workspace: str | None = None


class Drafts:
    """The drafts for one gateway; where nothing can be written there are none."""

    def __init__(self, folder: Path, gateway: str) -> None:
        self.folder = folder / "drafts"
        self.gateway = gateway

    def keep(self, draft: Draft) -> None:
        """Remember it, without its credentials."""
        kept = msgspec.structs.replace(draft, text=without_secrets(draft.text))
        with suppress(OSError):
            write_privately(self.file(draft.slug), msgspec.to_builtins(kept))

    def find(self, slug: str) -> Draft | None:
        """What was being written when it was left."""
        try:
            return msgspec.json.decode(self.file(slug).read_bytes(), type=Draft)
        except (OSError, msgspec.DecodeError):
            return None

    def forget(self, slug: str) -> None:
        """It is saved, or not wanted."""
        with suppress(OSError):
            self.file(slug).unlink(missing_ok=True)

    def file(self, slug: str) -> Path:
        """A name that tells nothing, and that any slug and address can have."""
        return self.folder / f"{hashlib.sha256(f'{self.gateway} {slug}'.encode()).hexdigest()[:24]}.json"


def without_secrets(text: str) -> str:
    """A config's text with a mask in the place of each credential, also where the text is not whole."""
    kept, begin = [], 0
    for one in pieces(text):
        if one.role == "value" and any(isinstance(step, str) and SECRET.search(step) for step in one.path):
            kept += [text[begin : one.start], f'"{MASK}"']
            begin = one.end
    return "".join([*kept, text[begin:]])
