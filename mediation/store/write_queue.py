"""The queue of those who write: of many threads one at a time, in the order in which they came."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from mediation.errors import Unavailable


class WriteQueue:
    """A queue of threads. A lock would do, but it lets whoever has just finished push in again before those who wait."""

    def __init__(self, patience: float) -> None:
        self.patience = patience  # seconds
        self._lock = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One's own turn. Refuses with `database-busy` when it does not come in time."""
        self._wait()
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self.patience):
            return
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise Unavailable("database-busy")

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
