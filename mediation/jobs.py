"""Background jobs: threads of the server that repeat their tasks for as long as it runs."""

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from mediation.errors import MediationError

log = logging.getLogger(__name__)


class BackgroundJob:
    """A thread that calls its tasks in turn and then sleeps for `interval`.

    A task returns whether more work is waiting; if any does, the next turn begins at once. A task that raises is logged
    and called again at the next turn; the others are not affected.
    """

    def __init__(self, name: str, *tasks: Callable[[], bool], interval: timedelta) -> None:
        self.name, self.tasks, self.interval = name, tasks, interval
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the thread. Nothing happens if it runs already."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def stop(self, within: timedelta = timedelta(seconds=10)) -> None:
        """Stop after the current task. One that takes longer than `within` is abandoned: its thread ends with the process."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(within.total_seconds())

    def _run(self) -> None:
        while not self._stopping.is_set():
            more = [self._call(task) for task in self.tasks]  # a list: every task is called
            if not any(more):
                self._stopping.wait(self.interval.total_seconds())

    def _call(self, task: Callable[[], bool]) -> bool:
        try:
            return task()
        except Exception as error:  # the database may be back at the next turn
            log.error("%s waits: %s", self.name, code_of(error))
            return False


def code_of(error: Exception) -> str:
    """What a log may say of an error: the code of one of ours, else the name of its class. Its message may quote a letter."""
    return error.code if isinstance(error, MediationError) else type(error).__name__
