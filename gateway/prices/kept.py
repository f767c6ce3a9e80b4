"""Prices that the package lacks, kept in this repository: distilled from LiteLLM's list, and a few of our own.

`make prices` writes the file; `distil.py` says how. Of a price nothing but bytes is in memory until it is asked for.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.prices.price import Price, Rates

FILE = Path(__file__).parent / "data" / "kept.json.gz"
DATED = re.compile(r"[-@](20\d{2}-?\d{2}-?\d{2}|\d{3}|latest)$")
REGION = re.compile(r"^(us|eu|apac|ap|au|jp|ca|global|us-gov)\.")


class Kept(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A price as the file has it."""

    rates: dict[str, int]
    tiers: list[tuple[int, dict[str, int]]] = []
    services: dict[str, tuple[dict[str, int], list[tuple[int, dict[str, int]]]]] = {}
    """By service tier: rates, and those above a size of prompt."""
    source: str = ""
    """Where it is from, if not from the list that the file is named for."""


class KeptFile(msgspec.Struct, frozen=True):
    """The whole file."""

    source: str
    """Name and version."""
    licence: str
    models: dict[str, dict[str, msgspec.Raw]]
    """By vendor and lower-case model."""
    units: dict[str, dict[str, msgspec.Raw]]
    """What the package's own models cost beside tokens: pictures, seconds, searches."""


class KeptPrices:
    """Prices by vendor and model."""

    def __init__(self, file: KeptFile) -> None:
        self.source = file.source
        self._models, self._units = file.models, file.units

    def price(self, priced_as: str, model: str) -> Price | None:
        """A model's price; that of its undated or unregioned name where it has none of its own."""
        return self._found(self._models.get(priced_as, {}), model)

    def beside_tokens(self, priced_as: str, model: str) -> Price | None:
        """What a model costs that the package has a price of in tokens only."""
        return self._found(self._units.get(priced_as, {}), model)

    def models(self, priced_as: str) -> list[str]:
        """Every model of a vendor that has a price."""
        return list(self._models.get(priced_as, ()))

    def vendors(self) -> list[str]:
        """Everybody who has priced models."""
        return list(self._models)

    def _found(self, known: dict[str, msgspec.Raw], model: str) -> Price | None:
        name = next((name for name in spellings(model) if name in known), None)
        return None if name is None else price_from(msgspec.json.decode(known[name], type=Kept), self.source)


def spellings(model: str) -> Iterator[str]:
    """The names under which a model may be listed, its own first."""
    name = model.lower().removeprefix("models/")
    yield name
    yield (undated := DATED.sub("", name))
    yield REGION.sub("", name)
    yield REGION.sub("", undated)


def price_from(kept: Kept, listed: str) -> Price:
    """A kept price in full: what a tier does not change, it has from below."""
    source = kept.source or listed
    services = {name: Price(rates, completed(rates, tiers), source) for name, (rates, tiers) in kept.services.items()}
    return Price(kept.rates, completed(kept.rates, kept.tiers), source, services)


def completed(rates: Rates, tiers: list[tuple[int, Rates]]) -> tuple[tuple[int, Rates], ...]:
    """Tiers, each with all rates that hold in it."""
    whole, below = [], rates
    for above, changed in tiers:
        below = below | changed
        whole.append((above, below))
    return tuple(whole)


def read_kept(file: Path = FILE) -> KeptPrices:
    """The prices of the file; a tenth of a second."""
    return KeptPrices(msgspec.json.decode(gzip.decompress(file.read_bytes()), type=KeptFile))
