"""How much SQLite works: the steps of its virtual machine, the same each time, whatever else the machine does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def steps_of(*engines: Engine) -> Iterator[list[int]]:
    """Counts, in the one number of the list, the steps that statements to these SQLite databases take."""
    counted, seen = [0], dict[int, Any]()

    def step() -> int:
        counted[0] += 1
        return 0  # go on

    def note(connection: Any, cursor: Any, *rest: Any) -> None:
        seen[id(cursor.connection)] = cursor.connection
        cursor.connection.set_progress_handler(step, 1)

    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        for one in engines:
            event.remove(one, "before_cursor_execute", note)
        for connection in seen.values():
            connection.set_progress_handler(None, 1)
