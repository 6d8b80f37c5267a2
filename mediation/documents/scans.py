"""Scans of papers: what somebody sends as one is opened in a process of its own before anything of it is kept."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mediation.errors import Malformed, MediationError, TooLarge

WORKER = Path(__file__).with_name("scan_worker.py")
SCAN_BYTES = 10_000_000
SCAN_TYPES = {"application/pdf": b"%PDF-", "image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG"}
SECONDS = 60.0  # as a clock shows it; the process itself may compute for half of that
_OTHER_NAMES = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "application/x-pdf": "application/pdf"}
_HEADER_WITHIN = 1024 + 5  # where a PDF may begin
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")  # nothing else of the server's: no address, no key


@dataclass(frozen=True)
class Scan:
    """A scan as it was looked into: its type, the bytes to keep, and why it is refused, if it is."""

    mime: str
    content: bytes
    refusal: MediationError | None = None


def look_into(mime: str, content: bytes) -> Scan:
    """Open a file that is said to be of type `mime`. Takes up to a minute: never while a transaction is open.

    A PDF is walked: none that is encrypted, has no page, acts by itself or carries other files is kept. A picture is
    drawn anew, so that nothing but the picture is kept. The refusal is the act's to raise: `scan-too-large` (10 MB),
    `choice-unknown` (another type), `scan-not-that` (not of that type), `scan-unreadable` (damaged, or made to exhaust
    whoever opens it), `scan-encrypted` and `scan-active`.
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
    return Scan(mime, kept) if verdict == "ok" else Scan(mime, b"", _refusal(verdict))


def _refusal(verdict: str) -> MediationError:
    if verdict == "scan-encrypted":
        return Malformed("scan-encrypted", field="scan")
    if verdict == "scan-active":
        return Malformed("scan-active", field="scan")
    return Malformed("scan-unreadable", field="scan")


def _opened(kind: str, content: bytes) -> tuple[str, bytes]:
    # A new process for each: what one file may have done to it no other meets.
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(WORKER), kind],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a crash report could carry words of the paper
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            timeout=SECONDS,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        return "too-slow", b""
    verdict, _, kept = done.stdout.partition(b"\n")
    return (verdict.decode("ascii", "replace") if done.returncode == 0 else "died"), kept
