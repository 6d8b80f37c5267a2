"""Bare Typst, the floor of what documents cost: in this process, with the same sources and data as we hand to it."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import typst

from mediation.documents import render as documents
from mediation.documents.families import FOLDER


def bare(folder: Path, draw: Callable[[], object]) -> Callable[[], None]:
    """A way to make what `draw` makes, with another number each time; `draw` makes case 2027-0001 and is called once."""
    asked: list[tuple[str, Mapping[str, bytes], Sequence[str]]] = []
    made, numbers = documents.typeset, count(1)

    def note(source: str, files: Mapping[str, bytes], standards: Sequence[str], *, seconds: float) -> bytes:
        asked.append((source, files, standards))
        return made(source, files, standards, seconds=seconds)

    documents.typeset = note
    draw()
    documents.typeset = made
    root = folder / "bare"
    root.mkdir()
    compiler = typst.Compiler(root=root, font_paths=[FOLDER], ignore_system_fonts=True)

    def way() -> None:
        number = f"2027-{next(numbers):04}".encode()
        for source, files, standards in asked:
            for name, content in files.items():
                (root / name).write_bytes(content.replace(b"2027-0001", number))
            compiler.compile(source.encode(), format="pdf", pdf_standards=list(standards))

    return way
