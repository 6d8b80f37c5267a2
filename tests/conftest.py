"""What every test may ask for."""

import gc

pytest_plugins = [
    "tests.browsers",
    "tests.databases",
    "tests.rotation",
    "tests.houses",
    "tests.cases",
    "tests.ended",
    "tests.safekeeping",
]


def pytest_collection_finish() -> None:
    """Let no garbage collection look through all that was imported, and let it be seldom: a seventh of the time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
