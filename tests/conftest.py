"""What every test may ask for."""

import gc

pytest_plugins = [
    "tests.databases",
    "tests.rotation",
    "tests.houses",
    "tests.cases",
    "tests.ended",
    "tests.safekeeping",
]


def pytest_collection_finish() -> None:
    """Let no garbage collection look through all that was imported, again and again: a seventh of the time went there."""
    gc.collect()
    gc.freeze()
