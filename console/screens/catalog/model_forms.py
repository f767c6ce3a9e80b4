"""The forms of models: one that its vendor does not list, and what an operator says of any: use, price, base, place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from console.client import GatewayClient, segment
from console.screens.fields import Field, Values, optional, url_problem
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import amount_of, amount_problem
from console.screens.people.forms import object_of, object_problem
from console.wire.catalog import Integration, Model

PRICES = {"price_in": "request_token", "price_out": "response_token"}
"""Fields, and Portkey's word for what they are the price of."""
PER_MILLION = 10_000
"""Dollars per million tokens in a cent per token."""
USE = {"true": "may use it", "false": "are refused"}


def new_model(gateway: GatewayClient, integrations: Iterable[Integration], chosen: str | None) -> FormScreen:
    """A model that the integration's own list does not have: the operator's own, or tuned from another."""
    choices = {one.slug: f"{one.slug} ({one.ai_provider_id})" for one in integrations}
    fields = [
        Field(name="integration", label="Integration", choices=choices, value=chosen or "", sent=False),
        Field(name="slug", label="Model", needed=lambda _: True, hint="as the vendor calls it: my-finetune-2026"),
        *own_fields(Model(slug="")),
    ]

    async def send(body: Json, values: Values) -> str:
        await gateway.put_models(values["integration"], body)
        return f"{values['integration']}/{values['slug']}"

    def body(_: list[Field], values: Values) -> Json:
        named: Json = {"slug": values["slug"].strip(), "enabled": True, "is_custom": True}
        said = {name: value for name, value in own_said(values, Model(slug="")).items() if value}
        return {"models": [named | said]}

    return FormScreen(
        "New model",
        lambda values: f"PUT /v1/integrations/{segment(values['integration'])}/models",
        fields,
        send,
        body=body,
        effect=lambda values: f"Adds it to `{values['integration']}`, enabled.",
    )


def edit_model(gateway: GatewayClient, integration: str, model: Model, request_name: str | None) -> FormScreen:
    """Whether requests may use it, its own price, what it was made of, where it is, and what requests default to."""
    use = Field(name="enabled", label="Requests", value="true" if model.enabled else "false", choices=USE)
    fields = [use, *own_fields(model)]
    before = own_said({field.name: field.value for field in fields}, model)

    def body(_: list[Field], values: Values) -> Json:
        changes = {name: value for name, value in own_said(values, model).items() if value != before[name]}
        enabled = values["enabled"] == "true"
        if not changes and enabled == model.enabled:
            return {}
        return {"models": [{"slug": model.slug, "enabled": enabled} | changes]}

    return FormScreen(
        f"Model {model.slug}",
        lambda _: f"PUT /v1/integrations/{segment(integration)}/models",
        fields,
        lambda body, _: gateway.put_models(integration, body),
        body=body,
        effect=lambda _: f"Requests say `{request_name}`." if request_name else "No provider names it yet.",
    )


def own_fields(model: Model) -> list[Field]:
    """What an operator may say of it, as it is now."""
    own = model.configurations
    defaults = own.get("default_params")
    listed = "the list's, as far as it has one"
    return [
        price_field("price_in", "Own price in", model, f"dollars per million; empty: {listed}"),
        price_field("price_out", "Own price out", model, "the same, of what it writes"),
        Field(
            name="base_model_slug",
            label="Tuned from",
            value=model.base_model_slug or "",
            hint="the model whose price it has",
        ),
        Field(
            name="default_params",
            label="Defaults",
            value=json.dumps(defaults, ensure_ascii=False) if defaults else "",
            hint='{"max_tokens": 1000}, where a request says none',
            check=object_problem,
            needed=optional,
        ),
        Field(
            name="custom_host",
            label="Base URL",
            value=str(own.get("custom_host") or ""),
            hint="the account's; another for this model alone",
            check=url_problem,
        ),
    ]


def price_field(name: str, label: str, model: Model, hint: str) -> Field:
    """An operator's own price, in dollars per million tokens."""
    known = (model.pricing_config or {}).get("pay_as_you_go") or {}
    cents = (known.get(PRICES[name]) or {}).get("price")
    value = "" if cents is None else f"{cents * PER_MILLION:.12g}"
    return Field(name=name, label=label, value=value, hint=hint, check=amount_problem, also=("pricing_config",))


def own_said(values: Mapping[str, str], model: Model) -> Json:
    """The same as the gateway has it; what is empty is null, and goes. Raises Refusal."""
    base = values["base_model_slug"].strip() or None
    return {
        "pricing_config": pricing(values, model.pricing_config),
        "base_model_slug": base,
        "is_finetune": base is not None,
        "configurations": configurations(values, model.configurations),
    }


def pricing(values: Mapping[str, str], before: Json | None) -> Json | None:
    """Portkey's JSON, in cents a token; what else has a price there keeps it. Raises Refusal."""
    known: dict[str, Any] = {
        word: price
        for word, price in ((before or {}).get("pay_as_you_go") or {}).items()
        if price is not None and word not in PRICES.values()
    }
    own = {word: values[name].strip() for name, word in PRICES.items()}
    if not any(own.values()):
        return None
    known |= {word: {"price": amount_of(text) / PER_MILLION} for word, text in own.items() if text}
    return {"type": "static", "pay_as_you_go": known}


def configurations(values: Mapping[str, str], before: Json) -> Json | None:
    """Its own address and defaults; headers stay as they are. Raises Refusal."""
    host, defaults = values["custom_host"].strip(), values["default_params"].strip()
    found = {name: value for name, value in before.items() if name not in ("custom_host", "default_params") and value}
    found |= {"custom_host": host} if host else {}
    found |= {"default_params": object_of(defaults)} if defaults else {}
    return found or None
