"""A config looked over from its root to its last target, before anything is made of it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.configs.checks import fields_faults
from gateway.configs.faults import Check, Fault
from gateway.configs.fields import FIELDS
from gateway.configs.strategies import strategy_faults
from gateway.configs.vendor_settings import SETTINGS

Raw = Mapping[str, Any]
MOST_LEVELS = 50
MOST_TARGETS = 5_000
"""Of a whole config, those of the saved configs in it included."""
NAMES_COMPARED = 200
"""How many names a misspelt one is compared with; it takes two milliseconds."""
EVERY_FIELD: Mapping[str, Check] = {**FIELDS, **SETTINGS}
SAYS_NOTHING = frozenset({"name", "weight", "on_status_codes"})
"""Fields that tell a target apart, and not what it is."""
NOTHING = (
    "must have at least one of `provider`, `strategy` with `targets`, `config`, `retry`, `cache`, `request_timeout`, "
    "`override_params`, or another field that says what to do"
)


@dataclass(frozen=True)
class Known:
    """The names that a config may use."""

    vendors: Collection[str]
    """Vendors by every name they go by."""
    providers: Collection[str] | None = None
    """Slugs without the `@`; None: whatever is named will be looked for when a request comes."""
    configs: Mapping[str, Raw] = field(default_factory=dict)
    """Saved configs by slug, as they were saved."""


@dataclass(frozen=True)
class Place:
    """Where in a config one stands."""

    known: Known
    chain: tuple[str, ...]
    """The saved configs one came through."""
    level: int
    count: list[int]
    """Targets seen so far, in the one place of it."""


def survey(raw: Raw, known: Known, chain: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Everything that is wrong with a config."""
    yield from node_faults(raw, Place(known, chain, 0, [0]))


def node_faults(raw: Raw, place: Place) -> Iterator[Fault]:
    """Everything that is wrong with a config or a target, and with what is below it."""
    place.count[0] += 1
    if place.level > MOST_LEVELS:
        yield Fault("", f"is nested more than {MOST_LEVELS} levels deep")
        return
    said = {name: value for name, value in raw.items() if value is not None}
    if "options" in said and "targets" not in said:
        yield Fault("options", "is an older kind of config; write `strategy` and `targets`")
    faults = list(fields_faults(said, EVERY_FIELD))
    yield from faults
    if not any(name in EVERY_FIELD and name not in SAYS_NOTHING for name in said) and all(f.is_warning for f in faults):
        yield Fault("", NOTHING)
    yield from provider_faults(said, place.known)
    yield from strategy_faults(said)
    yield from targets_faults(said, place)
    yield from nested_faults(said, place)


def targets_faults(said: Raw, place: Place) -> Iterator[Fault]:
    """What is wrong with each of the targets."""
    targets = said.get("targets")
    for number, target in enumerate(targets if isinstance(targets, list) else ()):
        if place.count[0] >= MOST_TARGETS:
            yield Fault("targets", f"are more than {MOST_TARGETS} in all")
            return
        if isinstance(target, dict):
            below = replace(place, level=place.level + 1)
            yield from (fault.below(f"targets[{number}]") for fault in node_faults(target, below))


def nested_faults(said: Raw, place: Place) -> Iterator[Fault]:
    """What is wrong with a saved config that a target stands for; it is named by the first fault."""
    slug = said.get("config")
    if not isinstance(slug, str):
        return
    if "targets" in said or "strategy" in said:
        yield Fault("config", "cannot stand beside `strategy` and `targets`")
    elif slug in place.chain:
        yield Fault("config", f"leads back to itself: {' → '.join((*place.chain, slug))}")
    elif slug not in place.known.configs:
        yield Fault("config", f"there is no saved config `{slug}`{nearest(slug, place.known.configs)}")
    else:
        below = replace(place, chain=(*place.chain, slug), level=place.level + 1)
        wrong = [fault for fault in node_faults(place.known.configs[slug], below) if not fault.is_warning]
        if wrong:
            yield Fault("config", f"`{slug}` cannot be used: {wrong[0]}")


def provider_faults(said: Raw, known: Known) -> Iterator[Fault]:
    """A provider or vendor that there is not, and credentials of which half is missing."""
    provider, key = said.get("provider"), said.get("virtual_key")
    if isinstance(key, str) and known.providers is not None and key.removeprefix("@") not in known.providers:
        yield Fault("virtual_key", f"there is no provider `{key}`{nearest(key, known.providers)}")
    if isinstance(provider, str):
        yield from named_faults(provider.strip(), known)
    if ("aws_access_key_id" in said) != ("aws_secret_access_key" in said):
        missing = "aws_secret_access_key" if "aws_access_key_id" in said else "aws_access_key_id"
        yield Fault(missing, "is needed: the two AWS keys belong together")
    if provider == "vertex-ai" and not is_whole_vertex(said):
        yield Fault(
            "vertex_region", "is needed for `vertex-ai`, with `vertex_project_id` or `vertex_service_account_json`"
        )


def is_whole_vertex(said: Raw) -> bool:
    """Whether it is said where Vertex AI is asked."""
    return "vertex_region" in said and bool({"vertex_project_id", "vertex_service_account_json"} & set(said))


def named_faults(provider: str, known: Known) -> Iterator[Fault]:
    """A name that is neither a provider of the catalog nor a vendor."""
    slug = provider[1:].partition("/")[0]
    if provider.startswith("@"):
        if known.providers is not None and slug not in known.providers:
            near = nearest(slug, known.providers, "@")
            yield Fault("provider", f"there is no provider `@{slug}`{near}")
    elif provider not in known.vendors:
        if provider in (known.providers or ()):
            yield Fault("provider", f"is no vendor; for the provider of the catalog write `@{provider}`")
            return
        said = nearest(provider, known.vendors) or f"; these are: {', '.join(sorted(known.vendors))}"
        yield Fault("provider", f"Invalid 'provider' value: there is no vendor `{provider}`{said}")


def nearest(name: str, names: Collection[str], mark: str = "") -> str:
    """The end of a sentence that names the most similar, if one is."""
    found = difflib.get_close_matches(name, list(names)[:NAMES_COMPARED], 1, 0.6)
    return f"; did you mean `{mark}{found[0]}`?" if found else ""


def named_configs(raw: object) -> Iterator[str]:
    """The saved configs that a config names, at whatever depth."""
    if isinstance(raw, Mapping):
        if isinstance(slug := raw.get("config"), str):
            yield slug
        for target in raw.get("targets") or ():
            yield from named_configs(target)
