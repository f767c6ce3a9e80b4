"""From a config's leaf and a request to a target: which provider, which vendor, which login."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from gateway.authenticate import presented
from gateway.domain import Target
from gateway.errors import BadRequest, Broken, ModelNotAllowed, NotFound, UnknownModel, UnknownProvider
from gateway.vendors import NAMES, Vendor, vendor_named
from gateway.vendors.openai.rows import PORTKEY_PATHS, RETIRED
from gateway.vendors.vendor import Login
from store.ids import Slug

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gateway.catalog.catalog import Catalog, Provider
    from gateway.catalog.own_models import Model
    from gateway.configs.nodes import Leaf
    from gateway.domain import Headers

LONGEST = 200
"""Characters of a model's name that are said back."""
NO_SLUGS = ("@cf/", "@hf/")
"""Model names that begin like a provider slug and are none: Workers AI's."""
PLACEHOLDERS = {"OPENAI_API_KEY", ""}
"""What Portkey's SDK sends where it has no vendor key."""
JSON = {"content-type": "application/json"}


def target_of(leaf: Leaf, wanted: str | None, headers: Headers, catalog: Catalog, trusted: Collection[str]) -> Target:
    """Where a leaf leads for a request that wants this model; None: it wants none.

    Raises BadRequest, UnknownModel, UnknownProvider and ModelNotAllowed.
    """
    named, own_slug, model = addressed(leaf, wanted, headers)
    if wanted is not None and not model and own_slug is None:
        raise BadRequest("Tollhouse: `model` is missing.", param="model")
    if named and not named.startswith("@"):
        return brought_along(named, model, leaf, headers, trusted)
    if "x-portkey-custom-host" in headers:
        raise BadRequest(
            "Tollhouse: `x-portkey-custom-host` goes only with a vendor key of your own.", param="x-portkey-custom-host"
        )
    slug = named[1:].partition("/")[0] if named else own_slug
    if slug is None:
        raise nameless(model, catalog)
    provider = catalog.providers.get(Slug(slug))
    if provider is None:
        slug = slug[:LONGEST]
        raise UnknownProvider(f"Tollhouse: there is no provider `@{slug}`{catalog.nearest_slug(slug)}", param="model")
    found = to_provider(provider, None if wanted is None and not model else model, catalog)
    return found if leaf.custom_host is None else replace(found, base_url=host(leaf.custom_host, trusted))


def addressed(leaf: Leaf, wanted: str | None, headers: Headers) -> tuple[str | None, str | None, str]:
    """Who is named beside the model, the slug in the model's own name, and the model; a config's own model wins."""
    instead = leaf.override_params.get("model")
    own_slug, model = split(str(instead or wanted or leaf.default_params.get("model") or ""))
    return (f"@{own_slug}" if own_slug and instead else provider_named(leaf, headers)), own_slug, model


def provider_named(leaf: Leaf, headers: Headers) -> str | None:
    """Who is named beside the model: the config first, then the headers."""
    if leaf.provider:
        return leaf.provider
    virtual = headers.get("x-portkey-virtual-key")
    named = headers.get("x-portkey-provider")
    return (
        named
        if named and (named.startswith("@") or not virtual)
        else f"@{virtual.removeprefix('@')}"
        if virtual
        else None
    )


def split(model: str) -> tuple[str | None, str]:
    """`@slug/model` in two; the model may contain further slashes and colons."""
    if not model.startswith("@") or model.startswith(NO_SLUGS):
        return None, model
    slug, _, rest = model[1:].partition("/")
    return slug, rest


def nameless(model: str, catalog: Catalog) -> UnknownModel | NotFound:
    """Nothing says which provider is meant."""
    if not model:
        return NotFound(
            "Tollhouse has nothing of its own at this path (its API is described at /v1/openapi.json). If it is a "
            "vendor's, say which provider is meant: `x-portkey-provider: @provider`, or a config.",
            param="x-portkey-provider",
        )
    model = model[:LONGEST]
    return UnknownModel(
        f"Tollhouse: `{model}` does not say which provider; write `@provider/model`{catalog.nearest(model)}",
        param="model",
    )


def to_provider(provider: Provider, model: str | None, catalog: Catalog) -> Target:
    """A target of the catalog, if it is usable and the model allowed; None asks for no model at all."""
    slug, account = provider.slug, provider.account
    if account.trouble is not None:
        raise Broken(f"Tollhouse: provider `@{slug}` cannot be used: {account.trouble}")
    if provider.is_over:
        raise UnknownProvider(f"Tollhouse: provider `@{slug}` has expired; the operator can extend it.", param="model")
    if not provider.is_provisioned:
        raise ModelNotAllowed(
            f"Tollhouse: the integration behind `@{slug}` is not provisioned to this workspace any more; "
            "the operator can provision it.",
            param="model",
        )
    spared = None if model is None else check_model(provider, model, catalog)
    own = account.models.get(model or "")
    target = Target(
        account.vendor,
        account.base_url,
        account.headers,
        model or "",
        slug,
        account.login,
        own,
        account.multiplier,
        spared,
    )
    return target if own is None else at_its_own(target, own)


def at_its_own(target: Target, own: Model) -> Target:
    """A target at the model's own address, with the headers that it wants, where it has any."""
    if own.base_url is None and not own.headers:
        return target
    return replace(target, base_url=own.base_url or target.base_url, headers={**target.headers, **own.headers})


def check_model(provider: Provider, model: str, catalog: Catalog) -> str | None:
    """Whether the catalog allows it; where it does not, and the rule is in shadow, what would have been said.

    Raises BadRequest, UnknownModel and ModelNotAllowed.
    """
    slug, account = provider.slug, provider.account
    if not model:
        raise BadRequest(f"Tollhouse: name a model behind the provider: `@{slug}/model`.", param="model")
    known = account.models.get(model)
    if known is not None:
        if known.enabled:
            return None
        what, more = (
            f"Tollhouse: model `{model[:LONGEST]}` is not enabled for `@{slug}`",
            "; the operator can enable it.",
        )
    elif account.allow_all_models:
        return None
    else:
        what = f"Tollhouse: model `{model[:LONGEST]}` is not allowed for `@{slug}`"
        more = "" if provider.spares else catalog.nearest(f"@{slug}/{model}")
    if provider.spares:
        return what
    raise ModelNotAllowed(what + more, param="model")


def brought_along(name: str, model: str, leaf: Leaf, headers: Headers, trusted: Collection[str]) -> Target:
    """A target of the caller's own: a vendor by name, and the vendor's key in the config or in `Authorization`."""
    vendor = vendor_named(name)
    if vendor is None:
        raise BadRequest(no_vendor(name), param="x-portkey-provider")
    secret = leaf.api_key or own_secret(vendor, headers)
    found = Login(secret, settings_in(vendor, leaf.settings, headers))
    if vendor.needs_key and not secret and not found.settings:
        raise BadRequest(
            f"Tollhouse: `x-portkey-provider: {name}` needs the vendor's key as `Authorization: Bearer KEY`, and the "
            f"gateway's as `x-portkey-api-key`. For a provider of the catalog write `@slug`.",
            param="authorization",
        )
    if vendor.is_machine is not None and vendor.is_machine(found):
        raise BadRequest(
            f"Tollhouse: only a provider of the catalog may log in to `{vendor.id}` as the machine that this gateway "
            "runs on; the operator can make one.",
            param="x-portkey-provider",
        )
    address = host_for(vendor, found, leaf.custom_host or headers.get("x-portkey-custom-host"), trusted)
    return Target(vendor, address, login(vendor, found), model, None, found)


def no_vendor(name: str) -> str:
    """What to say of a name that no vendor has, or has no more."""
    if (gone := RETIRED.get(name)) is not None:
        return f"Tollhouse: `{name}` is no vendor any more: {gone}."
    near = difflib.get_close_matches(name, NAMES, 3, 0.6)
    meant = f"; did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else "."
    return f"Tollhouse: `{name[:60]}` is no vendor known here{meant} A provider of the catalog begins with `@`."


def own_secret(vendor: Vendor, headers: Headers) -> str:
    """The vendor's key that a request carries; the key that let it in here is none, in whatever place it stands too."""
    scheme, _, secret = headers.get("authorization", "").strip().partition(" ")
    said = [secret.strip() if scheme.lower() == "bearer" else f"{scheme} {secret}".strip()]
    if vendor.id == "anthropic":
        said.insert(0, headers.get("x-api-key", "").strip())
    return next((each for each in said if each not in PLACEHOLDERS and each != presented(headers)), "")


def settings_in(vendor: Vendor, said: Mapping[str, str], headers: Headers) -> dict[str, str]:
    """What a vendor wants beside a key, from the config and from headers such as `x-portkey-aws-region`."""
    sent = {each.name: headers.get(f"x-portkey-{each.name.replace('_', '-')}") for each in vendor.settings}
    return {name: value for name, value in sent.items() if value} | dict(said)


def login(vendor: Vendor, with_what: Login) -> dict[str, str]:
    """The headers of a request to the vendor."""
    return JSON | vendor.headers(with_what)


def host_for(vendor: Vendor, with_what: Login, wanted: str | None, trusted: Collection[str]) -> str:
    """The vendor's address, or the caller's if the operator trusts it. Raises BadRequest."""
    if wanted is not None:
        own = host(wanted, trusted)
        return own + PORTKEY_PATHS.get(vendor.id, "") if not urlsplit(own).path else own
    address = vendor.address(with_what)
    if not address:
        needed = ", ".join(f"`x-portkey-{each.name.replace('_', '-')}`" for each in vendor.settings if each.is_needed)
        more = f" It needs {needed}." if needed else " Send `x-portkey-custom-host`."
        raise BadRequest(f"Tollhouse: nothing says where `{vendor.id}` is.{more}", param="x-portkey-custom-host")
    return address


def host(wanted: str, trusted: Collection[str]) -> str:
    """A caller's address, if the operator trusts it. Raises BadRequest."""
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
