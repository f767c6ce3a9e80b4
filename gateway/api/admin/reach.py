"""How far a key reaches: a workspace's sees and changes what is the workspace's, an organisation's everything.

Nobody gives, or takes over, more than they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

from litestar.params import QueryParameter

from gateway.errors import BadRequest, Forbidden, NotFound
from store.ids import Slug

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.snapshot import Snapshot

Row = TypeVar("Row")
InWorkspace = Annotated[str | None, QueryParameter(name="workspace_id")]
"""A list's filter; a key of a workspace sees that one's anyhow."""


def require(caller: Caller, scope: str) -> None:
    """Raises Forbidden that names the scope."""
    if scope not in caller.scopes:
        raise Forbidden(f"Tollhouse: the API key `{caller.name}` lacks the scope `{scope}`; the operator can add it.")


def refuse_raising(caller: Caller, scopes: Collection[str], param: str = "scopes") -> None:
    """Nobody hands out, or takes over, more than they hold. Raises Forbidden that names the first scope."""
    if beyond := sorted(set(scopes) - caller.scopes):
        raise Forbidden(f"Your key does not hold `{beyond[0]}`, so it cannot give it to another.", param=param)


def reached(row: Row | None, workspace: str | None, caller: Caller, what: str, name: str) -> Row:
    """The row, if there is one that the caller may know of. Raises NotFound."""
    if row is None or not caller.sees(workspace):
        raise NotFound(f"There is no {what} `{name}`.")
    return row


def workspace_for(wanted: str | None, caller: Caller, snapshot: Snapshot) -> Slug:
    """The workspace that something is to belong to; where none is said, the caller's. Raises BadRequest."""
    if wanted is None:
        return caller.workspace
    found = snapshot.workspace(wanted)
    if found is None or not caller.sees(found.slug):
        raise BadRequest(f"`workspace_id`: there is no workspace `{wanted[:60]}`.", param="workspace_id")
    return found.slug


def narrowed(
    rows: Iterable[Row], of: Callable[[Row], str | None], wanted: str | None, caller: Caller, snapshot: Snapshot
) -> Sequence[Row]:
    """Those rows of a list that the caller may see, and asked for. Raises BadRequest."""
    only = workspace_for(wanted, caller, snapshot) if wanted is not None else None
    return [row for row in rows if caller.sees(of(row)) and only in (None, of(row))]
