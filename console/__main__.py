"""`python -m console`: the console by itself, against a gateway that runs already."""

import argparse
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> None:
    """Read where the gateway is and which key to show it, then draw."""
    parser = argparse.ArgumentParser(prog="python -m console", description=__doc__)
    parser.add_argument("--gateway", default="http://127.0.0.1:8787", metavar="URL", help="default: %(default)s")
    parser.add_argument(
        "--key-file", type=Path, metavar="F", help="default: $TOLLHOUSE_OPERATOR_KEY, then HOME/operator.key"
    )
    parser.add_argument("--read-only", action="store_true", help="offer no change, and send none")
    given = parser.parse_args(arguments)
    try:
        key = operator_key(given.key_file)
    except OSError as error:
        sys.exit(f"No key for the gateway: {error}. Set `TOLLHOUSE_OPERATOR_KEY` or give `--key-file`.")
    from click import ClickException

    from console.commandline.drawing import draw

    try:
        draw(given.gateway, key, is_read_only=given.read_only)
    except ClickException as error:
        sys.exit(f"Error: {error.message}")


def operator_key(key_file: Path | None) -> str:
    """The key in `key_file`, else the environment's, else the one the gateway wrote into its home. Raises OSError."""
    if key_file is None and (key := os.environ.get("TOLLHOUSE_OPERATOR_KEY")):
        return key.strip()
    home = Path(os.environ.get("TOLLHOUSE_HOME") or "~/.tollhouse").expanduser()
    return (key_file or home / "operator.key").read_text().strip()


if __name__ == "__main__":
    main()
