"""Every key of the console in one table: the bindings, the help screen and docs/console.md are all made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from textual.binding import Binding

from console.screens_table import SCREENS

Place = Literal[
    "everywhere",
    "lists",
    "overview",
    "logs",
    "views",
    "columns",
    "trace",
    "log",
    "catalog",
    "entry",
    "keys",
    "key",
    "configs",
    "config",
    "explain",
    "versions",
    "limits",
    "limit",
    "alerts",
    "playground",
    "connect",
    "people",
    "workspace",
    "audit",
    "settings",
    "page",
    "forms",
    "secret",
]

PLACES: dict[Place, str] = {
    "everywhere": "Everywhere",
    "lists": "In every list",
    "overview": "Overview",
    "logs": "Logs",
    "views": "Saved views",
    "columns": "Columns of Logs",
    "trace": "One trace",
    "log": "One log",
    "catalog": "Catalog",
    "entry": "One of the Catalog",
    "keys": "Keys",
    "key": "One key",
    "configs": "Configs",
    "config": "The editor of a config",
    "explain": "Explain",
    "versions": "Versions of a config",
    "playground": "Playground",
    "limits": "Limits",
    "limit": "One limit",
    "connect": "Connect",
    "alerts": "Alerts",
    "people": "People",
    "workspace": "One workspace",
    "audit": "Audit",
    "settings": "Settings",
    "page": "A page",
    "forms": "Forms",
    "secret": "A new secret",
}
"""Where a key works, as a heading."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what Textual calls it, what people call it, what it does."""

    place: Place
    keys: str
    """Textual's names, separated by commas."""
    shown: str
    """As it stands on the keyboard."""
    action: str
    label: str
    """One or two words for the footer."""
    does: str
    """For help and the documentation."""
    in_footer: bool = False

    @property
    def id(self) -> str:
        """By which an operator's keymap rebinds it."""
        return f"{self.place}.{self.action}"

    def remapped(self, keymap: Mapping[str, str]) -> "Key":
        """The same act under the keys that a keymap gives it, if it does."""
        if (keys := keymap.get(self.id)) is None:
            return self
        return replace(self, keys=keys, shown=" ".join(spelled(key.strip()) for key in keys.split(",")))


KEYS: tuple[Key, ...] = (
    *(
        Key("everywhere", row.key, row.key, f"show('{row.name}')", row.title, f"go to {row.title}: {row.shows}")
        for row in SCREENS
        if row.key
    ),
    Key("everywhere", "colon", ":", "jump", "Jump", "jump to a screen or run a command by name", in_footer=True),
    Key("everywhere", "ctrl+p", "Ctrl+P", "command_palette", "Commands", "command palette: everything, with its key"),
    Key("everywhere", "question_mark", "?", "help", "Help", "help: the keys that work here", in_footer=True),
    Key("everywhere", "q", "q", "leave", "Quit", "back, and at the top quit", in_footer=True),
    Key("everywhere", "ctrl+c", "Ctrl+C", "interrupt", "Quit", "copy what the mouse has selected; with nothing, quit"),
    Key("everywhere", "ctrl+q", "Ctrl+Q", "quit", "Quit", "quit, also from a form"),
    Key("lists", "j,down", "j ↓", "move(1)", "Down", "one row down"),
    Key("lists", "k,up", "k ↑", "move(-1)", "Up", "one row up"),
    Key("lists", "ctrl+d,pagedown", "Ctrl+D PgDn", "move_page(1)", "Page down", "a page down"),
    Key("lists", "ctrl+u,pageup", "Ctrl+U PgUp", "move_page(-1)", "Page up", "a page up; in Logs on to older ones"),
    Key("lists", "g,home", "g Home", "move_to_first", "First", "first row"),
    Key("lists", "G,end", "G End", "move_to_last", "Last", "last row"),
    Key("lists", "enter", "Enter", "open", "Open", "open the row under the cursor", in_footer=True),
    Key("overview", "t", "t", "range", "Time", "time range: from the last 15 minutes to 90 days", in_footer=True),
    Key("overview", "right,l", "→ l", "tab(1)", "Next list", "models, keys, teams, errors, vendors, …", in_footer=True),
    Key("overview", "left,h", "← h", "tab(-1)", "Previous list", "alerts, budgets, vendors, errors, …"),
    Key("overview", "v", "v", "view", "Table", "plots, or the same numbers as a table", in_footer=True),
    Key("overview", "m", "m", "measure(1)", "Plot next", "plot the next number", in_footer=True),
    Key("overview", "b", "b", "teams", "Team by", "what a team is: a workspace, a user, a metadata key"),
    Key("overview", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("overview", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("overview", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("logs", "slash", "/", "filter", "Filter", "filter: words, `status:error`, `cost>0.01`; Tab completes", True),
    Key("logs", "t", "t", "time_range", "Time", "how far back: 15 minutes to 30 days"),
    Key("logs", "space", "Space", "pause", "Pause", "pause the tail, and go on; what waits is counted", True),
    Key("logs", "f", "f", "follow", "Follow", "follow the newest row, or stay", in_footer=True),
    Key("logs", "v", "v", "views", "Views", "choose a saved view, or delete one", in_footer=True),
    Key("logs", "s", "s", "save_view", "Save view", "save the filter as a view, under a name"),
    Key("logs", "X", "X", "export", "Export", "export what the filter finds to a file"),
    Key("logs", "O", "O", "columns", "Columns", "choose the columns"),
    Key("logs", "T", "T", "trace", "Trace", "the requests of the same trace, as a tree"),
    Key("logs", "y", "y", "copy_id", "Copy id", "copy the log id"),
    Key("logs", "c", "c", "copy", "Copy", "copy: choose what"),
    Key("logs", "r", "r", "reload", "Reload", "ask the gateway for the newest logs again"),
    Key("logs", "escape", "Esc", "clear_filter", "Show all", "clear the filter"),
    Key("views", "enter", "Enter", "select", "Choose", "narrow the list to this view", in_footer=True),
    Key("views", "d", "d", "delete", "Delete", "delete the view, after asking", in_footer=True),
    Key("views", "escape,q,ctrl+c", "Esc", "close", "Back", "back to the list", in_footer=True),
    Key("columns", "space", "Space", "show_or_hide", "Show/hide", "show the column, or hide it", in_footer=True),
    Key("columns", "enter", "Enter", "select", "Done", "take these columns", in_footer=True),
    Key("columns", "r", "r", "usual", "As usual", "the usual columns", in_footer=True),
    Key("columns", "escape,q,ctrl+c", "Esc", "close", "Cancel", "the columns as they were", in_footer=True),
    Key("trace", "j,down", "j ↓", "move(1)", "Down", "one line down"),
    Key("trace", "k,up", "k ↑", "move(-1)", "Up", "one line up"),
    Key("trace", "enter", "Enter", "open", "Open", "open the request under the cursor", in_footer=True),
    Key("trace", "y", "y", "copy_id", "Copy id", "copy the trace id", in_footer=True),
    Key("trace", "r", "r", "reload", "Reload", "ask the gateway again", in_footer=True),
    Key("trace", "escape", "Esc", "back", "Back", "back", in_footer=True),
    Key("log", "right,l", "→ l", "tab(1)", "Next tab", "next tab", in_footer=True),
    Key("log", "left,h", "← h", "tab(-1)", "Previous tab", "previous tab"),
    Key("log", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("log", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("log", "ctrl+d,pagedown", "Ctrl+D PgDn", "scroll_page(1)", "Page down", "a page down"),
    Key("log", "ctrl+u,pageup", "Ctrl+U PgUp", "scroll_page(-1)", "Page up", "a page up"),
    Key("log", "g,home", "g Home", "scroll_to_top", "Top", "the beginning"),
    Key("log", "G,end", "G End", "scroll_to_end", "End", "the end"),
    Key("log", "y", "y", "copy_tab", "Copy tab", "copy what this tab shows, whole", in_footer=True),
    Key("log", "c", "c", "copy", "Copy", "copy: choose what"),
    Key("log", "space", "Space", "fold", "Fold", "fold or unfold JSON at the cursor", in_footer=True),
    Key("log", "z", "z", "fold_all", "Fold all", "fold all JSON, or unfold it"),
    Key(
        "log",
        "p,r",
        "p r",
        "replay",
        "Replay",
        "replay in the playground: same messages and parameters",
        in_footer=True,
    ),
    Key("log", "x", "x", "explain", "Explain", "what its config makes of this request now"),
    Key("log", "T", "T", "trace", "Trace", "the requests of the same trace, as a tree"),
    Key("log", "escape", "Esc", "back", "Back", "back to the list", in_footer=True),
    Key("catalog", "n", "n", "new", "New", "new integration, provider or model", in_footer=True),
    Key("catalog", "e", "e", "edit", "Edit", "edit the row", in_footer=True),
    Key("catalog", "d", "d", "delete", "Delete", "delete the row, after asking", in_footer=True),
    Key("catalog", "T", "T", "test", "Test", "does this key work? Its vendor is asked", in_footer=True),
    Key("catalog", "p", "p", "provision", "Provision", "let workspaces use it, within limits"),
    Key("catalog", "b", "b", "limit", "Limit", "set a budget or a rate for the provider", in_footer=True),
    Key("catalog", "space", "Space", "switch", "On/off", "enable or disable a model"),
    Key("catalog", "A", "A", "switch_shown", "All shown", "enable or disable every model that is shown"),
    Key("catalog", "L", "L", "requests", "Logs", "the requests that went by it, in Logs"),
    Key("catalog", "right,l", "→ l", "tab(1)", "Lists", "integrations, providers, models", in_footer=True),
    Key("catalog", "left,h", "← h", "tab(-1)", "Previous list", "models, providers, integrations"),
    Key("catalog", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("catalog", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("catalog", "y", "y", "copy_id", "Copy name", "copy what a request calls this row"),
    Key("catalog", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("entry", "e", "e", "edit", "Edit", "edit it", in_footer=True),
    Key("entry", "escape", "Esc", "back", "Back", "back to the list", in_footer=True),
    Key("entry", "T", "T", "test", "Test", "does this key work? Its vendor is asked", in_footer=True),
    Key("entry", "p", "p", "provision", "Provision", "let workspaces use it, within limits", in_footer=True),
    Key("entry", "b", "b", "limit", "Limit", "set a budget or a rate for the provider", in_footer=True),
    Key("entry", "space", "Space", "switch", "On/off", "enable or disable the model", in_footer=True),
    Key("entry", "L", "L", "requests", "Logs", "the requests that went by it, in Logs", in_footer=True),
    Key("entry", "d", "d", "delete", "Delete", "delete it, after asking", in_footer=True),
    Key("entry", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("entry", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("entry", "y", "y", "copy_page", "Copy", "copy what the page says"),
    Key("keys", "n", "n", "new", "New", "new API key; its secret is shown once", in_footer=True),
    Key("keys", "e", "e", "edit", "Edit", "edit name, scopes, config and expiry", in_footer=True),
    Key("keys", "d", "d", "delete", "Revoke", "revoke the key, after asking", in_footer=True),
    Key("keys", "R", "R", "rotate", "Rotate", "a new secret; the old one works on for a while", in_footer=True),
    Key("keys", "P,space", "P Space", "pause_key", "Pause", "refuse the key, or let it in again", in_footer=True),
    Key("keys", "S", "S", "scopes", "Scopes", "choose what the key may do, one by one"),
    Key("keys", "b", "b", "limit", "Limit", "set a budget or a rate for the key"),
    Key("keys", "L", "L", "requests", "Logs", "the requests that were made with it, in Logs"),
    Key("keys", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("keys", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("keys", "y", "y", "copy_id", "Copy id", "copy the key's id"),
    Key("keys", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("key", "e", "e", "edit", "Edit", "edit name, scopes, config and expiry", in_footer=True),
    Key("key", "escape", "Esc", "back", "Back", "back to the list", in_footer=True),
    Key("key", "R", "R", "rotate", "Rotate", "a new secret; the old one works on for a while", in_footer=True),
    Key("key", "P,space", "P Space", "pause_key", "Pause", "refuse the key, or let it in again", in_footer=True),
    Key("key", "S", "S", "scopes", "Scopes", "choose what the key may do, one by one", in_footer=True),
    Key("key", "b", "b", "limit", "Limit", "set a budget or a rate for the key", in_footer=True),
    Key("key", "L", "L", "requests", "Logs", "the requests that were made with it, in Logs", in_footer=True),
    Key("key", "d", "d", "delete", "Revoke", "revoke the key, after asking", in_footer=True),
    Key("key", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("key", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("key", "y", "y", "copy_page", "Copy", "copy what the page says"),
    Key("configs", "n", "n", "new", "New", "new config, from a template", in_footer=True),
    Key("configs", "e", "e", "edit", "Edit", "edit name, default and status", in_footer=True),
    Key("configs", "d", "d", "delete", "Delete", "delete the config, after asking", in_footer=True),
    Key("configs", "x", "x", "explain", "Explain", "what it makes of a request", in_footer=True),
    Key("configs", "v", "v", "versions", "Versions", "what it said before, and the way back", in_footer=True),
    Key("configs", "E", "E", "outside", "$EDITOR", "open in `$EDITOR`", in_footer=True),
    Key("configs", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("configs", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("configs", "y", "y", "copy_id", "Copy slug", "copy what a request calls it"),
    Key("configs", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("config", "ctrl+s", "Ctrl+S", "save", "Save", "save; it holds from the next request on", in_footer=True),
    Key("config", "ctrl+@", "Ctrl+Space", "complete", "Complete", "list what may stand at the cursor", in_footer=True),
    Key("config", "f8", "F8", "next_problem", "Next problem", "to the next thing that is wrong", in_footer=True),
    Key("config", "ctrl+t", "Ctrl+T", "tree", "Tree", "the routing as a tree, where it is not beside the text", True),
    Key("config", "f5", "F5", "explain", "Explain", "what it makes of a request", in_footer=True),
    Key("config", "f4", "F4", "versions", "Versions", "what it said before, and the way back", in_footer=True),
    Key("config", "f2", "F2", "outside", "$EDITOR", "open in `$EDITOR`", in_footer=True),
    Key("config", "escape", "Esc", "leave", "Back", "back; what is not saved is asked about", in_footer=True),
    Key("explain", "f5", "F5", "explain", "Explain", "ask again", in_footer=True),
    Key("explain", "tab", "Tab", "app.focus_next", "Next", "next field; Shift+Tab goes back", in_footer=True),
    Key("explain", "down", "↓", "scroll(1)", "Down", "scroll down"),
    Key("explain", "up", "↑", "scroll(-1)", "Up", "scroll up"),
    Key("explain", "pagedown", "PgDn", "scroll_page(1)", "Page down", "a page down", in_footer=True),
    Key("explain", "pageup", "PgUp", "scroll_page(-1)", "Page up", "a page up"),
    Key("explain", "escape", "Esc", "back", "Back", "back", in_footer=True),
    Key("versions", "space", "Space", "mark", "Compare", "compare with this one; again, with the editor", True),
    Key("versions", "b", "b", "roll_back", "Roll back", "let it say that again, after asking", in_footer=True),
    Key("versions", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("versions", "escape", "Esc", "back", "Back", "back", in_footer=True),
    Key("playground", "enter", "Enter", "send", "Send", "send the prompt to each side", in_footer=True),
    Key("playground", "ctrl+j", "Ctrl+J", "newline", "New line", "begin a line in the prompt"),
    Key("playground", "escape", "Esc", "stop", "Stop/keys", "stop the answer; else to the keys, and back", True),
    Key("playground", "ctrl+c", "Ctrl+C", "interrupt", "Stop", "stop the answer; with none under way, quit"),
    Key("playground", "i", "i", "write", "Write", "into the prompt"),
    Key("playground", "m", "m", "model", "Model", "choose the model or config of this side", in_footer=True),
    Key("playground", "b", "b", "second", "Two sides", "add a second side, or take it away", in_footer=True),
    Key("playground", "tab", "Tab", "other", "Other side", "work on the other side"),
    Key("playground", "p", "p", "parameters", "Parameters", "system prompt, temperature, any field", in_footer=True),
    Key("playground", "r", "r", "again", "Again", "ask the last prompt again", in_footer=True),
    Key("playground", "y", "y", "copy_answer", "Copy answer", "copy the last answer", in_footer=True),
    Key("playground", "c", "c", "copy", "Copy", "copy: curl, request, answer, JSON; choose what", True),
    Key("playground", "ctrl+l", "Ctrl+L", "clear", "Clear", "an empty conversation with the same models"),
    Key("playground", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("playground", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("playground", "ctrl+d,pagedown", "Ctrl+D PgDn", "scroll_page(1)", "Page down", "a page down"),
    Key("playground", "ctrl+u,pageup", "Ctrl+U PgUp", "scroll_page(-1)", "Page up", "a page up"),
    Key("playground", "g,home", "g Home", "scroll_to_top", "Top", "the beginning"),
    Key("playground", "G,end", "G End", "scroll_to_end", "End", "the end"),
    Key("limits", "n", "n", "new", "New", "new budget or rate limit", in_footer=True),
    Key("limits", "e", "e", "edit", "Edit", "edit the limit", in_footer=True),
    Key("limits", "u", "u", "raise", "Raise", "raise the budget for a while", in_footer=True),
    Key("limits", "x", "x", "reset", "Reset", "let it begin anew, after asking", in_footer=True),
    Key("limits", "d", "d", "delete", "Delete", "delete the limit, after asking", in_footer=True),
    Key("limits", "L", "L", "requests", "Logs", "the requests that it counts, in Logs", in_footer=True),
    Key("limits", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("limits", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("limits", "y", "y", "copy_id", "Copy id", "copy the limit's id"),
    Key("limits", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("limit", "u", "u", "raise", "Raise", "raise the budget for a while", in_footer=True),
    Key("limit", "e", "e", "edit", "Edit", "edit the limit", in_footer=True),
    Key("limit", "x", "x", "reset", "Reset", "let it begin anew, after asking", in_footer=True),
    Key("limit", "L", "L", "requests", "Logs", "the requests that it counts, in Logs", in_footer=True),
    Key("limit", "y", "y", "copy_id", "Copy id", "copy the limit's id"),
    Key("limit", "r", "r", "reload", "Reload", "sum up again who uses it"),
    Key("limit", "escape", "Esc", "back", "Back", "back to the list", in_footer=True),
    Key("connect", "right,l", "→ l", "tab(1)", "Next client", "the next kind of application", in_footer=True),
    Key("connect", "left,h", "← h", "tab(-1)", "Previous client", "the previous kind of application"),
    Key("connect", "n", "n", "new", "New key", "make a key for it, put into its settings", in_footer=True),
    Key("connect", "m", "m", "model", "Model", "choose the model that the settings name", in_footer=True),
    Key("connect", "o", "o", "address", "Other address", "from here, from a container, from elsewhere", in_footer=True),
    Key("connect", "enter", "Enter", "test", "Test it", "ask once as the application would", in_footer=True),
    Key("connect", "y", "y", "copy_settings", "Copy", "copy the settings", in_footer=True),
    Key("connect", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("connect", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("alerts", "right,l", "→ l", "tab(1)", "Next list", "what needs care, what happened, channels", in_footer=True),
    Key("alerts", "left,h", "← h", "tab(-1)", "Previous list", "channels, what happened, what needs care"),
    Key("alerts", "n", "n", "new", "New", "new channel", in_footer=True),
    Key("alerts", "e", "e", "edit", "Edit", "edit the channel", in_footer=True),
    Key("alerts", "t", "t", "test", "Test", "send a test through the channel", in_footer=True),
    Key("alerts", "d", "d", "delete", "Delete", "delete the channel, after asking", in_footer=True),
    Key("alerts", "space", "Space", "switch", "On/off", "let the channel be told, or not"),
    Key("alerts", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("alerts", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("alerts", "y", "y", "copy_id", "Copy", "copy the alert's words, or the channel's id"),
    Key("alerts", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("people", "n", "n", "new", "New", "new workspace; elsewhere invite somebody", in_footer=True),
    Key("people", "e", "e", "edit", "Edit", "edit the workspace or the user", in_footer=True),
    Key("people", "d", "d", "delete", "Delete", "delete, remove or revoke the row, after asking", in_footer=True),
    Key("people", "R", "R", "resend", "New link", "make an invite's link anew", in_footer=True),
    Key("people", "right,l", "→ l", "tab(1)", "Next list", "workspaces, users, invites", in_footer=True),
    Key("people", "left,h", "← h", "tab(-1)", "Previous list", "invites, users, workspaces"),
    Key("people", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("people", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("people", "y", "y", "copy_id", "Copy id", "copy the row's slug or id"),
    Key("people", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("workspace", "n", "n", "new", "Add", "add a user as a member", in_footer=True),
    Key("workspace", "e", "e", "edit", "Role", "change the member's role", in_footer=True),
    Key("workspace", "d", "d", "delete", "Remove", "remove the member, after asking", in_footer=True),
    Key("workspace", "right,l", "→ l", "tab(1)", "Next list", "members, providers, limits, defaults", in_footer=True),
    Key("workspace", "left,h", "← h", "tab(-1)", "Previous list", "defaults, limits, providers, members"),
    Key("workspace", "slash", "/", "filter", "Filter", "show only the rows that contain some words"),
    Key("workspace", "y", "y", "copy_id", "Copy id", "copy the row's id"),
    Key("workspace", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("workspace", "escape", "Esc", "back", "Back", "show all rows again, then back", in_footer=True),
    Key("audit", "v", "v", "verify", "Verify", "prove that the log is as it was written", in_footer=True),
    Key("audit", "m", "m", "older", "Older", "more, from further back", in_footer=True),
    Key("audit", "slash", "/", "filter", "Filter", "filter: `actor:x resource:api_keys since:2h words`", True),
    Key("audit", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("audit", "y", "y", "copy_id", "Copy id", "copy the request's id"),
    Key("audit", "r", "r", "reload", "Reload", "ask the gateway again"),
    Key("settings", "right,l", "→ l", "tab(1)", "Next list", "gateway, this console, doctor", in_footer=True),
    Key("settings", "left,h", "← h", "tab(-1)", "Previous list", "doctor, this console, gateway"),
    Key("settings", "slash", "/", "filter", "Filter", "show only the rows that contain some words", True),
    Key("settings", "escape", "Esc", "clear_filter", "Show all", "show all rows again"),
    Key("settings", "y", "y", "copy_row", "Copy", "copy the row"),
    Key("settings", "r", "r", "reload", "Reload", "look again", in_footer=True),
    Key("page", "j,down", "j ↓", "scroll(1)", "Down", "scroll down"),
    Key("page", "k,up", "k ↑", "scroll(-1)", "Up", "scroll up"),
    Key("page", "ctrl+d,pagedown", "Ctrl+D PgDn", "scroll_page(1)", "Page down", "a page down"),
    Key("page", "ctrl+u,pageup", "Ctrl+U PgUp", "scroll_page(-1)", "Page up", "a page up"),
    Key("page", "g,home", "g Home", "scroll_to_top", "Top", "the beginning"),
    Key("page", "G,end", "G End", "scroll_to_end", "End", "the end"),
    Key("page", "y", "y", "copy_page", "Copy", "copy what the page says", in_footer=True),
    Key("page", "escape", "Esc", "back", "Back", "back to the list", in_footer=True),
    Key("forms", "tab", "Tab", "app.focus_next", "Next", "next field; Shift+Tab goes back"),
    Key("forms", "ctrl+s", "Ctrl+S", "send", "Save", "save", in_footer=True),
    Key("forms", "escape,ctrl+c", "Esc", "cancel", "Cancel", "leave without saving", in_footer=True),
    Key("secret", "c,y,ctrl+c", "c y", "copy", "Copy", "copy the secret", in_footer=True),
    Key("secret", "escape", "Esc", "close", "Done", "close; the secret is not shown again", in_footer=True),
)


def bindings(place: Place) -> list[Binding]:
    """The rows of one place as Textual wants them; the id lets an operator's keymap rebind a key."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            show=key.in_footer,
            key_display=key.shown.split()[0],
            tooltip=key.does,
            id=key.id,
        )
        for key in KEYS
        if key.place == place
    ]


def spelled(key: str) -> str:
    """A key of Textual's as it stands on the keyboard: `ctrl+n` is `Ctrl+N`."""
    from textual.keys import format_key

    *held, last = key.split("+")
    shown = format_key(last)
    return "+".join([*(each.capitalize() for each in held), shown.upper() if held else shown])


def keys_of(place: Place) -> list[Key]:
    """The rows of one place."""
    return [key for key in KEYS if key.place == place]


def shown_key(place: Place, action: str, keymap: Mapping[str, str]) -> str:
    """What stands on the keyboard for an action, or for the same without its argument."""
    shown = {key.action: key.remapped(keymap).shown.split()[0] for key in keys_of(place)}
    return shown.get(action) or shown.get(action.partition("(")[0], "")
