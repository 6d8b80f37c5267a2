"""What each program does alike: it takes orders of how many clients make how many moves, and tells how long they took."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time

PARTIES = ("aino", "pekka")
GUARDS = (  # the kinds of marks that a move asks of each party, about as many as the engine's guards
    *("agreed-to-mediate", "ties-answered", "accepted-ground-rules", "had-opening-turn"),
    *("stated-view", "accepted-problem-statement", "ready-for-solutions", "signed"),
)
MOVES = ("begin_follow_up", "return_to_solutions")


def take_turns(move: Callable[[int, str], None]) -> None:
    """Until the orders end: `[clients, times]` -> how many seconds passed for so many rounds of each, and how many of work."""
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        clients, times = json.loads(line)

        def walk(case: int, times: int = times) -> None:
            for _ in range(times):
                for one in MOVES:
                    move(case, one)

        with ThreadPoolExecutor(clients) as pool:
            began, worked = perf_counter(), process_time()
            list(pool.map(walk, range(1, clients + 1)))
            print(json.dumps([perf_counter() - began, process_time() - worked]), flush=True)
