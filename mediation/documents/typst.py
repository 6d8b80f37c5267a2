"""Typst in a process of its own, kept warm, so that a compile can be stopped and a crash takes nothing with it."""

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
    """Typst understood the request and would not make a PDF of it; the message is Typst's own."""


class WorkerDied(Exception):
    """The worker ended before it answered."""


class Worker:
    """One worker process; never for two threads at once."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="mediation-typst-")
        self.served = 0
        # A fresh interpreter instead of multiprocessing: a fork would copy the threads' locks and the open database
        # connections of a server, a spawn would run the server's main module again. A session of its own, so that
        # Ctrl-C reaches the server alone; the worker ends when it sees its input close.
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(WORKER), self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crash report could carry words of the document
            env={**os.environ, "RAYON_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.pipes: tuple[IO[bytes], IO[bytes]] = self.process.stdin, self.process.stdout

    def ask(self, blocks: Sequence[bytes], seconds: float) -> tuple[bytes, bytes]:
        """Send `blocks` and give the kind and the bytes of the answer.

        Raises TimeoutError when it takes longer than `seconds`, WorkerDied when it never comes.
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
        except OSError as error:  # writing to a dead process
            raise TimeoutError if monotonic() >= deadline else WorkerDied from error
        except EOFError as error:  # reading from one
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
        """End the process and take its folder away."""
        self.process.kill()
        for pipe in self.pipes:
            with contextlib.suppress(OSError):  # what was not yet written has nowhere to go
                pipe.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def disown(self) -> None:
        """In a process forked from the worker's owner: let go of the pipes, unheard by the worker."""
        nowhere = os.open(os.devnull, os.O_RDWR)
        for pipe in self.pipes:
            os.dup2(nowhere, pipe.fileno())  # so that not even a half-filled buffer is ever flushed to the worker
        os.close(nowhere)
        self.process.returncode = 0  # not our child: there is nothing to wait for


class Press:
    """The one worker of this process, started when first needed and replaced when it dies."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.worker: Worker | None = None
        os.register_at_fork(after_in_child=self._forked)
        atexit.register(self.close)

    def print(self, blocks: Sequence[bytes], seconds: float) -> tuple[bytes, bytes]:
        """As `Worker.ask`, for any thread: one at a time."""
        with self.lock:
            while True:
                worker = self.worker = self.worker or Worker()
                try:
                    return worker.ask(blocks, seconds)
                except WorkerDied:
                    self._drop()
                    if not worker.served:
                        raise  # it was new: this document kills workers
                except BaseException:  # a stopped compile, or an interrupt between question and answer
                    self._drop()
                    raise

    def close(self) -> None:
        """End the worker; the next document starts another."""
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


press = Press()


def typeset(source: str, files: Mapping[str, bytes], standards: Sequence[str], *, seconds: float) -> bytes:
    """The PDF of the Typst `source`, which may read `files` (by plain names, at `/`) and nothing else.

    Refuses with `document-too-slow` after `seconds`, `document-failed` when Typst crashes, and raises TypstRefused
    when Typst objects.
    """
    # Data come as a file, too, and not as `sys.inputs`: those are part of typst's library, and with another library it
    # lays out anew even the words that all documents share. As a file, a document takes a quarter less time.
    header = {"source": source, "standards": list(standards), "files": list(files)}
    try:
        kind, answer = press.print([json.dumps(header).encode(), *files.values()], seconds)
    except TimeoutError as error:
        raise Unavailable("document-too-slow", seconds=seconds) from error
    except WorkerDied as error:
        raise Unavailable("document-failed") from error
    if kind != b"P":
        raise TypstRefused(answer.decode("utf-8", "replace"))
    return answer
