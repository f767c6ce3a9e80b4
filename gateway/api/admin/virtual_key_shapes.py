"""The shapes of `/v1/virtual-keys`. Source: portkey.ai, OpenAPI document, virtual keys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.api.admin.integration_shapes import IntegrationChange, NewIntegration

if TYPE_CHECKING:
    from gateway.api.admin.providers import Provider
    from store.catalog.integrations import IntegrationRow


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What some vendors want beside a key, by an integration's names and a virtual key's."""

    azure_resource_name: str | None = msgspec.field(name="resourceName", default=None)
    azure_deployment_id: str | None = msgspec.field(name="deploymentName", default=None)
    azure_api_version: str | None = msgspec.field(name="apiVersion", default=None)
    azure_deployments: list[dict[str, Any]] | None = msgspec.field(name="deploymentConfig", default=None)
    aws_access_key_id: str | None = msgspec.field(name="awsAccessKeyId", default=None)
    aws_secret_access_key: str | None = msgspec.field(name="awsSecretAccessKey", default=None)
    aws_region: str | None = msgspec.field(name="awsRegion", default=None)
    vertex_project_id: str | None = msgspec.field(name="vertexProjectId", default=None)
    vertex_region: str | None = msgspec.field(name="vertexRegion", default=None)
    workers_ai_account_id: str | None = msgspec.field(name="workersAiAccountId", default=None)

    def configurations(self) -> dict[str, Any] | None:
        """Those that are said, as an integration's."""
        names = Settings.__struct_fields__
        return {name: value for name in names if (value := getattr(self, name)) is not None} or None


SPELLED = {
    "ai_provider_id": "provider",
    **{f"configurations.{each.name}": each.encode_name for each in msgspec.structs.fields(Settings)},
}
"""An integration's fields, by a virtual key's names."""


class NewVirtualKey(Settings, frozen=True, kw_only=True):
    """What it takes to make one."""

    name: str
    provider: str
    key: str | None = None
    slug: str | None = None
    note: str | None = None
    workspace_id: str | None = None
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    expires_at: datetime | None = None

    def integration(self) -> NewIntegration:
        """The account behind it."""
        return NewIntegration(
            name=self.name, ai_provider_id=self.provider, key=self.key, configurations=self.configurations()
        )


class VirtualKeyChange(Settings, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    limits_version: str | None = None
    """Which limits the change was made from; where others hold by now, it is refused."""
    reset_usage: bool = False
    """Let every budget begin anew."""

    def integration(self) -> IntegrationChange | None:
        """What changes of the account behind it."""
        found = self.configurations()
        if self.key is msgspec.UNSET and found is None:
            return None
        return IntegrationChange(key=self.key, configurations=found or msgspec.UNSET)


class VirtualKeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """It is made: told as Portkey's document has it (`data.slug`), and as its packages read it (`slug`)."""

    id: str
    slug: str
    data: dict[str, str]
    success: bool = True
    object: str = "virtual-key"


class VirtualKey(msgspec.Struct, frozen=True, kw_only=True):
    """One virtual key; the key itself is masked."""

    id: str
    slug: str
    name: str
    note: str | None
    status: str
    """`active`, `exhausted` or `expired`."""
    provider: str
    """The vendor."""
    key: str | None
    workspace_id: str
    integration_id: str
    created_at: datetime | None
    expires_at: datetime | None
    usage_limits: Any
    rate_limits: Any
    limits_version: str
    """What a change of them may be made from."""
    model_config: dict[str, Any]
    """What the vendor wants beside a key."""
    reset_usage: int | None = None
    secret_mappings: list[dict[str, Any]] = []
    object: str = "virtual-key"


class VirtualKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[VirtualKey]
    object: str = "list"


def virtual_key(provider: Provider, account: IntegrationRow, settings: dict[str, Any]) -> VirtualKey:
    """A provider and its account as one."""
    return VirtualKey(
        id=provider.id,
        slug=provider.slug,
        name=provider.name,
        note=provider.note,
        status=provider.status,
        provider=account.vendor,
        key=account.masked_key,
        workspace_id=provider.workspace_id,
        integration_id=account.slug,
        created_at=provider.created_at,
        expires_at=provider.expires_at,
        usage_limits=provider.usage_limits,
        rate_limits=provider.rate_limits,
        limits_version=provider.limits_version,
        model_config=settings,
    )
