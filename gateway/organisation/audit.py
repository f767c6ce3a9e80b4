"""Who changes what: each change of the catalog, the keys and the rest is written into the audit log with itself.

The door of the admin API says who asks; SQLite's triggers say what became of it (`store.audit.changes`); both meet in
`Plant.change`, in one transaction. Whoever changes something past a door does it in the gateway's own name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.exc import OperationalError

from gateway.authenticate import presented
from store.audit.changes import Change, as_json, seen
from store.audit.trail import HEAD, Entry, append
from store.facts import fact
from store.ids import new_id

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Message, Receive, Scope, Send
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.api.asgi import Door
    from gateway.domain import Caller
    from gateway.plant import Plant
    from store.database import Database
    from store.secrets.vault import Vault

ACTIONS = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
"""Methods that may change something, and what they do."""
VERBS = frozenset({"rotate", "raise", "reset", "resend", "accept", "duplicate", "copy", "publish", "export", "test"})
"""Last words of a path that say it better."""
MOST_CHANGES = 200
"""Rows told of one change; of more, such as a vendor's whole list of models, only how many."""
OURSELVES = "tollhouse"
REFUSED_SECONDS = 60.0
"""A key that tries the same in vain is written down once in so long, or anybody could fill the disk."""
MOST_REFUSED = 10_000


@dataclass(slots=True)
class Act:
    """A request that may change something."""

    scope: HTTPScope
    headers: dict[str, str]
    caller: Caller | None
    request_id: str
    is_over: bool = False
    """What it began may go on by itself, in a task that still knows of it."""

    @property
    def words(self) -> list[str]:
        """The path's own words, without what stands for a name."""
        template = str(self.scope.get("path_template") or self.scope["path"])
        return [word for word in template.split("/") if word and word not in ("v1", "admin") and "{" not in word]

    @property
    def action(self) -> str:
        """What is done."""
        last = self.words[-1] if self.words else ""
        return last if last in VERBS else ACTIONS[self.scope["method"]]

    @property
    def resource_type(self) -> str:
        """To what kind of thing: `integrations`, `workspace_users`."""
        *owners, last = [word.replace("-", "_") for word in self.words if word not in VERBS] or ["unknown"]
        return "_".join([*(owner.removesuffix("s") for owner in owners), last])

    def resource_id(self, changes: list[Change]) -> str | None:
        """To which: the name in the path, or of what is new its id."""
        if self.action == "create" and changes:
            return changes[0].id
        names = list(dict(self.scope.get("path_params") or {}).values())
        return str(names[-1]) if names else changes[0].id if changes else None

    @property
    def status(self) -> int:
        """The answer's, if nothing goes wrong any more."""
        return int(getattr(self.scope.get("route_handler"), "status_code", 200))


ACT: ContextVar[Act | str | None] = ContextVar("act", default=None)
"""The request that is served; or what the gateway does by itself."""


@contextmanager
def by_itself(action: str) -> Iterator[None]:
    """Changes in this block are the gateway's own, and an action of this name."""
    token = ACT.set(action)
    try:
        yield
    finally:
        ACT.reset(token)


def audited(door: Door, plant: Plant) -> Door:
    """A door whose changes are known by who makes them, and whose refusals (403) are written down."""
    refused: dict[tuple[str, ...], float] = {}

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") not in ACTIONS:
            return await door(scope, receive, send)
        act = act_of(cast("HTTPScope", scope), plant)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 403 and is_new(act, refused):
                    await note_refused(act, plant)
                message["headers"] = [*message["headers"], (b"x-request-id", act.request_id.encode())]
            await send(message)

        token = ACT.set(act)
        try:
            await door(scope, receive, told)
        finally:
            act.is_over = True
            ACT.reset(token)

    return enter


def act_of(scope: HTTPScope, plant: Plant) -> Act:
    """A request as far as its headers say."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    secret = presented(headers)
    caller = plant.snapshot.callers.get(plant.snapshot.hash_key(secret)) if secret else None
    return Act(scope, headers, caller, new_id())


def is_new(act: Act, refused: dict[tuple[str, ...], float]) -> bool:
    """Whether a known key was not refused the same a moment ago."""
    if act.caller is None:
        return False
    what, now = (act.caller.key_id, act.action, act.resource_type), time.monotonic()
    if len(refused) > MOST_REFUSED:
        refused.clear()
    if now - refused.get(what, -REFUSED_SECONDS) < REFUSED_SECONDS:
        return False
    refused[what] = now
    return True


async def note_refused(act: Act, plant: Plant) -> None:
    """Write down that somebody tried; a database that is busy is no reason to answer something else."""
    async with plant.changing:
        try:
            async with plant.database.session() as session:
                await append(session, entry_of(act, [], 403), plant.vault)
                await session.commit()
        except OperationalError:
            return


async def note_changes(session: AsyncSession, vault: Vault) -> list[Change]:
    """Write down what the transaction has changed, if anything, by whom."""
    if changes := await seen(session):
        await append(session, entry_for(ACT.get(), changes), vault)
    return changes


async def begin_audit(database: Database, vault: Vault) -> None:
    """Give the log its first row: one without a head was cut off."""
    async with database.session() as session:
        if await fact(session, HEAD) is None:
            await append(session, own_entry("begin", []), vault)
            await session.commit()


def entry_for(act: Act | str | None, changes: list[Change]) -> Entry:
    """The entry of whoever is at work."""
    if isinstance(act, Act):
        return own_entry(None, changes) if act.is_over else entry_of(act, changes, act.status)
    return own_entry(act, changes)


def entry_of(act: Act, changes: list[Change], status: int) -> Entry:
    """A request's entry."""
    client, caller = act.scope["client"], act.caller
    user: Any = getattr(caller, "user_id", None)
    return Entry(
        at_ms=time.time_ns() // 1_000_000,
        actor_id=caller.key_id if caller else "unknown",
        actor_name=caller.name if caller else "unknown",
        user_type="user" if user else "api_key",
        user_id=user,
        workspace=caller.workspace if caller else None,
        client_ip=(client[0] or None) if client else None,  # a Unix socket has no address
        user_agent=act.headers.get("user-agent"),
        method=act.scope["method"],
        uri=act.scope["path"],
        query=act.scope["query_string"].decode("latin-1"),
        request_id=act.request_id,
        resource_type=act.resource_type,
        resource_id=act.resource_id(changes),
        action=act.action,
        status=status,
        changes=as_json(changes, MOST_CHANGES),
    )


def own_entry(
    action: str | None, changes: list[Change], *, user_type: str = "gateway", resource_type: str = "audit"
) -> Entry:
    """An entry of what the gateway did by itself, or a command on its machine."""
    first = changes[0] if changes else None
    return Entry(
        at_ms=time.time_ns() // 1_000_000,
        actor_id=OURSELVES,
        actor_name=OURSELVES,
        user_type=user_type,
        request_id=new_id(),
        resource_type=first.table if first else resource_type,
        resource_id=first.id if first else None,
        action=action or (first.action if first else "begin"),
        status=200,
        changes=as_json(changes, MOST_CHANGES),
    )
