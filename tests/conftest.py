"""What all tests share."""

import gc


def pytest_collection_finish() -> None:
    """What was imported stays for ever: looking through it at every collection took an eighth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
