"""Workers: threads of the server that do what waits, again and again, and survive every error."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from mediation.errors import MediationError

log = logging.getLogger(__name__)


class Worker:
    """A thread that takes its tasks in turn, every `interval`, for as long as the server runs.

    A task says whether more may wait: then its turn comes again at once. What fails in one keeps no other.
    """

    def __init__(self, name: str, *tasks: Callable[[], bool], interval: timedelta) -> None:
        self.name, self.tasks, self.interval = name, tasks, interval
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin. Twice changes nothing."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Stop after the task in hand; one that takes longer than `within` is left to itself. Twice changes nothing."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(within.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            more = [self._done(task) for task in self.tasks]
            if not any(more):
                self._stopping.wait(self.interval.total_seconds())

    def _done(self, task: Callable[[], bool]) -> bool:
        try:
            return task()
        except Exception as error:  # the database may be back at the next turn
            log.error("%s waits: %s", self.name, code_of(error))
            return False


def code_of(error: Exception) -> str:
    """What a log may say of an error: the code of ours, the kind of any other; never its words."""
    return error.code if isinstance(error, MediationError) else type(error).__name__
