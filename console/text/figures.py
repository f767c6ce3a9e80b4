"""Numbers as an operator reads them: short, aligned, with their unit."""

from datetime import UTC, datetime, tzinfo

NONE = "–"
"""Stands where there is no number; never 0, which would be a claim."""


def short_count(count: float | None) -> str:
    """`812`, `4.1k`, `2.1M`."""
    if count is None:
        return NONE
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{scaled(count / size)}{unit}"
    return scaled(count) if count != int(count) else str(int(count))


def exact_count(count: int | None) -> str:
    """`4,123`: where it is gone through, not glanced at."""
    return NONE if count is None else f"{count:,}"


def scaled(number: float) -> str:
    """Two significant places below ten, none from there."""
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def short_duration(milliseconds: float | None) -> str:
    """`2ms`, `310ms`, `2.1s`, `3m10s`."""
    if milliseconds is None:
        return NONE
    if milliseconds < 999.5:
        return f"{milliseconds:.0f}ms" if milliseconds >= 0.95 else f"{milliseconds:.1f}ms"
    seconds = milliseconds / 1000
    if seconds < 99.5:
        return f"{scaled(seconds)}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m{rest:02d}s"


def short_uptime(seconds: float) -> str:
    """`42s`, `12m`, `5h`, `12d`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds:.0f}s"


def short_dollars(nanodollars: int | None) -> str:
    """`$18.42`, `$0.0041`, `$0.00003`: most requests cost less than a cent; eight characters below 1,000 dollars."""
    if nanodollars is None:
        return NONE
    dollars = nanodollars / 1e9
    if dollars == 0 or dollars >= 0.995:
        return f"${dollars:,.2f}"
    if dollars >= 0.001:
        return f"${dollars:.4f}"
    return f"${dollars:.5f}" if dollars >= 0.00001 else "<$.00001"


def exact_dollars(nanodollars: int | None) -> str:
    """`$0.000004950`, `$18.42`: to the nanodollar, where a bill is gone through line by line."""
    if nanodollars is None:
        return NONE
    dollars, rest = divmod(nanodollars, 1_000_000_000)
    places = f"{rest:09d}".rstrip("0")
    return f"${dollars:,}.{places:0<2}"


def short_percent(share: float | None) -> str:
    """`0.3%`, `12%`, of a share in percent; a little is never shown as nothing."""
    if share is None:
        return NONE
    if 0 < share < 0.05:
        return "<0.1%"
    return f"{share:.0f}%" if share >= 9.95 or share == int(share) else f"{share:.1f}%"


def day_ahead(moment: datetime, now: datetime, zone: tzinfo | None) -> str:
    """`today 14:02`, `Thu 26 Nov`, `2027-03-01`: when something will happen, as exactly as one can act on it."""
    then, today = moment.astimezone(zone), now.astimezone(zone)
    if then.date() == today.date():
        return f"today {then:%H:%M}"
    return f"{then:%a} {then.day} {then:%b}" if (then - today).days < 300 else f"{then:%Y-%m-%d}"


def clock_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """`14:02:11.204` in the operator's own time zone."""
    return NONE if moment is None else moment.astimezone(zone).strftime("%H:%M:%S.%f")[:-3]


def day_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """`2026-11-24 14:02`, for what happened on another day."""
    return NONE if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def second_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """`2026-11-24 14:02:11`, for what is looked up elsewhere by its time."""
    return NONE if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def instant(text: str | None) -> datetime | None:
    """An ISO 8601 instant as aware UTC; None for nothing or for what is not one."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
