"""Integrations of the store: made out of a request, found, and changed; each only within its caller's reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.api.admin.configurations import check_needed, configurations_in, kept
from gateway.api.admin.door import SLUG, Problems, slug_from
from gateway.api.admin.integration_shapes import IntegrationChange, NewIntegration, PricingAdjustments
from gateway.api.admin.reach import reached, require, workspace_for
from gateway.catalog.catalog import Configurations, configurations_of
from gateway.catalog.provisioning import may_use
from gateway.catalog.references import is_reference
from gateway.errors import Conflict, Forbidden
from gateway.moments import now_ms
from gateway.vendors import VENDORS, vendor_named
from store.catalog.integrations import IntegrationRow, integration_by_slug
from store.catalog.providers import ProviderRow, provider_by_slug
from store.catalog.provisions import provisions_of
from store.ids import new_id
from store.organisation.workspaces import DEFAULT
from store.secrets.vault import Vault, masked

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.catalog.provisioning import Decided
    from gateway.domain import Caller
    from gateway.snapshot import Snapshot

MAY_REFER = frozenset({"organisation_integrations.create", "organisation_integrations.update"})
MOST = 1_000
"""By which a price may be multiplied."""


def resource_of(row: IntegrationRow) -> str:
    """Whose scopes it takes to touch an integration."""
    return "organisation_integrations" if row.workspace is None else "workspace_integrations"


def is_seen(row: IntegrationRow, decided: Decided, caller: Caller) -> bool:
    """Whether a caller may know of an integration: it is its workspace's, or provisioned to it."""
    return caller.sees(row.workspace) or may_use(row, decided, caller.workspace)


async def integration_for(session: AsyncSession, slug: str, act: str, caller: Caller) -> IntegrationRow:
    """An integration that the caller may touch. Raises NotFound, and Forbidden that names the scope."""
    row = await integration_by_slug(session, slug)
    if row is not None and is_seen(row, await provisions_of(session, row.id), caller):
        require(caller, f"{resource_of(row)}.{act}")
        return row
    return reached(None, None, caller, "integration", slug)


def owner_for(workspace_id: str | None, caller: Caller, snapshot: Snapshot) -> str | None:
    """Whose a new integration is to be; None: the organisation's. Raises BadRequest and Forbidden."""
    if workspace_id is None and caller.is_organisation:
        require(caller, "organisation_integrations.create")
        return None
    require(caller, "workspace_integrations.create")
    return workspace_for(workspace_id, caller, snapshot)


def check_new(data: NewIntegration) -> Configurations:
    """What it is configured with. Raises BadRequest with everything that is wrong."""
    problems = Problems()
    found = configured(data, problems)
    problems.settle()
    return found


def configured(data: NewIntegration, problems: Problems) -> Configurations:
    """The same, with what is wrong noted."""
    vendor = vendor_named(data.ai_provider_id)
    problems.check(bool(data.name.strip()), "name", "is needed")
    problems.check(data.slug is None or bool(SLUG.fullmatch(data.slug)), "slug", "may hold letters, digits, - and _")
    own = data.default_provider_slug
    problems.check(
        own is None or bool(SLUG.fullmatch(own)), "default_provider_slug", "may hold letters, digits, - and _"
    )
    known = ", ".join(VENDORS)
    problems.check(vendor is not None, "ai_provider_id", f"is no vendor this gateway knows; these are: {known}")
    configurations = configurations_in(data.configurations, vendor, problems)
    problems.add(wrong_with_adjustments(data.pricing_adjustments))
    if vendor is not None:
        has_login = bool(data.key) or bool(configurations.settings)
        problems.check(has_login or not vendor.needs_key, "key", f"is needed: {vendor.name} takes no request without")
        check_needed(problems, configurations, vendor)
    return configurations


def row_from(
    data: NewIntegration, configurations: Configurations, vault: Vault, workspace: str | None
) -> IntegrationRow:
    """The row to be kept."""
    row = IntegrationRow(
        id=new_id(),
        slug=data.slug or slug_from(data.name),
        name=data.name.strip(),
        vendor=named(data.ai_provider_id),
        description=data.description,
        workspace=workspace,
        pricing_adjustments=kept_adjustments(data.pricing_adjustments),
        created_at_ms=now_ms(),
    )
    seal_key(row, data.key, vault)
    seal_configurations(row, configurations if data.configurations else None, vault)
    return row


def named(vendor: str) -> str:
    """A vendor's own id, whatever it was called by."""
    found = vendor_named(vendor)
    return found.id if found else vendor


def seal_key(row: IntegrationRow, key: str | None, vault: Vault) -> None:
    """Keep a credential, encrypted."""
    row.sealed_key = vault.seal(key, f"integration:{row.id}:key") if key else None
    row.masked_key = masked(key) if key else None


def let_refer(row: IntegrationRow, key: object, caller: Caller) -> None:
    """Let a credential be one that is kept elsewhere, shown as it is. Raises Forbidden."""
    if isinstance(key, str) and is_reference(key):
        require_reach(key, "key", caller)
        row.masked_key = key


def let_settings_refer(said: Configurations | None, before: Configurations, caller: Caller) -> None:
    """The same of the secrets beside the key; one that is sent back as it was needs nothing. Raises Forbidden."""
    for name in said.referred if said else ():
        value = (said.settings or {}).get(name, "") if said else ""
        if (before.settings or {}).get(name) != value or name not in before.referred:
            require_reach(value, f"configurations.{name}", caller)


def require_reach(reference: str, param: str, caller: Caller) -> None:
    """Who does not manage the organisation's accounts must not reach what surrounds the gateway. Raises Forbidden."""
    if caller.scopes.isdisjoint(MAY_REFER):
        needed = "organisation_integrations.update"
        what = f"A secret that is kept elsewhere, such as `{reference[:60]}`, takes the scope `{needed}`."
        raise Forbidden(what, param=param)


def seal_configurations(row: IntegrationRow, said: Configurations | None, vault: Vault) -> None:
    """Keep the rest, encrypted as well: headers may be credentials."""
    text = msgspec.json.encode(said).decode() if said else None
    row.sealed_configurations = vault.seal(text, f"integration:{row.id}:configurations") if text else None


async def refuse_taken(session: AsyncSession, slug: str, data: NewIntegration) -> None:
    """Raises Conflict naming the field."""
    if await integration_by_slug(session, slug) is not None:
        raise Conflict(f"There is an integration `{slug}` already; choose another slug.", param="slug")
    if data.create_default_provider and await provider_by_slug(session, data.default_provider_slug or slug) is not None:
        taken = data.default_provider_slug or slug
        raise Conflict(f"There is a provider `@{taken}` already.", param="default_provider_slug")


def default_provider(row: IntegrationRow, data: NewIntegration) -> ProviderRow:
    """The provider that comes with an integration."""
    slug = data.default_provider_slug or row.slug
    return ProviderRow(
        id=new_id(),
        slug=slug,
        name=row.name,
        integration_id=row.id,
        workspace=row.workspace or DEFAULT,
        created_at_ms=row.created_at_ms,
    )


def apply(row: IntegrationRow, data: IntegrationChange, vault: Vault, caller: Caller) -> None:
    """Change what is given. Raises BadRequest with everything that is wrong, and Forbidden."""
    problems = Problems()
    said = data.configurations if isinstance(data.configurations, dict) else None
    given = configurations_in(said, VENDORS.get(row.vendor), problems) if said else None
    problems.check(data.name is msgspec.UNSET or bool(str(data.name).strip()), "name", "must not be empty")
    adjustments = data.pricing_adjustments
    problems.add(wrong_with_adjustments(adjustments if isinstance(adjustments, PricingAdjustments) else None))
    problems.settle()
    if adjustments is not msgspec.UNSET:
        row.pricing_adjustments = kept_adjustments(adjustments)
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.description is not msgspec.UNSET:
        row.description = data.description
    if data.allow_all_models is not msgspec.UNSET:
        row.allow_all_models = data.allow_all_models
    if data.key is not msgspec.UNSET:
        seal_key(row, data.key, vault)
        let_refer(row, data.key, caller)
    if data.configurations is not msgspec.UNSET:
        before = configurations_of(row, vault)
        let_settings_refer(given, before, caller)
        seal_configurations(row, kept(given, before) if given else None, vault)
    row.updated_at_ms = now_ms()


def wrong_with_adjustments(said: PricingAdjustments | None) -> Iterator[tuple[str, str]]:
    """Multipliers that are none."""
    yield from wrong_with_multipliers(said.multiplier or {} if said else {}, "pricing_adjustments.multiplier")


def wrong_with_multipliers(said: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """Of one level; `image` and `additional_units` have one below."""
    for name, value in said.items():
        if isinstance(value, dict):
            yield from wrong_with_multipliers(value, f"{place}.{name[:60]}")
        elif value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield f"{place}.{name[:60]}", "must be a number"
        elif value is not None and not 0 <= value <= MOST:
            yield f"{place}.{name[:60]}", f"must be from 0 to {MOST}"


def kept_adjustments(said: PricingAdjustments | msgspec.UnsetType | None) -> str | None:
    """Adjustments as the store has them."""
    return msgspec.json.encode(said).decode() if isinstance(said, PricingAdjustments) and said.multiplier else None
