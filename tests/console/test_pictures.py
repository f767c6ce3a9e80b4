"""The README's pictures."""

from tests.console.pictures import LARGEST, draw


async def test_picture_stands_by_itself() -> None:
    """A picture is drawn from the program, fetches no font, and is small enough for a README."""
    svg = await draw("keys")

    assert "mkt-webui" in svg
    assert "@font-face" not in svg
    assert "url(http" not in svg
    assert len(svg) < LARGEST
