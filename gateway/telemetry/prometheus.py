"""`GET /metrics`, as text. Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, cast

import msgspec

from gateway.api.asgi import CLOSING, answer, spelled_headers
from gateway.authenticate import authenticate, presented
from gateway.errors import Forbidden, GatewayError, MethodNotAllowed
from gateway.telemetry.gauges import readings
from gateway.telemetry.names import INSTRUMENTS, Instrument

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant
    from gateway.telemetry.meters import Histogram, Labels

KIND = b"text/plain; version=0.0.4; charset=utf-8"
SCOPES = ("analytics.view", "logs.list")
NEAR = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What a reverse proxy on this machine says: then a stranger may stand behind 127.0.0.1."""
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def metrics(plant: Plant) -> Door:
    """The route: for keys of the organisation that may see numbers, or with `metrics_open` for this machine."""

    async def look(scope: Scope, _: Receive, send: Send) -> None:
        try:
            admit(cast("HTTPScope", scope), plant)
        except GatewayError as error:
            headers = [*spelled_headers(error), CLOSING]
            return await answer(send, error.status, headers, msgspec.json.encode(error.body()))
        said = exposed(plant).encode()
        await answer(send, 200, [(b"content-type", KIND), (b"cache-control", b"no-store")], said)

    return look


def admit(scope: HTTPScope, plant: Plant) -> None:
    """Raises MethodNotAllowed, Unauthenticated and Forbidden."""
    if scope["method"] != "GET":
        raise MethodNotAllowed("Tollhouse: /metrics is asked for with GET.")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    client = scope["client"]
    is_near = client is not None and client[0] in NEAR and not any(name in headers for name in FORWARDED)
    if plant.settings.metrics_open == "on" and is_near and presented(headers) is None:
        return
    if not authenticate(headers, plant.snapshot, *SCOPES).is_organisation:
        raise Forbidden("Tollhouse: /metrics is about every workspace; it takes a key of the organisation.")


def exposed(plant: Plant) -> str:
    """Every metric there is something to say of."""
    lines: list[str] = []
    meters = plant.meters
    for name, series in meters.counters.items():
        labels = (*INSTRUMENTS[name].labels, *meters.more_labels.get(name, ()))
        lines += family(INSTRUMENTS[name], (plain(INSTRUMENTS[name], labels, row) for row in sorted(series.items())))
    for name, found in meters.histograms.items():
        rows = (line for row in sorted(found.items(), key=itemgetter(0)) for line in spread(INSTRUMENTS[name], *row))
        lines += family(INSTRUMENTS[name], rows)
    for name, group in groupby(sorted(readings(plant), key=itemgetter(0)), key=itemgetter(0)):
        each = INSTRUMENTS[name]
        lines += family(each, (plain(each, each.labels, (values, number)) for _, values, number in group))
    return "\n".join(lines) + "\n"


def family(instrument: Instrument, rows: Iterable[str]) -> Iterator[str]:
    """A metric with what it says of itself."""
    name = instrument.prometheus
    yield f"# HELP {name} {instrument.says}"
    yield f"# TYPE {name} {instrument.kind}"
    yield from rows


def plain(instrument: Instrument, labels: Labels, row: tuple[Labels, float]) -> str:
    """A series of one number."""
    return f"{instrument.prometheus}{labelled(labels, row[0])} {number(row[1])}"


def spread(instrument: Instrument, values: Labels, found: Histogram) -> Iterator[str]:
    """A series of a histogram; its buckets count what is below them too."""
    name, labels = instrument.prometheus, instrument.labels
    edges = (*(number(bound) for bound in instrument.bounds), "+Inf")
    for edge, count in zip(edges, accumulate(found.counts), strict=True):
        yield f"{name}_bucket{labelled((*labels, 'le'), (*values, edge))} {count}"
    yield f"{name}_sum{labelled(labels, values)} {number(found.total)}"
    yield f"{name}_count{labelled(labels, values)} {sum(found.counts)}"


def labelled(names: Labels, values: Labels) -> str:
    """Labels with their values, in braces."""
    said = ",".join(f'{name}="{value.translate(ESCAPES)}"' for name, value in zip(names, values, strict=True))
    return f"{{{said}}}" if said else ""


def number(value: float) -> str:
    """A number without needless digits."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
