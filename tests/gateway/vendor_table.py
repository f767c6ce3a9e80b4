"""The table of vendors in the documentation, made of the vendors themselves. `python -m tests.gateway.vendor_table`."""

from __future__ import annotations

from pathlib import Path

from gateway.adapters import ADAPTERS
from gateway.functions import Function
from gateway.vendors import VENDORS
from gateway.vendors.openai.rows import RETIRED
from gateway.vendors.vendor import Login, Setting, Vendor

DOCUMENT = Path(__file__).parents[2] / "docs" / "vendors.md"
COLUMNS = {
    Function.CHAT: "chat",
    Function.COMPLETE: "complete",
    Function.RESPOND: "respond",
    Function.MESSAGE: "message",
    Function.COUNT_TOKENS: "count",
    Function.EMBED: "embed",
    Function.RERANK: "rerank",
    Function.MODERATE: "moderate",
    Function.GENERATE_IMAGE: "draw",
    Function.EDIT_IMAGE: "edit",
    Function.VARY_IMAGE: "vary",
    Function.SPEAK: "speak",
    Function.TRANSCRIBE: "transcribe",
    Function.TRANSLATE: "translate",
    Function.RELAY: "the rest",
}
"""Every function, by the heading it has in the table."""
OWN, SOME, TRANSLATED, ESTIMATED, NOT_OFFERED, PASSED_ON = "yes", "some", "→", "≈", "–", "»"
BATCH = "batch"
"""The heading of files and batches, which are no function of one path."""
HEAD = f"""# Vendors

<!-- Made of the vendors themselves by `make vendors`; a test fails where it is out of date. -->

The id is what an integration has as `ai_provider_id`, and a request as `x-portkey-provider` when it brings its own key.
A vendor that is not here and speaks OpenAI's wire is set up as `openai-compatible`, with its address as `custom_host`.

## What each offers

{OWN}: in the vendor's own words. {SOME}: for some of its models; the others are served as the sign beside it says,
if at all. {TRANSLATED}: by translation to and from chat. {ESTIMATED}: estimated by the gateway.
{PASSED_ON}: passed on as it is to a vendor that has it as OpenAI does, or says that it has not.
{NOT_OFFERED}: not offered by the vendor: such a request is refused with `function_not_offered`, and goes
on to the next target of a config.

"""
PATHS = """
| Heading | Path |
|---|---|
"""
BATCHES = f"| {BATCH} | `/v1/files` and `/v1/batches`, with what is below them |\n"
ADDRESSES = """
## Where each is, and what it needs

Names in braces are settings: fields of a config, of an integration's `configurations`, or headers (`x-portkey-` and the
name with hyphens). Those in bold are needed, unless the account has a `custom_host`. *Key*: whether requests need one.

| Id | Address | Key | Settings |
|---|---|---|---|
"""
GONE = """
## Names of Portkey's that lead nowhere any more

| Name | Why |
|---|---|
"""


def table() -> str:
    """The whole document."""
    heading = f"| Id | Name | {' | '.join(COLUMNS.values())} | {BATCH} |\n|{'---|' * (len(COLUMNS) + 3)}\n"
    offers = "".join(offer_row(vendor) for vendor in VENDORS.values())
    addresses = "".join(address_row(vendor) for vendor in VENDORS.values())
    paths = "".join(f"| {name} | {path_of(function)} |\n" for function, name in COLUMNS.items()) + BATCHES
    gone = "".join(f"| `{name}` | {why} |\n" for name, why in RETIRED.items())
    return HEAD + heading + offers + PATHS + paths + ADDRESSES + addresses + GONE + gone


def offer_row(vendor: Vendor) -> str:
    """What a vendor offers."""
    cells = [*(cell(vendor, function) for function in COLUMNS), batch_cell(vendor)]
    return f"| `{vendor.id}` | {vendor.name} | {' | '.join(cells)} |\n"


def cell(vendor: Vendor, function: Function) -> str:
    """How a vendor serves a function."""
    wire, adapter = vendor.functions.get(function), ADAPTERS.get(function)
    if wire is not None and wire.speaks is None:
        return OWN
    others = NOT_OFFERED
    if adapter is not None and adapter.by in vendor.functions:
        others = TRANSLATED
    elif function is Function.COUNT_TOKENS and Function.CHAT in vendor.functions:
        others = counted_by(vendor)
    if wire is None:
        return others
    return SOME if others == NOT_OFFERED else f"{SOME}, {others}"


def counted_by(vendor: Vendor) -> str:
    """How tokens of messages are counted that the vendor does not count as such."""
    if vendor.count is None:
        return ESTIMATED
    return TRANSLATED if vendor.count.speaks is None else f"{TRANSLATED}, {ESTIMATED}"


def batch_cell(vendor: Vendor) -> str:
    """How a vendor serves files and batches."""
    if vendor.batch is not None:
        return TRANSLATED
    return PASSED_ON if Function.RELAY in vendor.functions else NOT_OFFERED


def path_of(function: Function) -> str:
    """Where a function is asked for."""
    return f"`/v1/{function.value}`" if function.value else "anything else below `/v1/`, passed on as it is"


def address_row(vendor: Vendor) -> str:
    """Where a vendor is, and what it needs."""
    address = address_of(vendor)
    where = f"`{address}`" if address else "of the account's own: `custom_host`"
    needs = "needed" if vendor.needs_key else "if it has one"
    aliases = f" (also {', '.join(f'`{alias}`' for alias in vendor.aliases)})" if vendor.aliases else ""
    return f"| `{vendor.id}`{aliases} | {where} | {needs} | {', '.join(map(setting, vendor.settings))} |\n"


def address_of(vendor: Vendor) -> str:
    """The base URL, the settings that are part of it in braces."""
    needed = [each for each in vendor.settings if each.is_needed]
    for chosen in (needed, vendor.settings):
        said = {each.name: each.name.replace("_", "-") for each in chosen if not each.name.endswith(("_url", "_type"))}
        if address := vendor.address(Login("", said)):
            for name, value in sorted(said.items(), key=lambda pair: -len(pair[1])):
                address = address.replace(value, f"{{{name}}}")
            return address
    return ""


def setting(each: Setting) -> str:
    """A setting's name, bold if it is needed."""
    return f"**`{each.name}`**" if each.is_needed else f"`{each.name}`"


if __name__ == "__main__":
    DOCUMENT.write_text(table())
