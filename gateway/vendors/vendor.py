"""What there is to know about a company behind an API: where it is, how to log in, under which name it is priced."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor; all of them so far speak OpenAI's wire."""

    id: str
    """As `ai_provider_id` and `x-portkey-provider` say it."""
    name: str
    base_url: str | None = None
    """Up to and with the version, as `https://api.openai.com/v1`; None where every installation has its own."""
    needs_key: bool = True
    priced_as: str | None = None
    """The vendor's name in the price list; None where nothing is charged for."""

    def login(self, secret: str | None) -> dict[str, str]:
        """The headers that carry the credential."""
        return {"authorization": f"Bearer {secret}"} if secret else {}


def openai_like(
    id: str, name: str, base_url: str | None = None, *, needs_key: bool = True, priced_as: str | None = None
) -> Vendor:
    """A vendor that speaks OpenAI's wire; one row is all it takes."""
    return Vendor(id=id, name=name, base_url=base_url, needs_key=needs_key, priced_as=priced_as)
