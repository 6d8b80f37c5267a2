"""Processes to be killed: each is forked from one that has imported all this and holds nothing open, so ready in a moment."""

from multiprocessing import get_context

FORKS = get_context("forkserver")
# There is one such process, and one list: what a module sets for itself is gone when the next one does.
FORKS.set_forkserver_preload(
    ["tests.killed", "tests.safekeeping", "tests.keys.test_keys", "tests.retention.test_retention"]
)
