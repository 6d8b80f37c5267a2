"""The worker process that turns Typst into PDF: run as a script by `mediation.documents.typst`, it imports nothing of ours.

It reads requests from standard input and answers on standard output, one at a time, until its input closes.
A request is a JSON header of `{"source", "standards", "files"}`, where `files` lists names, and then a block of bytes for
each name. An answer is one byte, `P` for a PDF or `E` for Typst's message, and then one block. Every block, the header
too, is preceded by its length (8 bytes, big-endian).
"""

import contextlib
import json
import os
import shutil
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

import typst

with contextlib.suppress(ImportError):
    import resource  # not on every system

MEMORY_LIMIT = 1024**3  # bytes of address space; the largest honest document takes half, and more is hostile
MEMORY_KEPT = 300 * 1024**2  # bytes; a worker that has grown past this ends after its answer, and a new one is started
LENGTH = struct.Struct(">Q")


def limit_memory() -> None:
    """Limit memory to MEMORY_LIMIT, so that this process ends and not the server."""
    with contextlib.suppress(NameError, OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def memory_in_use() -> int:
    """The memory (bytes) that this process uses now, 0 where the system does not say. (Linux lets its peak begin at the
    parent's.)"""
    with contextlib.suppress(OSError, NameError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0


def read_block(source: BinaryIO) -> bytes:
    """One block. EOFError when the server has closed the pipe."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return source.read(LENGTH.unpack(head)[0])


def provide(root: Path, files: dict[str, bytes]) -> list[int]:
    """Put the files that the document reads into `root`; returns the descriptors to close afterwards.

    In memory where the system can, so that confidential words are not written to a disk.
    """
    descriptors = []
    for name, content in files.items():
        path = root / name
        if not hasattr(os, "memfd_create"):
            path.write_bytes(content)
            continue
        descriptor = os.memfd_create("document")
        descriptors.append(descriptor)
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        path.symlink_to(f"/proc/self/fd/{descriptor}")
    return descriptors


def compile_one(compiler: typst.Compiler, root: Path, request: dict[str, Any], files: dict[str, bytes]) -> bytes:
    """The PDF of one request. Empties `root` afterwards."""
    descriptors = provide(root, files)
    try:
        pdf = compiler.compile(request["source"].encode(), format="pdf", pdf_standards=request["standards"])
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        for left in root.iterdir():
            left.unlink()
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no PDF")
    return pdf


def serve(source: BinaryIO, sink: BinaryIO, folder: Path) -> None:
    """Answer requests until the input closes. `folder` is an empty folder for this process alone."""
    root, packages = folder / "root", folder / "packages"
    root.mkdir()
    packages.mkdir()
    # It can read what comes with a request and nothing else, import nothing, and use only typst's own fonts.
    compiler = typst.Compiler(root=root, ignore_system_fonts=True, package_path=packages, package_cache_path=packages)
    while True:
        try:
            request = json.loads(read_block(source))
            files = {name: read_block(source) for name in request["files"]}
        except EOFError:
            return
        try:
            kind, answer = b"P", compile_one(compiler, root, request, files)
        except typst.TypstError as error:
            kind, answer = b"E", error.message.encode("utf-8", "replace")
        sink.write(kind + LENGTH.pack(len(answer)) + answer)
        sink.flush()
        if memory_in_use() > MEMORY_KEPT:
            return


if __name__ == "__main__":
    limit_memory()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, Path(sys.argv[1]))
    finally:
        shutil.rmtree(sys.argv[1], ignore_errors=True)  # the server may have ended without removing it
