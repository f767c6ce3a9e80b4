"""Settings and doctor."""

from __future__ import annotations

from console.memory import Memory
from console.preferences import Context, Preferences
from tests.console.driving import console_of, operating, until_seen
from tests.console.people_samples import company
from tests.console.test_commands import jump


async def test_gateways_settings_say_where_they_are_from() -> None:
    """Each setting has its value and its source; Enter says what it does, what it accepts and how it is set."""
    async with operating(company()) as pilot:
        await jump(pilot, "settings")
        await until_seen(pilot, "Gateway 3", "keep_bodies_days", "line 2 of", "th-o…ests")

        await pilot.press("j", "enter")

        await until_seen(
            pilot,
            "What keep_bodies_days is for.",
            "from     line 2 of /srv/tollhouse/tollhouse.toml",
            "default  30",
            "accepts  any text",
            "TOLLHOUSE_KEEP_BODIES_DAYS, keep_bodies_days = … in tollhouse.toml",
        )


async def test_consoles_own_settings() -> None:
    """The console says its gateway, key, theme, contexts and moved keys, with where each is from."""
    contexts = {"lab": Context("lab", "http://lab.test", "key", "th-lab-secret")}
    said = Preferences(keymap={"logs.pause": "p"}, contexts=contexts)
    app = console_of(company(), preferences=said, context="prod", memory=Memory())
    async with app.run_test(size=(120, 36)) as pilot:
        await until_seen(pilot, "● prod")
        await jump(pilot, "settings")
        await pilot.press("right")

        await until_seen(
            pilot, "http://gateway.test", "context `prod`", "context lab", "key logs.pause", "dark", "usually Space"
        )


async def test_doctor_has_the_gravest_first_with_what_mends_it() -> None:
    """`:doctor` shows the gateway's findings and the terminal's own, the gravest first; Enter says what mends it."""
    async with operating(company()) as pilot:
        await jump(pilot, "doctor")
        await until_seen(pilot, "● log writer", "The log is written", "Python 3.", "120 columns and 36 rows")

        await pilot.press("g", "enter")

        await until_seen(pilot, "✖ 0.0 GB free on the disk of /srv", "→ Free some space before the log fills it.")


async def test_key_that_may_not_ask_still_sees_its_own_terminal() -> None:
    """Where the gateway refuses its part, that is a finding, and the local ones stand beside it."""
    gateway = company()
    gateway.refuses_to_show["/v1/doctor"] = "the API key `x` lacks the scope `organisation_settings.read`"
    async with operating(gateway) as pilot:
        await jump(pilot, "doctor")

        await until_seen(pilot, "▲ gateway", "lacks the scope `organisation_settings.read`", "120 columns and 36 rows")
