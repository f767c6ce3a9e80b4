"""Each vendor's row does what it says: functions that it has are asked for as OpenAI has them, others are refused.

A new row is tested by being there; what a vendor speaks in its own words needs an answer in `own_words.py`.
"""

import asyncio

import pytest

from gateway.vendors import VENDORS, Vendor
from tests.gateway.every_vendor import is_openais, run
from tests.gateway.own_words import OWN

Found = dict[str, dict[str, list[str]]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is wrong, by vendor and function."""
    return asyncio.run(run(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=lambda vendor: vendor.id)
def test_no_function_is_left_out(vendor: Vendor) -> None:
    """Whatever a vendor speaks in its own words has an answer in `own_words.py` to be asked with."""
    missing = {each for each in vendor.functions if not is_openais(vendor, each) and (vendor.id, each) not in OWN}

    assert not missing


@pytest.mark.parametrize("vendor", VENDORS)
def test_functions(vendor: str, found: Found) -> None:
    """Method, path, key, body and answer of each function are right, and what is not offered is refused unasked."""
    wrong = {function: faults for function, faults in found.get(vendor, {}).items() if faults}

    assert not wrong
