"""Every command that has a name: the `:` jump and the command palette are both made from this table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from console.keyboard import Place
from console.keys_table import shown_key
from console.preferences import THEMES, Context
from console.screens_table import SCREENS

LIGHT, DARK, CONTRAST, ANSI = (THEMES[name] for name in ("light", "dark", "contrast", "ansi"))
"""Themes; the last uses nothing but the terminal's own 16 colours."""


@dataclass(frozen=True, slots=True)
class Command:
    """What it is called, what it does, and the action, performed on a screen (or on the application)."""

    name: str
    does: str
    action: str
    screen: str | None = None
    """The screen to go to first; None stays and asks the application."""
    place: Place = "everywhere"
    """Where the table of keys has this action."""

    def key(self, keymap: Mapping[str, str]) -> str:
        """The key that does the same, if there is one."""
        return shown_key(self.place, self.action, keymap)


COMMANDS = (
    *(Command(row.name, row.shows, f"show('{row.name}')") for row in SCREENS),
    Command("time range", "from the last 15 minutes to 90 days", "range", "overview", "overview"),
    Command("teams by", "tell teams by workspace, user or a metadata key", "teams", "overview", "overview"),
    Command("budgets", "what burns fastest, and when it runs out", "list('budgets')", "overview"),
    Command("errors", "what fails, and whose fault it is", "list('errors')", "overview"),
    Command("integrations", "vendor accounts", "list('integrations')", "catalog"),
    Command("providers", "the names requests have for integrations", "list('providers')", "catalog"),
    Command("models", "what may be asked for", "list('models')", "catalog"),
    Command("new integration", "add a vendor account", "new('integrations')", "catalog", "catalog"),
    Command("new provider", "add a name for an integration", "new('providers')", "catalog", "catalog"),
    Command("new model", "add a model by name", "new('models')", "catalog", "catalog"),
    Command(
        "test integration", "does this key work? Its vendor is asked", "test('integrations')", "catalog", "catalog"
    ),
    Command("new key", "make an API key", "new", "keys", "keys"),
    Command("new config", "write a config, from a template", "new", "configs", "configs"),
    Command("explain", "what a config makes of a request, before anybody is asked", "explain", "configs", "configs"),
    Command("new budget", "set a budget on a key, workspace, provider or policy", "new('budget')", "limits", "limits"),
    Command("new rate limit", "limit requests or tokens per time, or at once", "new('rate')", "limits", "limits"),
    Command("channels", "where notifications go", "list('channels')", "alerts"),
    Command("new channel", "have people told by mail, Slack, a webhook", "new", "alerts", "alerts"),
    Command("workspaces", "departments, their members and budgets", "list('workspaces')", "people"),
    Command("users", "the people of the organisation", "list('users')", "people"),
    Command("invites", "who may become a user", "list('invites')", "people"),
    Command("new workspace", "make a department", "new('workspaces')", "people", "people"),
    Command("invite", "invite somebody", "new('invites')", "people", "people"),
    Command("verify audit", "prove that the audit log is whole", "verify", "audit", "audit"),
    Command("doctor", "what is wrong, and what mends it", "list('doctor')", "settings"),
    Command("pause", "pause the live tail, or go on", "pause", "logs", "logs"),
    Command("follow", "follow the newest request, or stay", "follow", "logs", "logs"),
    Command("filter", "narrow the list of logs", "filter", "logs", "logs"),
    Command("save view", "save the filter of the logs under a name", "save_view", "logs", "logs"),
    Command("views", "choose a saved view of the logs", "views", "logs", "logs"),
    Command("export", "the filtered logs to a file", "export", "logs", "logs"),
    Command("columns", "choose the columns of the logs", "columns", "logs", "logs"),
    Command("how far back", "the time range of the logs", "time_range", "logs", "logs"),
    Command("theme light", "dark on light", f"theme('{LIGHT}')"),
    Command("theme dark", "light on dark", f"theme('{DARK}')"),
    Command("theme contrast", "white on black, every text 7 to 1 or more", f"theme('{CONTRAST}')"),
    Command("theme ansi", "the terminal's own 16 colours", f"theme('{ANSI}')"),
    Command("help", "the keys that work here", "help"),
    Command("quit", "leave the console; the gateway goes on if it was there before", "quit"),
)


def context_commands(contexts: Iterable[Context]) -> list[Command]:
    """`ctx NAME` for each gateway of the operator's."""
    return [
        Command(f"ctx {each.name}", f"go over to the gateway at {each.url}", f"context('{each.name}')")
        for each in contexts
    ]


def matching(text: str, commands: Sequence[Command] = COMMANDS) -> list[Command]:
    """The commands that fit what was typed, the best first; all of them for nothing."""
    from textual.fuzzy import Matcher

    wanted = text.strip().removeprefix(":").strip()
    if not wanted:
        return list(commands)
    matcher = Matcher(wanted)
    scores = {command: matcher.match(command.name) for command in commands}
    starts = {command: command.name.startswith(wanted.lower()) for command in commands}
    found = [command for command in commands if scores[command] > 0]
    return sorted(found, key=lambda command: (starts[command], scores[command]), reverse=True)
