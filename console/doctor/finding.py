"""What one look at the installation found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact, how grave it is, and what to do about it."""

    level: Literal["ok", "warn", "bad"]
    what: str
    mend: str | None = None

    @property
    def is_bad(self) -> bool:
        """Something will not work."""
        return self.level == "bad"

    def line(self) -> str:
        """As the terminal shows it."""
        return f"{self.level:<4}  {self.what}" + (f"\n      → {self.mend}" if self.mend else "")


def ok(what: str) -> Finding:
    """As it should be."""
    return Finding("ok", what)


def warn(what: str, mend: str) -> Finding:
    """It works, but not as well as it could."""
    return Finding("warn", what, mend)


def bad(what: str, mend: str) -> Finding:
    """Something will not work until this is mended."""
    return Finding("bad", what, mend)
