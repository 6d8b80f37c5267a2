"""Background jobs: threads of the server that run jobs again and again, and survive every error."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from mediation.errors import MediationError

log = logging.getLogger(__name__)


class BackgroundJobs:
    """A thread that runs its jobs one after another, every `interval`, until it is stopped.

    A job that returns True has more to do: then all run again at once. An error in one job is logged and stops no other.
    """

    def __init__(self, name: str, *jobs: Callable[[], object], interval: timedelta) -> None:
        self.name, self.jobs, self.interval = name, jobs, interval
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the thread. Twice changes nothing."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Stop after the job that is running; one that takes longer than `within` is not waited for. Twice changes nothing."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(within.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            done = [self._run_one(job) for job in self.jobs]
            if not any(result is True for result in done):
                self._stopping.wait(self.interval.total_seconds())

    def _run_one(self, job: Callable[[], object]) -> object:
        try:
            return job()
        except Exception as error:  # the next time it may go through
            log.error("%s waits: %s", self.name, code_of(error))
            return False


def code_of(error: Exception) -> str:
    """What a log may say about an error: the code of our own, the class of any other; never its text."""
    return error.code if isinstance(error, MediationError) else type(error).__name__
