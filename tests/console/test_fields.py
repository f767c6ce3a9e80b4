"""What a form asks for, and the JSON it makes; no terminal."""

import pytest

from console.screens.expiry import end_of, spelled
from console.screens.fields import Field, body_of, changes_of, slug_of, slug_problem, url_problem
from tests.console.driving import NOW


@pytest.mark.parametrize(
    ("param", "is_meant"),
    [
        ("custom_host", True),
        ("configurations.custom_host", True),
        ("models[0].custom_host", True),
        ("default_host", True),
        ("host", False),
        ("custom_host_2", False),
    ],
)
def test_field_knows_when_it_is_meant(param: str, is_meant: bool) -> None:
    """A refusal reaches its field by name, by path, or by another name the gateway has for it."""
    field = Field(name="custom_host", label="Base URL", also=("default_host",))

    assert field.answers_to(param) is is_meant


def test_new_thing_leaves_empty_fields_out() -> None:
    """A body for something new has no empty fields, but their defaults."""
    fields = [Field(name="name", label="Name"), Field(name="slug", label="Slug", default=lambda v: slug_of(v["name"]))]
    fields.append(Field(name="note", label="Note"))

    assert body_of(fields, {"name": " My Team ", "slug": "", "note": ""}) == {"name": "My Team", "slug": "my-team"}


def test_edit_sends_null_for_what_was_emptied() -> None:
    """A body for an edit has only what was changed; an emptied field is null, an empty secret is left out."""
    fields = [
        Field(name="name", label="Name", value="before"),
        Field(name="note", label="Note", value="before", clears=True),
        Field(name="key", label="Key", secret=True),
    ]

    assert changes_of(fields, {"name": "before", "note": "", "key": ""}) == {"note": None}


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("90", "2027-02-22T15:00:00Z"),
        ("2027-01-31", "2027-01-31T00:00:00Z"),
        ("0", None),
        ("99999999999", None),
        ("2026-11-24", None),
        ("31.1.2027", None),
        ("soon", None),
    ],
)
def test_end_is_days_or_a_date_to_come(text: str, end: str | None) -> None:
    """An end is a number of days from now or a date that has not begun; anything else is none."""
    assert spelled(end_of(text, NOW)) == end


@pytest.mark.parametrize("text", ["ftp://x", "llm.example", "http://", "https:///v1", "http://a b"])
def test_wrong_base_url_is_said(text: str) -> None:
    """What is no base URL is refused while it is typed."""
    assert url_problem(text)


def test_slug_is_what_an_address_can_hold() -> None:
    """Slugs are made of, and refused for anything but, letters, digits, `-` and `_`."""
    assert slug_of("Ünï Cödé & Co. 2") == "n-c-d-co-2"
    assert slug_problem("a/b")
    assert slug_problem("a_b-9") is None
