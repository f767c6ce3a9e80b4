"""`POST /v1/configs/explain`: what a config makes of a request, told without asking anybody."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.params import JSONBody

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.api.asgi import AsgiClient
from gateway.api.dialects import DIALECTS
from gateway.api.relay import METHODS, Relay
from gateway.configs.schema import object_in, refuse, warnings
from gateway.configs.survey import survey
from gateway.domain import Call, Caller
from gateway.errors import BadRequest
from gateway.explaining.explain import explain
from gateway.explaining.explanation import Explanation
from gateway.headers import MASK
from gateway.metadata import filed
from gateway.plant import Plant
from store.ids import LogId, TraceId, new_id

Json = dict[str, Any]
BY_PATH = {f"/v1/{function.value}": dialect for function, dialect in DIALECTS.items()}


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request that nobody makes, and the config that is to rule it."""

    request: Json
    """The body."""
    config: Json | str | None = None
    """An object, or the slug of a saved one, `pc-…`; null: whatever would rule a request with this key."""
    path: str = "/v1/chat/completions"
    method: str = "POST"
    metadata: dict[str, str | int | float | bool | None] = {}
    headers: dict[str, str] = {}
    """Those that the client would send, such as `x-portkey-provider`; a vendor's key goes in `authorization`."""

    def sent(self) -> dict[str, str]:
        """The headers, with those that the other fields stand for."""
        found = {"x-portkey-api-key": MASK} | {name.lower(): value for name, value in self.headers.items()}
        if self.config is not None:
            is_text = isinstance(self.config, str)
            found["x-portkey-config"] = str(self.config) if is_text else msgspec.json.encode(self.config).decode()
        if self.metadata:
            found["x-portkey-metadata"] = msgspec.json.encode(self.metadata).decode()
        return found


class ExplainController(Controller):
    """Explanations."""

    path = "/v1/configs/explain"
    tags = ("Configs",)

    @post(guards=needs("configs.read"), status_code=200, summary="Explain a config")
    async def explain(
        self, request: Request[None, None, State], plant: PlantHere, data: JSONBody[Question]
    ) -> Explanation:
        """The attempts a request would lead to, in order, and what each target would be sent; nobody is asked."""
        odd = oddities(data.config, plant, caller_of(request))
        await plant.prices.ready.wait()
        call = call_for(data, request)
        call.caller = caller_of(request)
        call.request = call.dialect.read(call.body, call.headers)
        call.metadata = filed(call, call.caller)
        return msgspec.structs.replace(explain(call, plant), warnings=odd)


def oddities(config: Json | str | None, plant: Plant, caller: Caller) -> list[str]:
    """What is odd about a config that is not saved yet. Raises BadConfig with everything that is wrong."""
    if config is None or (isinstance(config, str) and config.startswith("pc-")):
        return []
    known = plant.snapshot.known_in(None if caller.is_organisation else caller.workspace)
    faults = list(survey(object_in(config), known))
    refuse(fault.below("config") for fault in faults)
    return warnings(faults)


def call_for(data: Question, request: Request[None, None, State]) -> Call:
    """The call that the question is about. Raises BadRequest."""
    path = data.path.partition("?")[0]
    if not path.startswith("/v1/"):
        raise BadRequest("`path` must begin with `/v1/`.", param="path")
    if data.method not in METHODS:
        raise BadRequest(f"`method` must be one of: {', '.join(METHODS)}.", param="method")
    dialect, log_id = BY_PATH.get(path) or Relay(), new_id()
    return Call(
        id=LogId(log_id),
        method=data.method,
        path=path,
        path_below=data.path.removeprefix("/v1/"),
        headers=data.sent(),
        client_address=None,
        dialect=dialect,
        client=AsgiClient(request.receive, request.send, limit=0, spell=dialect.refusal),
        trace_id=TraceId(log_id),
        body=msgspec.json.encode(data.request),
    )
