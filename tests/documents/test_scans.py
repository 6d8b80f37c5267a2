"""Scans of papers are what they say: a page or a picture, nothing that acts, nothing hidden, and not more than fits."""

import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any

import httpx
import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from sqlalchemy import func, select

from mediation.acts.stored_files import MOST_SCAN_BYTES, MOST_SCANS, attach_scan
from mediation.case.seat import take_seat
from mediation.documents.scans import Scan, look_into
from mediation.errors import TooLarge
from mediation.store.models import StoredFile
from tests.cases import Table, case_in
from tests.houses import House
from tests.world import little_pdf, little_png, problem
from workflows import WORKFLOWS

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R %b >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> %b >>"
SCRIPT = b"/S /JavaScript /JS (app.alert\\(1\\))"


def pdf(*more: bytes, catalog: bytes = b"", page: bytes = b"", trailer: bytes = b"", before: bytes = b"") -> bytes:
    """A PDF of one page; `more` objects follow from number 4 on, and `before` stands before it all."""
    objects = (CATALOG % catalog, PAGES, PAGE % page, *more)
    file, places = before + b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    return file + table(places, len(file), trailer)


def table(places: Sequence[int], start: int, trailer: bytes = b"") -> bytes:
    size = len(places) + 1
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n" % (size, rows)
    return head + b"<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def stream(dictionary: bytes, content: bytes) -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (dictionary, len(content), content)


def unlisted() -> bytes:
    """A script in an object that no table lists: a reader that mends the file would find it."""
    return pdf().replace(b"xref\n0", b"9 0 obj\n<< %b >>\nendobj\nxref\n0" % SCRIPT, 1)


def in_an_object_stream() -> bytes:
    """A script where only who unpacks the file sees it, with the table of objects in a stream as PDF 1.5 has it."""
    packed = stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zlib.compress(b"5 0 << %b >>" % SCRIPT))
    objects = (CATALOG % b"/OpenAction 5 0 R", PAGES, PAGE % b"", packed)
    file, rows = b"%PDF-1.7\n", [b"\0\0\0\0\xff"]
    for number, one in enumerate(objects, 1):
        rows.append(b"\1" + len(file).to_bytes(3, "big") + b"\0")
        file += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    rows.append(b"\2" + (4).to_bytes(3, "big") + b"\0")
    start = len(file)
    rows.append(b"\1" + start.to_bytes(3, "big") + b"\0")
    listed = stream(b"/Type /XRef /Size 7 /W [1 3 1] /Root 1 0 R", b"".join(rows))
    return file + b"6 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (listed, start)


def encrypted() -> bytes:
    written = BytesIO()
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf())))
    writer.encrypt("secret")
    writer.write(written)
    return written.getvalue()


ACTIVE = {
    "a script at opening": pdf(catalog=b"/OpenAction << %b >>" % SCRIPT),
    "a script with a written-out name": pdf(catalog=b"/OpenAction << /S /J#61vaScript /J#53 (x) >>"),
    "scripts by name": pdf(
        b"<< /Names [(a) << /S /JavaScript /JS (x) >>] >>", catalog=b"/Names << /JavaScript 4 0 R >>"
    ),
    "a script that nothing leads to": pdf(b"<< %b >>" % SCRIPT),
    "a script that no table lists": unlisted(),
    "a script packed away": in_an_object_stream(),
    "an address at opening": pdf(catalog=b"/OpenAction << /S /URI /URI (https://example.org) >>"),
    "an address at the turn of a page": pdf(page=b"/AA << /O << /S /URI /URI (https://example.org) >> >>"),
    "an address at opening, kept elsewhere": pdf(b"<< /S /URI /URI (https://x.org) >>", catalog=b"/OpenAction 4 0 R"),
    "an address at the turn of a page, kept elsewhere": pdf(
        b"<< /O 5 0 R >>", b"<< /S /URI /URI (https://example.org) >>", page=b"/AA 4 0 R"
    ),
    "an address after a page was shown": pdf(
        b"[<< /S /URI /URI (https://example.org) >>]",
        catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>",
    ),
    "actions that follow each other for ever": pdf(b"<< /S /GoTo /Next [4 0 R] >>", catalog=b"/OpenAction 4 0 R"),
    "another file, of a kind kept elsewhere": pdf(
        b"/GoToR", page=b"/Annots [<< /Subtype /Link /A << /S 4 0 R /F (//host/share) >> >>]"
    ),
    "a program": pdf(page=b"/Annots [<< /Subtype /Link /A << /S /Launch /F (cmd.exe) >> >>]"),
    "another file": pdf(page=b"/Annots [<< /Subtype /Link /A << /S /GoToR /F (//host/share) >> >>]"),
    "a form that is sent": pdf(page=b"/Annots [<< /A << /S /SubmitForm /F (https://example.org) >> >>]"),
    "a form in XML": pdf(catalog=b"/AcroForm << /XFA (x) /Fields [] >>"),
    "a file inside": pdf(stream(b"/Type /EmbeddedFile", b"MZ"), b"<< /Type /Filespec /EF << /F 4 0 R >> >>"),
    "files inside, by name": pdf(catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"),
    "a film": pdf(page=b"/Annots [<< /Subtype /RichMedia >>]"),
    "a stream that lies elsewhere": pdf(stream(b"/F (//host/share)", b"")),
}

UNREADABLE = {
    "five bytes": (PDF, b"%PDF-"),
    "no page": (PDF, pdf().replace(b"/Kids [3 0 R]", b"/Kids [     ]").replace(b"/Type /Page /", b"/Type /Past /")),
    "cut short": (PDF, pdf()[:200]),
    "pages in a circle": (
        PDF,
        pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]").replace(b"/Type /Page /", b"/Type /Past /"),
    ),
    "nested without an end": (PDF, pdf(b"[" * 400_000 + b"]" * 400_000)),
    "a table that leads to itself": (
        PDF,
        b"%PDF-1.7\nxref\n0 0\ntrailer\n<< /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n",
    ),
    "more objects than it can have": (PDF, b"%PDF-1.7\nxref\n0 4000000000\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n"),
    "more things than anybody draws": (PDF, pdf(b"[" + b"0 " * 600_000 + b"]")),
    "a picture cut short": (JPEG, b""),
    "a picture of nothing": (PNG, b"\x89PNG\r\n\x1a\n"),
    "a picture larger than a wall": (PNG, b""),
}


def jpeg(size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    written = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(written, "JPEG", **more)
    return written.getvalue()


def wall() -> bytes:
    """Sixty million points in some kilobytes."""
    written = BytesIO()
    Image.new("1", (10_000, 6_000)).save(written, "PNG")
    return written.getvalue()


UNREADABLE["a picture cut short"] = (JPEG, jpeg()[:300])
UNREADABLE["a picture larger than a wall"] = (PNG, wall())


def zeros(megabytes: int) -> bytes:
    """So many megabytes of zeros, packed: one of them is, and repeated, for to pack them all takes half a minute."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    one = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checked = (megabytes * 2**20 % 65521) << 16 | 1  # Adler-32 of nothing but zeros
    return b"\x78\xda" + one * megabytes + b"\x03\x00" + checked.to_bytes(4, "big")


def refusal_of(mime: str, content: bytes) -> str | None:
    scan = look_into(mime, content)
    assert (scan.refusal is None) == bool(scan.content)
    return scan.refusal.code if scan.refusal else None


@pytest.mark.parametrize("what", ACTIVE)
def test_a_pdf_that_does_something_or_carries_something_is_refused(what: str) -> None:
    """H13, T33."""
    assert refusal_of(PDF, ACTIVE[what]) == "scan-active"


def test_an_encrypted_pdf_is_refused() -> None:
    """H13, T33: nobody could open it in ten years."""
    assert refusal_of(PDF, encrypted()) == "scan-encrypted"


@pytest.mark.parametrize("what", UNREADABLE)
def test_unreadable_scans_and_those_made_to_exhaust_their_reader_are_refused(what: str) -> None:
    """H13, T33."""
    assert refusal_of(*UNREADABLE[what]) == "scan-unreadable"


def test_what_unpacks_to_more_than_the_memory_it_may_use_is_refused() -> None:
    """H13: nine megabytes that would be nine thousand."""
    assert zlib.decompress(zeros(3)) == bytes(3 * 2**20)
    bomb = stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", zeros(9000))
    content = in_an_object_stream()
    start, end = content.index(b"4 0 obj"), content.index(b"6 0 obj")
    grown = content[:start] + b"4 0 obj\n%b\nendobj\n" % bomb
    grown += content[end:].replace(b"startxref\n%d\n" % end, b"startxref\n%d\n" % len(grown))
    assert len(grown) < 10_000_000
    assert refusal_of(PDF, grown) == "scan-unreadable"


@pytest.mark.parametrize(
    ("mime", "content"),
    [
        (PDF, pdf(before=b"\n")),
        (PDF, b"\n" + pdf()),
        (PDF, b"\xef\xbb\xbf\r\n \r\n" + pdf()),
        (PDF, pdf(before=b"x" * 1000)),
        ("application/PDF", pdf(catalog=b"/OpenAction [3 0 R /Fit]")),
        (PDF, pdf(catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>")),
        (PDF, pdf(page=b"/Annots [<< /Subtype /Link /A << /S /URI /URI (mailto:hr@example.org) >> >>]")),
        (PDF, little_pdf("aino")),
        ("image/jpg", jpeg()),
        ("image/pjpeg", jpeg(progressive=True)),
        (PNG, little_png()),
    ],
)
def test_harmless_variants_are_taken(mime: str, content: bytes) -> None:
    """H13, T33: what an honest scanner, phone or office program writes."""
    scan = look_into(mime, content)
    assert scan.refusal is None
    assert scan.mime in {PDF, JPEG, PNG}
    if scan.mime == PDF:  # what is kept begins as a PDF has to
        assert scan.content.startswith(b"%PDF-1.7")
        assert PdfFileReader(BytesIO(scan.content)).root["/Pages"]["/Count"] == 1


@pytest.mark.parametrize(("mime", "content"), [(PDF, little_png()), (PNG, little_pdf()), (JPEG, b"GIF89a"), (PDF, b"")])
def test_what_is_of_another_type_is_refused(mime: str, content: bytes) -> None:
    """H13."""
    assert refusal_of(mime, content) == "scan-not-that"
    assert refusal_of("text/html", content) == "choice-unknown"
    assert refusal_of(mime, bytes(10_000_001)) == "scan-too-large"


HTML = b"<html><script>alert(1)</script></html>"


def test_of_a_photograph_only_the_picture_is_kept(house: House) -> None:
    """H13: neither a page hidden in it nor the place where it was taken, but which side is up."""
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {1: "N", 2: (60.0, 10.0, 0.0)}
    exif[0x010E] = HTML.decode()
    taken = jpeg(exif=exif, comment=HTML, quality=90) + HTML
    desk = Desk(case_in(house, "opening", ready=False))
    kept = desk.fetched(desk.attached("image/jpg", taken))
    assert b"script" not in kept.content
    assert b"Exif" in taken
    with Image.open(BytesIO(taken)) as before, Image.open(BytesIO(kept.content)) as after:
        assert (after.size, after.getexif().get(0x0112), after.getexif().get(0x8825)) == (before.size, 6, None)
        points = zip(before.convert("L").tobytes(), after.convert("L").tobytes(), strict=True)
        assert max(abs(one - other) for one, other in points) <= 3
    assert kept.headers["content-type"] == JPEG
    assert kept.headers["content-disposition"] == 'attachment; filename="document.jpeg"'
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in kept.headers["content-security-policy"]
    assert "sandbox" in kept.headers["content-security-policy"]


def test_a_png_keeps_every_point_and_nothing_else() -> None:
    """H13."""
    picture = Image.linear_gradient("L").resize((40, 30)).convert("RGBA")
    written = BytesIO()
    picture.save(written, "PNG", icc_profile=HTML)
    scan = look_into(PNG, written.getvalue() + HTML)
    assert b"script" not in scan.content
    with Image.open(BytesIO(scan.content)) as kept:
        assert (kept.mode, kept.size, kept.tobytes()) == ("RGBA", (40, 30), picture.tobytes())


class Desk:
    """Meri's desk: scans for Aino are attached and fetched."""

    def __init__(self, table: Table) -> None:
        self.table, self.meri = table, table.house.client("Meri")
        self.path = f"/api/cases/{table.number}"

    def attach(self, mime: str, content: bytes) -> httpx.Response:
        whose = {"whose": self.table.ids["Aino"]}
        return self.meri.post(f"{self.path}/scans", params=whose, content=content, headers={"Content-Type": mime})

    def attached(self, mime: str, content: bytes) -> str:
        answer = self.attach(mime, content)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def fetched(self, document: str) -> httpx.Response:
        answer = self.meri.get(f"{self.path}/documents/{document}")
        assert answer.status_code == 200, answer.text
        return answer


def fill(table: Table, count: int, size: int) -> None:
    with table.writing() as db:
        for _ in range(count):
            table.does(db, "Meri", attach_scan, table.ids["Aino"], Scan(PDF, bytes(size)))


def how_many(table: Table) -> int:
    with table.house.installation.database.reading() as db:
        return db.scalar(select(func.count()).select_from(StoredFile).where(StoredFile.kind == "scan")) or 0


@pytest.mark.both_databases
def test_a_case_takes_fifty_scans_and_of_two_at_once_only_one_is_the_fiftieth(house: House) -> None:
    """H13."""
    table = case_in(house, "opening", ready=False)
    fill(table, MOST_SCANS - 1, 10)
    both = Barrier(2, timeout=60)

    def attach() -> str:
        both.wait()
        try:
            with table.writing() as db:  # as the route takes the seat: with the case's lock
                seat = take_seat(db, WORKFLOWS, table.number, house.people["Meri"], writing=True)
                attach_scan(db, seat, table.ids["Aino"], Scan(PDF, b"0"))
        except TooLarge as refusal:
            return refusal.code
        return "attached"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(one.result() for one in [pool.submit(attach) for _ in range(2)]) == ["attached", "scans-too-many"]
    desk = Desk(table)
    told = problem(desk.attach(PDF, little_pdf()), 413, "scans-too-many")
    assert str(MOST_SCANS) in told["detail"]
    assert how_many(table) == MOST_SCANS


def test_a_case_takes_a_hundred_megabytes_of_scans(house: House) -> None:
    """H13."""
    table = case_in(house, "opening", ready=False)
    fill(table, 10, 9_900_000)
    with pytest.raises(TooLarge) as refusal:
        fill(table, 1, MOST_SCAN_BYTES - 99_000_000)
    assert refusal.value.code == "scans-too-large"
    fill(table, 1, 900_000)
    other = case_in(house, "opening", ready=False)
    fill(other, 1, 9_900_000)
    assert how_many(table) == 12


@pytest.mark.parametrize("content", [b"%PDF-", encrypted(), ACTIVE["a script at opening"]])
def test_what_is_refused_is_not_kept(house: House, content: bytes) -> None:
    """H13, T33."""
    desk = Desk(case_in(house, "opening", ready=False))
    assert desk.attach(PDF, content).status_code == 422
    assert how_many(desk.table) == 0
