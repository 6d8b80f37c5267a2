"""Threads: what a route does, from its transaction to its answer, is done in one of a few threads; the rest wait in order.

Each change of threads costs about as much as a statement of the database, and threads that compute at once take the interpreter
from each other.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial, wraps
from threading import local
from typing import Any, ParamSpec, TypeVar

from anyio import Semaphore
from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool

P = ParamSpec("P")
R = TypeVar("R")

# How many requests are at work at once. With 2, 8 or 16 a request takes the same processor time, as measured with 16 clients;
# but where each read is noted on disk, 8 serve more than 2. Those that write wait for one another, for up to half a minute;
# so they have threads of their own, in which they keep no reader waiting. There it is noted, too, who read what.
READING, WRITING = (ThreadPoolExecutor(most, name) for most, name in ((8, "reading"), (12, "writing")))
# A transaction whose steps are each in a thread of their own needs one for each of them. All of these together are fewer than
# the threads (40): else requests that wait for a busy database would take every thread, and the one that has the lock could
# not continue.
_IN_STEPS = 15
_in_steps = RunVar[Semaphore]("transactions in steps")
_here = local()


def is_worker() -> bool:
    """Whether this is a worker thread that does all of a request."""
    return getattr(_here, "is_worker", False)


async def in_a_thread(work: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """What `work` returns, here where this is a worker thread already, else in a thread of its own."""
    return work(*given, **named) if is_worker() else await run_in_threadpool(work, *given, **named)


def threaded(work: Callable[P, R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """A dependency or an endpoint that waits for the database: FastAPI leaves it to us in which thread."""

    @wraps(work)
    async def run(*given: P.args, **named: P.kwargs) -> R:
        return await in_a_thread(work, *given, **named)

    return run


async def in_the_pool(pool: ThreadPoolExecutor, work: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """What `work` returns, done in one thread of `pool`."""
    return await asyncio.get_running_loop().run_in_executor(pool, partial(copy_context().run, work, *given, **named))


async def whole(pool: ThreadPoolExecutor, answering: Coroutine[Any, Any, R]) -> R:
    """What `answering` returns, all of it done in one thread of `pool`. It may wait for nothing of the event loop."""
    return await in_the_pool(pool, _drive, answering)


def _drive(answering: Coroutine[Any, Any, R]) -> R:
    _here.is_worker = True
    try:
        answering.send(None)
    except StopIteration as done:
        answer: R = done.value
        return answer
    finally:
        _here.is_worker = False
        answering.close()
    raise RuntimeError("a route waits for the event loop while it holds a thread")


@asynccontextmanager
async def a_turn() -> AsyncIterator[None]:
    """One of the transactions that may be open in steps at once."""
    turns = _in_steps.get(None)
    if turns is None:
        turns = Semaphore(_IN_STEPS)
        _in_steps.set(turns)
    async with turns:
        yield
