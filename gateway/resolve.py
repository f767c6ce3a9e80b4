"""Stage 2: from a model's name to a target: which provider, which vendor, which login."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from gateway.domain import Headers, Target
from gateway.errors import BadRequest, Broken, ModelNotAllowed, UnknownModel, UnknownProvider
from gateway.vendors import VENDORS, Vendor
from store.ids import Slug, VendorSecret

if TYPE_CHECKING:
    from collections.abc import Collection

    from gateway.domain import InferenceRequest
    from gateway.snapshot import Provider, Snapshot

NO_SLUGS = ("@cf/", "@hf/")
"""Model names that begin like a provider slug and are none: Workers AI's."""
PLACEHOLDERS = {"OPENAI_API_KEY", ""}
"""What Portkey's SDK sends where it has no vendor key."""


def resolve(request: InferenceRequest, headers: Headers, snapshot: Snapshot, trusted: Collection[str]) -> Target:
    """Where a request goes. Raises BadRequest, UnknownModel, UnknownProvider and ModelNotAllowed."""
    named = headers.get("x-portkey-provider") or headers.get("x-portkey-virtual-key")
    if named and not named.startswith("@") and "x-portkey-virtual-key" not in headers:
        return brought_along(named, request.model, headers, trusted)
    if "x-portkey-custom-host" in headers:
        raise BadRequest(
            "Tollhouse: `x-portkey-custom-host` goes only with a vendor key of your own.", param="x-portkey-custom-host"
        )
    slug, model = split(request.model)
    slug = named.removeprefix("@").partition("/")[0] if named else slug
    if slug is None:
        raise UnknownModel(
            f"Tollhouse: `{model}` does not say which provider; write `@provider/model`{snapshot.nearest(model)}",
            param="model",
        )
    provider = snapshot.providers.get(Slug(slug))
    if provider is None:
        raise UnknownProvider(f"Tollhouse: there is no provider `@{slug}`{snapshot.nearest_slug(slug)}", param="model")
    return to_provider(provider, model, snapshot)


def split(model: str) -> tuple[str | None, str]:
    """`@slug/model` in two; the model may contain further slashes and colons."""
    if not model.startswith("@") or model.startswith(NO_SLUGS):
        return None, model
    slug, _, rest = model[1:].partition("/")
    return slug, rest


def to_provider(provider: Provider, model: str, snapshot: Snapshot) -> Target:
    """A target of the catalog, if it is usable and the model allowed."""
    slug, account = provider.slug, provider.account
    if account.trouble is not None:
        raise Broken(f"Tollhouse: provider `@{slug}` cannot be used: {account.trouble}")
    if provider.expires_at_ms is not None and provider.expires_at_ms <= time.time_ns() // 1_000_000:
        raise UnknownProvider(f"Tollhouse: provider `@{slug}` has expired; the operator can extend it.", param="model")
    if not model:
        raise BadRequest(f"Tollhouse: name a model behind the provider: `@{slug}/model`.", param="model")
    known = account.models.get(model)
    if known is not None and not known.enabled:
        how = "the operator can enable it."
        raise ModelNotAllowed(f"Tollhouse: model `{model}` is not enabled for `@{slug}`; {how}", param="model")
    if known is None and not account.allow_all_models:
        near = snapshot.nearest(f"@{slug}/{model}")
        raise UnknownModel(f"Tollhouse: `@{slug}` has no model `{model}`{near}", param="model")
    return Target(account.vendor, account.base_url, account.headers, model, slug)


def brought_along(name: str, model: str, headers: Headers, trusted: Collection[str]) -> Target:
    """A target of the caller's own: a vendor by name, and the vendor's key in `Authorization`."""
    vendor = VENDORS.get(name)
    if vendor is None:
        message = f"Tollhouse: `{name}` is no vendor; these are: {', '.join(VENDORS)}. A provider begins with `@`."
        raise BadRequest(message, param="x-portkey-provider")
    secret = headers.get("authorization", "").removeprefix("Bearer ").strip()
    if "x-portkey-api-key" not in headers or secret in PLACEHOLDERS:
        secret = ""
    if vendor.needs_key and not secret:
        raise BadRequest(
            f"Tollhouse: `x-portkey-provider: {name}` needs the vendor's key as `Authorization: Bearer KEY`, and the "
            f"gateway's as `x-portkey-api-key`. For a provider of the catalog write `@slug`.",
            param="authorization",
        )
    return Target(
        vendor, host_for(vendor, headers, trusted), login(vendor, VendorSecret(secret)), split(model)[1], None
    )


def login(vendor: Vendor, secret: VendorSecret) -> dict[str, str]:
    """The headers of a request to the vendor."""
    return {"content-type": "application/json"} | vendor.login(secret or None)


def host_for(vendor: Vendor, headers: Headers, trusted: Collection[str]) -> str:
    """The vendor's address, or the caller's if the operator trusts it. Raises BadRequest."""
    wanted = headers.get("x-portkey-custom-host")
    if wanted is None:
        if vendor.base_url is None:
            raise BadRequest(f"Tollhouse: `{vendor.id}` has no address of its own.", param="x-portkey-custom-host")
        return vendor.base_url
    if not is_trusted(wanted, trusted):
        message = "Tollhouse: this `x-portkey-custom-host` is not trusted; the operator can add its host to the setting"
        raise BadRequest(f"{message} `trusted_custom_hosts`.", param="x-portkey-custom-host")
    return wanted.rstrip("/")


def is_trusted(url: str, trusted: Collection[str]) -> bool:
    """Whether a URL names one of these hosts, and hides nothing."""
    try:
        address = urlsplit(url)
        hidden = address.username or address.password or address.query or address.fragment or "\\" in url
        places = {address.hostname or "", f"{address.hostname}:{address.port}"}
    except ValueError:
        return False
    return address.scheme in ("http", "https") and not hidden and not places.isdisjoint(trusted)


def metadata_of(headers: Headers, fields: object) -> dict[str, str]:
    """The request's metadata without empty values; OpenAI's `user` is `_user` by default. Raises BadRequest."""
    text = headers.get("x-portkey-metadata", "").strip()
    try:
        said = msgspec.json.decode(text, type=dict[str, str | int | float | bool | None]) if text else {}
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        message = 'Tollhouse: `x-portkey-metadata` must be a JSON object of texts, such as {"team": "sales"}.'
        raise BadRequest(message, param="x-portkey-metadata") from error
    found = {
        name: value if isinstance(value, str) else str(value) for name, value in said.items() if value not in (None, "")
    }
    user = fields.get("user") if isinstance(fields, dict) else None
    if user is not None and "_user" not in found and bytes(user)[:1] == b'"':
        found["_user"] = msgspec.json.decode(user, type=str)
    return found
