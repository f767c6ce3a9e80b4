"""Each vendor's row does what it says: functions that it has are asked for as OpenAI has them, others are refused.

A new row is tested by being there. Functions that a vendor speaks in its own words have tests of their own.
"""

import asyncio

import pytest

from gateway.vendors import VENDORS
from tests.gateway.every_vendor import run

Found = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is wrong, by vendor and function."""
    return asyncio.run(run(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("vendor", VENDORS)
def test_functions(vendor: str, found: Found) -> None:
    """Method, path, key, body and answer of each function are right, and what is not offered is refused unasked."""
    wrong = {function: faults for function, faults in found.get(vendor, {}).items() if faults}

    assert not wrong
