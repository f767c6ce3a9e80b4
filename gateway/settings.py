"""What an operator can set: by flag, by environment, by `tollhouse.toml`, in that order; and what is wrong with it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

LogLevel = Literal["debug", "info", "warning", "error"]


class WrongSetting(Exception):
    """A setting that cannot be used; says which, where it stands and what is accepted."""


class Unfit(Exception):
    """A text cannot be what a setting wants; says what would be accepted."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes a value of a text, and says in words which texts it takes."""

    accepts: str
    value: Callable[[str], Any]

    def __call__(self, text: str) -> Any:
        """Raises Unfit."""
        try:
            return self.value(text)
        except ValueError as error:
            raise Unfit(self.accepts) from error


def whole_number(least: int, most: int) -> Reader:
    """A whole number within limits."""
    return Reader(f"a whole number from {least} to {most}", lambda text: within(int(text), least, most))


def within(number: int, least: int, most: int) -> int:
    """The number. Raises ValueError if it is too small or too large."""
    if not least <= number <= most:
        raise ValueError(number)
    return number


def duration(text: str) -> float:
    """Seconds. Raises ValueError."""
    if not 0 < (number := float(text)) < 1e6:
        raise ValueError(number)
    return number


def fitting(pattern: str, text: str) -> str:
    """The text. Raises ValueError if it is otherwise."""
    if not re.fullmatch(pattern, text):
        raise ValueError(text)
    return text


def one_of(*accepted: str) -> Reader:
    """One word of a few."""
    return Reader("one of " + ", ".join(accepted), lambda text: accepted[accepted.index(text)])


TEXT = Reader("any text", str)
SECONDS = Reader("a number of seconds above 0", duration)
WORDS = Reader(
    "a list with commas between",
    lambda text: tuple(word.strip().lower() for word in text.split(",") if word.strip()),
)
NAMES = Reader(
    "a list with commas between", lambda text: tuple(word.strip() for word in text.split(",") if word.strip())
)
"""Of words in which capitals matter."""
URL = Reader("a URL such as http://127.0.0.1:4318", lambda text: fitting(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text))
PAIRS = Reader(
    "names with values, as `x-team=ops,authorization=Bearer abc`",
    lambda text: fitting(r"\s*[\w-]+\s*=[^,]+(,\s*[\w-]+\s*=[^,]+)*", text),
)
"""Source: opentelemetry.io, OTEL_EXPORTER_OTLP_HEADERS."""
PATH = Reader("a folder or file; `~` is the user's home", lambda text: Path(text).expanduser())


def setting(default: Any, says: str, read: Reader = TEXT, metavar: str = "TEXT") -> Any:
    """A field of Settings, with its documentation and how it is read."""
    return field(default=default, metadata={"says": says, "read": read, "metavar": metavar})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value is from."""

    source: Literal["flag", "environment", "file"]
    where: str
    """The flag, the variable, or the line of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set. What each field says is shown by `tollhouse serve --help` and in docs/settings.md."""

    home: Path = setting(PATH("~/.tollhouse"), "Folder of the database and the keys.", PATH, "DIR")
    host: str = setting("127.0.0.1", "Address to listen at.")
    port: int = setting(8787, "Port to listen at.", whole_number(1, 65535), "N")
    admin_host: str | None = setting(None, "Address of the admin API's own port, if not 127.0.0.1.")
    admin_port: int | None = setting(
        None, "Port of the admin API, which `port` then has no more.", whole_number(1, 65535), "N"
    )
    admin_socket: Path | None = setting(
        None, "Unix socket of the admin API, which `port` then has no more; only this user may.", PATH, "FILE"
    )
    operator_key: str | None = setting(None, "The owner's API key, instead of the one in `operator.key`.")
    master_key: str | None = setting(
        None, "The master key itself (base64), or `keyring` for the system's keyring; instead of a file."
    )
    master_key_file: Path | None = setting(
        None, "File of the master key, instead of `master.key` in the home.", PATH, "FILE"
    )
    secrets_dir: Path | None = setting(
        None, "Folder of the files that an integration's key may name as `file:PATH`.", PATH, "DIR"
    )
    log_level: LogLevel = setting(
        "warning", "How much the gateway says on standard error.", one_of(*get_args(LogLevel)), "LEVEL"
    )
    max_body_mb: int = setting(32, "Largest request body, in megabytes; above it 413.", whole_number(1, 2048), "N")
    connect_timeout_seconds: float = setting(10.0, "How long connecting to a vendor may take.", SECONDS, "S")
    answer_timeout_seconds: float = setting(600.0, "How long a vendor may take for a whole answer.", SECONDS, "S")
    stall_timeout_seconds: float = setting(120.0, "How long a vendor's stream or file may be silent.", SECONDS, "S")
    drain_seconds: float = setting(10.0, "How long requests under way may take when the gateway ends.", SECONDS, "S")
    keep_bodies_days: int = setting(
        30, "How long prompts and answers are kept; 0: always.", whole_number(0, 36500), "N"
    )
    keep_logs_days: int = setting(365, "How long log records are kept; 0: always.", whole_number(0, 36500), "N")
    keep_megabytes: int = setting(
        0, "Largest size of the database; the oldest bodies go first. 0: any.", whole_number(0, 10**9), "N"
    )
    search_bodies: str = setting("on", "Whether prompts and answers can be searched.", one_of("on", "off"), "ON|OFF")
    keep_exports_days: int = setting(7, "How long exports of the log are kept; 0: always.", whole_number(0, 36500), "N")
    keep_files_days: int = setting(
        30, "How long files and results of batches are kept; 0: always.", whole_number(0, 36500), "N"
    )
    keep_files_megabytes: int = setting(
        2000, "Largest size of all of them; above it no more are taken. 0: any.", whole_number(0, 10**9), "N"
    )
    metrics_open: str = setting(
        "off", "Whether `/metrics` answers programs of this machine without a key.", one_of("on", "off"), "ON|OFF"
    )
    metrics_metadata: tuple[str, ...] = setting(
        (), "Metadata keys that become labels in `/metrics`, comma-separated.", NAMES, "KEYS"
    )
    otlp_endpoint: str | None = setting(
        None, "Base URL of an OpenTelemetry collector (OTLP/HTTP) for traces and metrics.", URL, "URL"
    )
    otlp_headers: str | None = setting(None, "Headers for it, as `name=value`, comma-separated.", PAIRS, "HEADERS")
    trusted_custom_hosts: tuple[str, ...] = setting(
        (), "Hosts that a request's `x-portkey-custom-host` may name, comma-separated.", WORDS, "HOSTS"
    )
    allowed_origins: tuple[str, ...] = setting(
        (), "Origins whose web pages may ask this gateway (CORS), comma-separated; `*` is all.", WORDS, "ORIGINS"
    )
    origins: Mapping[str, Origin] = field(default_factory=dict, repr=False, compare=False)
    """Where each setting that was set is from; no setting itself."""


FLAG_LESS = {"operator_key", "master_key", "otlp_headers"}
"""A secret on a command line can be read by every user of the machine."""


def settable() -> list[Field[Any]]:
    """Every field of Settings that can be set."""
    return [each for each in fields(Settings) if "says" in each.metadata]


def flag(name: str) -> str:
    """`max_body_mb` as `--max-body-mb`."""
    return "--" + name.replace("_", "-")


def variable(name: str) -> str:
    """`max_body_mb` as `TOLLHOUSE_MAX_BODY_MB`."""
    return "TOLLHOUSE_" + name.upper()


def settle(flags: Mapping[str, str | None], environ: Mapping[str, str], config: Path | None) -> Settings:
    """The settings that result. Raises WrongSetting."""
    readers: dict[str, Reader] = {each.name: each.metadata["read"] for each in settable()}
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for name, text, origin in said_here(flags, environ, readers):
        values[name], origins[name] = reading(name, text, readers[name], origin), origin
    file = config or values.get("home", Settings().home) / "tollhouse.toml"
    for name, (text, line) in said_in(file, readers, is_asked_for=config is not None).items():
        if name not in values:
            origin = Origin("file", f"line {line} of {file}")
            values[name], origins[name] = reading(name, text, readers[name], origin), origin
    if "admin_host" in values and "admin_port" not in values:  # or the admin API would still be where it was
        raise WrongSetting("`admin_host` means nothing without `admin_port`; set that too.")
    return Settings(**values, origins=origins)


def said_here(
    flags: Mapping[str, str | None], environ: Mapping[str, str], names: Iterable[str]
) -> Iterator[tuple[str, str, Origin]]:
    """What the command line says of each setting, or else the environment."""
    for name in names:
        if (text := flags.get(name)) is not None:
            yield name, text, Origin("flag", f"`{flag(name)}`")
        elif text := environ.get(variable(name)):
            yield name, text, Origin("environment", variable(name))


SPELLED = {"flag": "given as ", "environment": "from ", "file": ""}
"""Before where a wrong value is from."""


def reading(name: str, text: str, read: Reader, origin: Origin) -> Any:
    """A text as its setting's value. Raises WrongSetting."""
    try:
        return read(text)
    except Unfit as error:
        where = f"{SPELLED[origin.source]}{origin.where}"
        raise WrongSetting(f"`{name}` must be {error}, not `{text}` ({where}).") from error


def said_in(file: Path, known: Mapping[str, Any], *, is_asked_for: bool) -> dict[str, tuple[str, int]]:
    """Every setting of a TOML file as text, with its line. Raises WrongSetting."""
    try:
        text = file.read_text()
        table = tomllib.loads(text)
    except FileNotFoundError as error:
        if is_asked_for:
            raise WrongSetting(f"There is no settings file `{file}`.") from error
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSetting(f"Cannot read `{file}`: {error}") from error
    for name in table:
        if name not in known or name == "home":
            raise WrongSetting(stranger(name, known, f"line {line_of(name, text)} of {file}"))
    return {name: (as_text(value), line_of(name, text)) for name, value in table.items()}


def stranger(name: str, known: Mapping[str, Any], where: str) -> str:
    """What to say about a setting that is none."""
    if name == "home":
        return f"`home` cannot be set in a file, which is looked for there ({where}): use `--home` or TOLLHOUSE_HOME."
    near = difflib.get_close_matches(name, known, 1)
    hint = f"Did you mean `{near[0]}`?" if near else "These are settings: " + ", ".join(known) + "."
    return f"`{name}` is no setting ({where}). {hint}"


def as_text(value: Any) -> str:
    """A TOML value as one would give it in a flag."""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def line_of(name: str, text: str) -> int:
    """Where a key stands; the first line if it is hidden in a table."""
    found = re.search(
        rf"^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*(=|\.)|^[ \t]*\[+[ \t]*{re.escape(name)}", text, re.M
    )
    return text.count("\n", 0, found.start()) + 1 if found else 1
