"""Every route that speed is not the point of, under Litestar, and the one place where their errors are spelled."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ControllerRouterHandler, Receive, Scope, Send
from sqlalchemy.exc import OperationalError

from gateway.api.admin.alerts import AlertsController
from gateway.api.admin.api_keys import ApiKeysController
from gateway.api.admin.audit import AuditController
from gateway.api.admin.config_checks import ConfigChecksController
from gateway.api.admin.config_versions import ConfigVersionsController
from gateway.api.admin.configs import ConfigsController
from gateway.api.admin.door import MOST_TOLD, PLANT, plant_of
from gateway.api.admin.events import EventsController
from gateway.api.admin.explain import ExplainController
from gateway.api.admin.exports import ExportsController
from gateway.api.admin.feedback import FeedbackController
from gateway.api.admin.graphs import GraphsController
from gateway.api.admin.groups import GroupsController
from gateway.api.admin.integration_models import IntegrationModelsController
from gateway.api.admin.integration_workspaces import IntegrationWorkspacesController
from gateway.api.admin.integrations import IntegrationsController
from gateway.api.admin.invites import InvitesController
from gateway.api.admin.limits import LimitsController
from gateway.api.admin.logs import LogsController
from gateway.api.admin.members import MembersController
from gateway.api.admin.notifications import NotificationsController
from gateway.api.admin.observe import ObserveController
from gateway.api.admin.organisation import OrganisationController
from gateway.api.admin.otel import OtelController
from gateway.api.admin.own_key import OwnKeyController
from gateway.api.admin.policies import PoliciesController
from gateway.api.admin.pricing import PricingController
from gateway.api.admin.providers import ProvidersController
from gateway.api.admin.repricing import RepricingController
from gateway.api.admin.saved_filters import SavedFiltersController
from gateway.api.admin.settings import SettingsController
from gateway.api.admin.summary import SummaryController
from gateway.api.admin.traces import TracesController
from gateway.api.admin.users import UsersController
from gateway.api.admin.virtual_keys import VirtualKeysController
from gateway.api.admin.workspaces import WorkspacesController
from gateway.api.asgi import CLOSING, spelled_headers
from gateway.api.openai.document import documented
from gateway.api.openai.models import list_models, one_model
from gateway.errors import (
    BadRequest,
    Broken,
    Forbidden,
    GatewayError,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
)
from gateway.plant import Plant, busy

if TYPE_CHECKING:
    from gateway.api.asgi import Door

log = logging.getLogger("tollhouse")
UNREAD = (Unauthenticated, Forbidden, NotFound, MethodNotAllowed, TooLarge)
"""Refusals that may come before the body was read."""
AnyRequest = Request[Any, Any, State]
LONGEST = 300
"""Characters of what is said of one field."""


@get("/", include_in_schema=False, media_type=MediaType.TEXT, sync_to_thread=False)
def greeting() -> str:
    """Says what this is to whoever opens the address in a browser."""
    return "Tollhouse, an AI gateway. Applications send requests to /v1; /v1/health says how it is.\n"


@get("/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: AnyRequest) -> dict[str, Any]:
    """The whole API as an OpenAPI document."""
    return documented(request.app.openapi_schema.to_schema())


ROUTES: tuple[ControllerRouterHandler, ...] = (
    greeting,
    openapi,
    list_models,
    one_model,
    ObserveController,
    AlertsController,
    IntegrationsController,
    IntegrationModelsController,
    WorkspacesController,
    UsersController,
    OrganisationController,
    MembersController,
    InvitesController,
    IntegrationWorkspacesController,
    ProvidersController,
    VirtualKeysController,
    PoliciesController,
    LimitsController,
    ApiKeysController,
    OwnKeyController,
    SettingsController,
    AuditController,
    ConfigsController,
    ConfigChecksController,
    ConfigVersionsController,
    ExplainController,
    LogsController,
    OtelController,
    SavedFiltersController,
    TracesController,
    FeedbackController,
    ExportsController,
    RepricingController,
    GraphsController,
    SummaryController,
    GroupsController,
    NotificationsController,
    EventsController,
    PricingController,
)


def around(plant: Plant) -> Door:
    """The routes, each request of which brings the plant along."""
    routes = framework(plant.version)

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        cast("dict[str, Any]", scope)[PLANT] = plant
        await routes(scope, receive, send)

    return enter


IN_LIST = re.compile(r" - at `\$\.data(\[.+)`$")
"""Where msgspec found a body that is a list to be wrong."""


class Routes(Litestar):
    """Litestar without its plugins for other kinds of models: ours are msgspec's, and those load three megabytes."""

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


class AdminRequest(AnyRequest):
    """A request whose body may be anything: what is no JSON is the caller's fault, however it is not."""

    async def json(self) -> Any:
        """What the body says. Raises BadRequest, and ValidationException where the framework finds it is no JSON."""
        try:
            return await super().json()
        except UnicodeDecodeError as error:
            raise BadRequest(f"The body is not valid JSON: {error}.") from error
        except RecursionError as error:
            raise BadRequest("The body is not valid JSON: it is nested too deeply.") from error


@lru_cache(maxsize=1)
def framework(version: str) -> Litestar:
    """Every route; putting them together takes long, and one lot of them does for all plants of a process."""
    return Routes(
        route_handlers=ROUTES,
        request_class=AdminRequest,
        dependencies={"plant": Provide(plant_of, sync_to_thread=False)},
        exception_handlers={
            GatewayError: spell,
            ValidationException: spell_validation,
            HTTPException: spell_http,
            OperationalError: spell_database,
            Exception: spell_bug,
        },
        openapi_config=OpenAPIConfig(title="Tollhouse", version=version, path="/v1/openapi"),
        logging_config=None,
    )


def spell(request: AnyRequest, error: GatewayError) -> Response[bytes]:
    """An error as every client of ours reads it."""
    last = [CLOSING] if request.method in ("POST", "PUT", "PATCH") and isinstance(error, UNREAD) else []
    headers = {name.decode(): value.decode("latin-1") for name, value in [*spelled_headers(error), *last]}
    return Response(msgspec.json.encode(error.body()), status_code=error.status, headers=headers)


def spell_validation(request: AnyRequest, error: ValidationException) -> Response[bytes]:
    """Everything that is wrong with the shape of an admin request."""
    problems = error.extra if isinstance(error.extra, list) else []
    fields = [
        (str(each.get("key") or "")[:LONGEST], str(each.get("message") or ""))
        for each in problems[:MOST_TOLD]
        if isinstance(each, dict)
    ]
    if len(fields) == 1 and (place := IN_LIST.search(str(error.__cause__))):  # of a list the framework names no item
        fields = [(place[1], fields[0][1])]
    told = " ".join(f"`{key}`: {cut(what)}." if key else f"{cut(what)}." for key, what in fields)
    message = told or cut(str(error.detail))
    return spell(request, BadRequest(message, param=next((key for key, _ in fields if key), None)))


def cut(text: str) -> str:
    """What is said of a field, without all of a long value that may be in it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def spell_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """The framework's own refusals."""
    where = f"{request.method} {request.scope['path'][:200]}"
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return spell(
                request, NotFound(f"Tollhouse has nothing at {where}; its API is described at /v1/openapi.json.")
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return spell(request, MethodNotAllowed(f"Tollhouse does not take {where}; see /v1/openapi.json."))
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return spell(request, TooLarge(f"The body is too large for {where}."))
        case status if status < 500:
            return spell(request, BadRequest(str(error.detail)))
    return spell_bug(request, error)


def spell_database(request: AnyRequest, error: OperationalError) -> Response[bytes]:
    """A database that is locked, full or gone."""
    return spell(request, busy(error))


def spell_bug(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of our own: the operator finds it in the gateway's output."""
    log.error("%s %s failed", request.method, request.scope["path"], exc_info=error)
    return spell(
        request, Broken(f"Tollhouse failed by a fault of its own ({type(error).__name__}); its output says more.")
    )
