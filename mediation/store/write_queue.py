"""A fair lock: threads get it one at a time, in the order in which they asked."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from mediation.errors import Unavailable


class WriteQueue:
    """The threads that want to write. A plain lock would let a thread that has just written overtake those who wait."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout  # seconds
        self._lock = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn to write, and have it inside. Refuses with `database-busy` if it does not come in time."""
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
        if mine.acquire(timeout=self.timeout):
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
