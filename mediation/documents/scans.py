"""Scans: a file that somebody sends as one is checked in a worker process before anything of it is kept."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mediation.errors import Malformed, MediationError, TooLarge

WORKER = Path(__file__).with_name("scan_worker.py")
SCAN_BYTES = 10_000_000
SCAN_TYPES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG"}
SECONDS = 60.0  # of waiting; the worker may compute for half of that
_OTHER_NAMES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}
_HEADER_WITHIN = 1024 + 5  # where a PDF may begin
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # that the worker gets: no address, no key


@dataclass(frozen=True)
class Scan:
    """A checked scan: its type, the bytes to keep, and the refusal if it is not to be kept."""

    mime: str
    content: bytes
    refusal: MediationError | None = None


def look_into(mime: str, content: bytes) -> Scan:
    """Check a file that is said to be of type `mime`. Takes up to a minute: never call it while a transaction is open.

    A PDF is kept unless it is encrypted, has no page, contains actions or carries other files. A picture is encoded again,
    so that nothing but the picture is kept. The caller raises the refusal: `scan-too-large` (10 MB), `choice-unknown`
    (another type), `scan-not-that` (not of that type), `scan-unreadable` (damaged, or made to exhaust the reader),
    `scan-encrypted` or `scan-active`.
    """
    mime = _OTHER_NAMES.get(mime.lower(), mime.lower())
    if len(content) > SCAN_BYTES:
        return Scan(mime, b"", TooLarge("scan-too-large", field="scan", limit=SCAN_BYTES))
    if mime not in SCAN_TYPES:
        choices = ", ".join(sorted(SCAN_TYPES))
        return Scan(mime, b"", Malformed("choice-unknown", field="content_type", choices=choices))
    if content.find(SCAN_TYPES[mime], 0, _HEADER_WITHIN if mime == "application/pdf" else 8) < 0:
        return Scan(mime, b"", Malformed("scan-not-that", field="scan"))
    verdict, kept = _opened(mime.partition("/")[2], content)
    if verdict == "ok":
        return Scan(mime, kept)
    why = verdict if verdict in {"scan-encrypted", "scan-active"} else "scan-unreadable"
    return Scan(mime, b"", Malformed(why, field="scan"))


def _opened(kind: str, content: bytes) -> tuple[str, bytes]:
    # A new process for each scan, so that none can affect the next.
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(WORKER), kind],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crash report could quote the scan
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return "too-slow", b""
    verdict, _, kept = done.stdout.partition(b"\n")
    return (verdict.decode("ascii", "replace") if done.returncode == 0 else "died"), kept
