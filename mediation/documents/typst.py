"""Runs Typst in a worker process, so that a compilation can be stopped and a crash does not end the server."""

import atexit
import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import IO

from mediation.errors import Unavailable

WORKER = Path(__file__).with_name("typst_worker.py")
LENGTH = struct.Struct(">Q")  # as in the worker


class TypstRefused(Exception):
    """Typst rejected the source; the message is Typst's own."""


class WorkerDied(Exception):
    """The worker ended before it answered."""


class Worker:
    """One worker process. Not for two threads at once."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="mediation-typst-")
        self.served = 0
        # A new interpreter instead of multiprocessing: a fork would copy the locks and open database connections of the
        # server, a spawn would run the server's main module again. In a session of its own, so that Ctrl-C reaches only
        # the server; the worker ends when its input is closed.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER), self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crash report could quote the document
            env={**os.environ, "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.pipes: tuple[IO[bytes], IO[bytes]] = self.process.stdin, self.process.stdout

    def ask(self, blocks: Sequence[bytes], seconds: float) -> tuple[bytes, bytes]:
        """Send `blocks` and return the kind and the bytes of the answer.

        Raises TimeoutError when it takes longer than `seconds`, WorkerDied when the process ends before.
        """
        sink, _ = self.pipes
        deadline = monotonic() + seconds
        stop = Timer(seconds, self.process.kill)
        stop.start()
        try:
            for block in blocks:
                sink.write(LENGTH.pack(len(block)) + block)
            sink.flush()
            kind, length = self._read(1), LENGTH.unpack(self._read(LENGTH.size))[0]
            answer = self._read(length)
        except (OSError, EOFError) as error:  # the process has ended: writing to it, reading from it
            raise TimeoutError if monotonic() >= deadline else WorkerDied from error
        finally:
            stop.cancel()
        self.served += 1
        return kind, answer

    def _read(self, length: int) -> bytes:
        data = self.pipes[1].read(length)
        if len(data) < length:
            raise EOFError
        return data

    def end(self) -> None:
        """End the process and remove its folder."""
        self.process.kill()
        for pipe in self.pipes:
            with contextlib.suppress(OSError):  # unsent bytes cannot be flushed any more
                pipe.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def disown(self) -> None:
        """Give up the pipes in a process that was forked from the worker's owner, without writing to them."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        for pipe in self.pipes:
            os.dup2(nowhere, pipe.fileno())  # so that no half-filled buffer is ever flushed to the worker
        os.close(nowhere)
        self.process.returncode = 0  # it is not our child, so we cannot wait for it


class Typesetter:
    """Keeps one worker for all threads of this process, started when first needed and replaced when it ends."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.worker: Worker | None = None
        os.register_at_fork(after_in_child=self._forked)
        atexit.register(self.close)

    def ask(self, blocks: Sequence[bytes], seconds: float) -> tuple[bytes, bytes]:
        """Like `Worker.ask`, for any thread; one at a time."""
        with self.lock:
            while True:
                worker = self.worker = self.worker or Worker()
                try:
                    return worker.ask(blocks, seconds)
                except WorkerDied:
                    self._drop()
                    if not worker.served:
                        raise  # the worker was new, so this document kills workers
                except BaseException:  # a timeout, or an interrupt between question and answer
                    self._drop()
                    raise

    def close(self) -> None:
        """End the worker. The next document starts another."""
        with self.lock:
            self._drop()

    def _drop(self) -> None:
        worker, self.worker = self.worker, None
        if worker is not None:
            worker.end()

    def _forked(self) -> None:
        worker, self.worker = self.worker, None
        self.lock = Lock()  # another thread of the parent may have held the old one
        if worker is not None:
            worker.disown()


typesetter = Typesetter()


def typeset(source: str, files: Mapping[str, bytes], standards: Sequence[str], *, seconds: float) -> bytes:
    """The PDF of the Typst `source`, which can read `files` (by plain names, at `/`) and nothing else.

    Refuses with `document-too-slow` after `seconds`, `document-failed` when Typst crashes, and raises TypstRefused
    when Typst rejects the source.
    """
    # Data are a file, too, and not `sys.inputs`: those belong to typst's library, and with another library it lays out even
    # the shared words again. As a file they make a document a quarter faster.
    header = {"source": source, "standards": list(standards), "files": list(files)}
    try:
        kind, answer = typesetter.ask([json.dumps(header).encode(), *files.values()], seconds)
    except TimeoutError as error:
        raise Unavailable("document-too-slow", seconds=seconds) from error
    except WorkerDied as error:
        raise Unavailable("document-failed") from error
    if kind != b"P":
        raise TypstRefused(answer.decode("utf-8", "replace"))
    return answer
