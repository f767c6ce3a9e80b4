"""The table of vendors in the documentation is the vendors' own."""

from tests.gateway.vendor_table import DOCUMENT, table


def test_table_is_current() -> None:
    """What the documentation says of each vendor is what the gateway does; `make vendors` writes it again."""
    assert DOCUMENT.read_text() == table()
