"""Sealing again and again; run by itself, it does nothing else and tells the peaks of its memory."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from mediation.documents.render import Sheet
from mediation.documents.typst import typesetter
from mediation.sealing.manifest import ListedFile, Manifest
from mediation.sealing.seal import seal
from mediation.sealing.seal_key import load_seal_key
from mediation.sealing.signature_page import signature_sheet
from tests import document_data

DATED = datetime(2027, 2, 1, 5, 30, tzinfo=UTC)


def sealing(folder: Path) -> Callable[[], None]:
    """The sealed file of an agreement in one language: its pages, who signed, what was signed, and the seal."""
    key = load_seal_key(folder / "seal")
    sheet = Sheet("agreement", "fi", document_data.agreement("fi"), dated=DATED)
    pdf, pages = sheet.pdf(), [sheet.part()]

    numbers = count(1)

    def way() -> None:
        number = f"2027-{next(numbers):04}"
        manifest = Manifest(number, 1, "fi", (ListedFile.of("agreement-fi.pdf", "fi", pdf),), ())
        page = document_data.signatures("fi", case=number, manifest_digest=manifest.digest)
        seal(signature_sheet(manifest, {"agreement-fi.pdf": pdf}, page, pages, at=DATED).pdf(), key, DATED)

    return way


def peak_memory() -> dict[str, float]:
    """The peaks, in MB, of a process that only seals, and of its Typst."""
    said = subprocess.run([sys.executable, "-m", "bench.sealing"], check=True, capture_output=True, text=True).stdout
    peaks: dict[str, float] = json.loads(said)
    return peaks


def _tell_peaks() -> None:
    with tempfile.TemporaryDirectory() as folder:
        way = sealing(Path(folder))
        for _ in range(20):
            way()
        assert typesetter.worker is not None
        print(json.dumps({"our process": _peak("self"), "Typst's": _peak(str(typesetter.worker.process.pid))}))


def _peak(process: str) -> float:
    status = Path("/proc", process, "status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    _tell_peaks()
