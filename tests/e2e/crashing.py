"""A console whose network fails as a mistake of ours would: `python -m tests.e2e.crashing`."""

import sys

import httpx
from click import ClickException

from console.app import TollhouseApp
from console.commandline.drawing import show


class Faulty(httpx.AsyncBaseTransport):
    """It does what no network may."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raise what nobody expects, with the key in its words."""
        raise ZeroDivisionError(f"sent {request.headers['x-portkey-api-key']}")


def main() -> None:
    """Draw it."""
    try:
        show(TollhouseApp("http://gateway.test", "th-secret-of-the-operator", transport=Faulty()))
    except ClickException as error:
        sys.exit(f"Error: {error.message}")


if __name__ == "__main__":
    main()
