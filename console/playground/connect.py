"""How an application is pointed at this gateway: the settings of each client, as text to copy. No Textual in here."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from console.client import GatewayClient
from console.commandline.address import UNIX, url_of
from console.logs.conversation import turns_answered
from console.wire.connect import Setting
from console.wire.reading import read

SNIPPETS = Path(__file__).parent / "snippets"
NO_KEY = "th-YOUR-KEY"
"""Stands in a snippet until a key is made."""
DOCKER = "host.docker.internal"
Json = dict[str, Any]


def bearer(key: str) -> dict[str, str]:
    """As OpenAI's clients say who they are."""
    return {"authorization": f"Bearer {key}"}


def anthropic(key: str) -> dict[str, str]:
    """As Anthropic's do with an `auth_token`; their `api_key` would be taken for a key of Anthropic's own."""
    return {"authorization": f"Bearer {key}", "anthropic-version": "2023-06-01"}


def portkey(key: str) -> dict[str, str]:
    """As Portkey's does."""
    return {"x-portkey-api-key": key}


@dataclass(frozen=True, slots=True)
class Client:
    """A kind of application: its snippet, named like it, and how it asks."""

    name: str
    title: str
    language: str
    """`python` and `sh` can be run as they stand."""
    path: str = "/v1/chat/completions"
    says: Callable[[str], dict[str, str]] = bearer
    """The headers that carry its key."""
    streams: bool = False

    def snippet(self, root: str, key: str, model: str) -> str:
        """Its settings, with this gateway's address and these."""
        text = (SNIPPETS / f"{self.name}.txt").read_text()
        for name, value in {"BASE_URL": f"{root}/v1", "ROOT_URL": root, "API_KEY": key, "MODEL": model}.items():
            text = text.replace(f"<{name}>", value)
        return text


CLIENTS = (
    Client("open_webui", "Open WebUI", "text", streams=True),
    Client("openai_python", "Python", "python"),
    Client("openai_node", "Node", "javascript"),
    Client("anthropic", "Anthropic", "python", "/v1/messages", anthropic),
    Client("curl", "curl", "sh"),
    Client("portkey", "Portkey", "python", says=portkey),
    Client("environment", "Environment", "text"),
)


def root_of(console_url: str, settings: list[Setting]) -> str:
    """Where applications reach the gateway; the console itself may be at a door of the admin API's own."""
    known = {setting.name: setting.value for setting in settings if setting.value}
    is_own_door = console_url.startswith(UNIX) or (
        "admin_port" in known and known["admin_port"] == port_of(console_url)
    )
    if is_own_door and known.get("port", "").isdigit():
        return url_of(known.get("host", "127.0.0.1"), int(known["port"]))
    return console_url


def port_of(url: str) -> str:
    """The port in a URL, or its scheme's."""
    address = urlsplit(url)
    return str(address.port or (443 if address.scheme == "https" else 80))


def roots_of(root: str, machine: str) -> list[str]:
    """The same gateway as it is called from this machine, from a container on it, and from another machine."""
    address = urlsplit(root)
    port = f":{address.port}" if address.port else ""
    names = [DOCKER, machine] if is_loopback(address.hostname or "") else []
    return [root, *(f"{address.scheme}://{name}{port}" for name in names)]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hints(root: str, settings: list[Setting]) -> Iterator[str]:
    """What goes wrong most often with such an address, and how to mend it."""
    address, listens = urlsplit(root), next((each.value for each in settings if each.name == "host"), None)
    host = address.hostname or ""
    if is_loopback(host):
        yield f"Only this machine reaches {host}; from a container it is another machine: `o` gives other addresses."
    elif listens is not None and is_loopback(listens):
        yield f"The gateway listens at {listens} alone: start it with `--host 0.0.0.0`, or {host} gets no answer."
    if host == DOCKER:
        yield "On Linux, Docker knows that name after `--add-host=host.docker.internal:host-gateway`."
    if address.scheme == "https":
        yield "The client must trust the certificate: a private CA goes into SSL_CERT_FILE or NODE_EXTRA_CA_CERTS."
    elif not is_loopback(host) and host != DOCKER:
        yield "Keys and prompts go in the clear over http: put a TLS proxy in front where others share the network."


async def knock(gateway: GatewayClient, client: Client, key: str | None, model: str) -> str:
    """Ask once as this client would, and what was answered; without a key, as the console. Raises GatewayError."""
    body: Json = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 64}
    body |= {"stream": True} if client.streams else {}
    door = gateway if key is None else gateway.without_key()
    text = ""
    try:
        async with door.events("POST", client.path, body=body, headers=client.says(key) if key else None) as events:
            async for event in events.each(read_anything):
                text += "".join(turn.text for turn in turns_answered(event))
    finally:
        if door is not gateway:
            await door.close()
    return text


def read_anything(raw: bytes) -> Any:
    """Any JSON."""
    return read(raw, object)
