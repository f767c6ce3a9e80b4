"""Stage 2: which config rules a request, and the attempts that come of it.

Precedence (Portkey's): the header's config, the API key's, the workspace's; without any, the request says it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gateway.configs.conditions import Context
from gateway.configs.nodes import Config, Leaf
from gateway.errors import BadRequest, Broken, NotFound
from gateway.routing.plan import Planner, Step
from gateway.routing.sight import Sight

if TYPE_CHECKING:
    from gateway.configs.nodes import Node
    from gateway.domain import Call, Caller
    from gateway.plant import Plant
    from gateway.snapshot import Snapshot

Plans = TypeVar("Plans", bound=Planner)
ALONE = [Step(Leaf())]
"""What a request without a config comes to: whatever it names itself."""


def resolve(call: Call, plant: Plant) -> list[Step]:
    """The attempts that may come, in order. Raises BadRequest, BadConfig and NotFound."""
    root = root_for(call, plant)
    if root is None:
        return ALONE
    return [Step(root)] if isinstance(root, Leaf) else planner(call, plant, Planner).plan(root)


def root_for(call: Call, plant: Plant) -> Node | None:
    """The tree of the config that rules a request, if one does. Raises BadRequest, BadConfig and NotFound."""
    config = config_of(call, plant.snapshot)
    if config is None:
        return None
    call.config_slug, call.config_mark = config.slug, mark_of(config, call)
    if config.trouble is not None:
        raise Broken(f"Tollhouse: config `{config.slug}` cannot be used: {config.trouble}")
    return config.root


def planner(call: Call, plant: Plant, kind: type[Plans]) -> Plans:
    """What lays out the attempts of a request."""
    assert call.request is not None, "a request is read before it is resolved"
    context = Context(call.metadata, call.request.fields, call.path)
    sight = Sight(call, plant)
    return kind(sight, context, sight.is_open, sight.kept)


def mark_of(config: Config, call: Call) -> str:
    """What tells a config from all others, and its versions from each other."""
    if config.slug is not None:
        return f"{config.slug}@{config.version_id}"
    return f"#{hash(call.headers['x-portkey-config']):x}"


def config_of(call: Call, snapshot: Snapshot) -> Config | None:
    """The config that rules a request. Raises BadRequest, BadConfig and NotFound."""
    sent, caller = call.headers.get("x-portkey-config"), call.caller
    assert caller is not None, "a request is authenticated before it is resolved"
    if sent:
        if caller.config is not None and not caller.allow_config_override:
            raise BadRequest("Cannot override default config set for this API key.", param="x-portkey-config")
        return saved(sent, caller, snapshot) if sent.startswith("pc-") else snapshot.inline(sent, caller)
    if caller.config is not None:
        return saved(caller.config, caller, snapshot)
    usual = snapshot.saved.defaults.get(caller.workspace)
    return saved(usual, caller, snapshot) if usual is not None else None


def saved(slug: str, caller: Caller, snapshot: Snapshot) -> Config:
    """A config by its slug; another workspace's is not there. Raises NotFound."""
    config = snapshot.config(slug, caller)
    if config is None:
        raise NotFound(f"Tollhouse: there is no config `{slug}`.", param="x-portkey-config")
    return config
