"""The forms of the catalog: integrations and providers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from console.client import GatewayClient, segment
from console.screens.expiry import expiry_field
from console.screens.fields import Field, Values, always, changes_of, slug_of, slug_problem, url_problem
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import amount_of, amount_problem
from console.wire.catalog import Integration, Provider, Vendor, VendorSetting

KEY_HINT = "the vendor's API key; nobody sees it again"


def named_slug(values: Values) -> str:
    """The slug that a name suggests."""
    return slug_of(values["name"])


def naming(values: Values) -> str:
    """What a slug is for."""
    return f"Requests will say model `@{values['slug'] or '…'}/…`."


def new_integration(gateway: GatewayClient, vendors: Iterable[Vendor]) -> FormScreen:
    """A vendor account, and a provider of the same name, so that requests can use it at once."""
    known = {vendor.id: vendor for vendor in vendors}

    def vendor(values: Values) -> Vendor:
        return known[values["ai_provider_id"]]

    fields = [
        Field(name="ai_provider_id", label="Vendor", choices={one.id: one.name for one in known.values()}),
        Field(name="name", label="Name", default=lambda values: vendor(values).name),
        Field(
            name="slug",
            label="Slug",
            default=named_slug,
            check=slug_problem,
            needed=always,
            also=("default_provider_slug",),
        ),
        Field(
            name="key",
            label="API key",
            secret=True,
            needed=lambda values: vendor(values).needs_key and not vendor(values).settings,
            hint=lambda values: KEY_HINT if vendor(values).needs_key else "this vendor needs none",
        ),
        *setting_fields(known.values()),
        host_field(lambda values: usual_address(vendor(values)), ""),
    ]
    return FormScreen(
        "New integration",
        lambda _: "POST /v1/integrations",
        fields,
        lambda body, _: gateway.create("/v1/integrations", body),
        fixed={"create_default_provider": True},
        effect=naming,
    )


def setting_fields(vendors: Iterable[Vendor]) -> list[Field]:
    """What vendors want beside a key: each is asked for where the chosen vendor wants it."""
    wanted: dict[str, dict[str, VendorSetting]] = {}
    for vendor in vendors:
        for setting in vendor.settings:
            wanted.setdefault(setting.name, {})[vendor.id] = setting
    return [setting_field(name, by_vendor) for name, by_vendor in wanted.items()]


def setting_field(name: str, by_vendor: Mapping[str, VendorSetting]) -> Field:
    """One of them, for the vendors that have it."""

    def asked(values: Values) -> VendorSetting | None:
        return by_vendor.get(values["ai_provider_id"])

    return Field(
        name=name,
        label=label_of(name),
        inside="configurations",
        secret=any(setting.is_secret for setting in by_vendor.values()),
        shown=lambda values: asked(values) is not None,
        needed=lambda values: (setting := asked(values)) is not None and setting.is_needed,
        hint=lambda values: setting.what if (setting := asked(values)) else "",
    )


def edit_integration(gateway: GatewayClient, integration: Integration, vendor: Vendor | None) -> FormScreen:
    """Change a vendor account; a key that is left empty stays."""
    path = f"/v1/integrations/{segment(integration.slug)}"
    fields = [
        Field(name="name", label="Name", value=integration.name, needed=always),
        Field(name="key", label="API key", secret=True, hint=f"unchanged: {integration.masked_key or 'there is none'}"),
        *(kept_setting(setting, integration) for setting in (vendor.settings if vendor else ())),
        host_field(lambda _: usual_address(vendor) if vendor else None, integration.custom_host or ""),
        multiplier_field(integration),
        Field(name="description", label="Description", value=integration.description or "", clears=True),
    ]

    def changes(fields: list[Field], values: Values) -> Json:
        body = changes_of(fields, values)
        if "configurations" in body:
            body["configurations"] = (integration.configurations or {}) | body["configurations"]
        if "default" in body.get("pricing_adjustments", {}):
            said = multiplier_of(integration) | body["pricing_adjustments"]
            kept = {name: value for name, value in said.items() if value is not None}
            body["pricing_adjustments"] = {"multiplier": kept} if kept else None
        return body

    return FormScreen(
        f"Integration {integration.slug}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.change(path, body),
        body=changes,
    )


def multiplier_of(integration: Integration) -> Json:
    """By what its prices are multiplied, as it is."""
    return dict((integration.pricing_adjustments or {}).get("multiplier") or {})


def multiplier_field(integration: Integration) -> Field:
    """How its prices differ from the list's; what is said of single kinds of tokens stays."""
    usual = multiplier_of(integration).get("default")
    return Field(
        name="default",
        label="Prices times",
        value="" if usual is None else f"{usual:g}",
        hint="1; 0.8 is a fifth off the list's",
        inside="pricing_adjustments",
        check=lambda text: amount_problem(text) and "a number, as 0.8 or 1.2",
        convert=amount_of,
        clears=True,
        also=("pricing_adjustments",),
    )


def kept_setting(setting: VendorSetting, integration: Integration) -> Field:
    """What the vendor wants beside a key, as it is; a secret that is left empty stays."""
    value = str((integration.configurations or {}).get(setting.name) or "")
    if setting.is_secret:
        hint, value = ("unchanged" if value else setting.what), ""
    else:
        hint = setting.what
    return Field(
        name=setting.name,
        label=label_of(setting.name),
        value=value,
        hint=hint,
        inside="configurations",
        secret=setting.is_secret,
        clears=not setting.is_secret,
    )


def label_of(setting: str) -> str:
    """A setting's name for people."""
    words = setting.replace("_", " ").capitalize()
    return words.replace("Aws", "AWS").replace(" id", " ID")[:20]


def usual_address(vendor: Vendor) -> str | None:
    """The vendor's own base URL; empty where it follows from its settings, None where there is none."""
    return vendor.base_url or ("" if vendor.settings else None)


def host_field(usual: Callable[[Values], str | None], value: str) -> Field:
    """The base URL, needed where the vendor has none of its own."""
    return Field(
        name="custom_host",
        label="Base URL",
        value=value,
        inside="configurations",
        check=url_problem,
        needed=lambda values: usual(values) is None,
        hint=lambda values: usual(values) or "http://127.0.0.1:11434/v1",
        clears=True,
    )


def new_provider(
    gateway: GatewayClient, integrations: Iterable[Integration], now: Callable[[], datetime]
) -> FormScreen:
    """Another name for an integration, with an end if it is wanted."""
    fields = [
        Field(
            name="integration_id",
            label="Integration",
            choices={one.slug: f"{one.slug} ({one.ai_provider_id})" for one in integrations},
        ),
        Field(name="name", label="Name", needed=always, hint="as people say it"),
        Field(name="slug", label="Slug", default=named_slug, check=slug_problem, needed=always),
        Field(name="note", label="Note", hint="what it is for"),
        expiry_field(now, None),
    ]
    return FormScreen(
        "New provider",
        lambda _: "POST /v1/providers",
        fields,
        lambda body, _: gateway.create("/v1/providers", body),
        effect=naming,
    )


def edit_provider(gateway: GatewayClient, provider: Provider, now: Callable[[], datetime]) -> FormScreen:
    """Change what is said about a provider; its slug and integration stay, for requests name them."""
    path = f"/v1/providers/{segment(provider.slug)}"
    fields = [
        Field(name="name", label="Name", value=provider.name, needed=always),
        Field(name="note", label="Note", value=provider.note or "", clears=True),
        expiry_field(now, provider.expires_at),
    ]
    title = f"Provider @{provider.slug}"
    return FormScreen(
        title, lambda _: f"PUT {path}", fields, lambda body, _: gateway.change(path, body), body=changes_of
    )
