"""The electronic seal: made once, checked offline, and broken by every single bit that is changed."""

import json
import os
import random
import re
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.documents.render import Attachment, Sheet
from mediation.documents.typst import typeset
from mediation.errors import BadSetup
from mediation.sealing import cms
from mediation.sealing.manifest import AnnexManifest, ListedFile, Manifest, canonical, digest, read_manifest
from mediation.sealing.seal import seal
from mediation.sealing.seal_key import CERTIFICATE_FILE, KEY_FILE, SealKey, load_seal_key
from mediation.sealing.signature_page import enclosures, signature_sheet
from mediation.sealing.verification import CONTENTS_DIGITS, Finding, SealedReport, verify_sealed
from tests.document_data import DATED, SEALED_AT, agreement, annex, signatures
from tests.documents.test_documents import failures, flowing, text_of, tool

GOLDEN = Path(__file__).parent.with_name("sealed") / "2027-0001.pdf"  # sealed by the first version of this code
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    return load_seal_key(tmp_path_factory.mktemp("seal"))


@pytest.fixture(scope="module")
def other_key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    return load_seal_key(tmp_path_factory.mktemp("other-seal"))


def sheets_of_the_agreement() -> list[Sheet]:
    return [Sheet("agreement", one, agreement(one), dated=DATED) for one in ("fi", "sv")]


def pages_of_the_agreement() -> list[dict[str, Any]]:
    return [json.loads(json.dumps(one.part())) for one in sheets_of_the_agreement()]  # as they are kept


@cache
def frozen_files() -> Mapping[str, bytes]:
    files = {f"agreement-{one.language}.pdf": one.pdf() for one in sheets_of_the_agreement()}
    return files | {"annex-1-fi.pdf": Sheet("annex", "fi", annex("fi"), dated=DATED).pdf()}


@cache
def the_manifest() -> Manifest:
    files = frozen_files()
    own = AnnexManifest(
        "2027-0001", 1, "fi", "annex-1", (ListedFile.of("annex-1-fi.pdf", "fi", files["annex-1-fi.pdf"]),)
    )
    texts = tuple(ListedFile.of(f"agreement-{one}.pdf", one, files[f"agreement-{one}.pdf"]) for one in ("fi", "sv"))
    return Manifest("2027-0001", 1, "fi", texts, (own,))


def signature_page(manifest: Manifest | AnnexManifest, **changes: Any) -> dict[str, Any]:
    """The page on which each has signed what it was theirs to sign."""
    own = manifest if isinstance(manifest, AnnexManifest) else next(iter(manifest.annexes), None)
    page = signatures()
    page["manifest_digest"] = manifest.digest
    page["documents"] = [asdict(one) for one in manifest.documents]
    if own is None:
        page["signatures"] = page["signatures"][:2]
    elif own is manifest:
        page["signatures"] = page["signatures"][2:]
    for one in page["signatures"]:
        one["digest"] = own.digest if own is not None and one["annex"] else manifest.digest
    return page | changes


@cache
def sealed_once(key: SealKey) -> bytes:
    manifest = the_manifest()
    sheet = signature_sheet(manifest, frozen_files(), signature_page(manifest), pages_of_the_agreement(), at=SEALED_AT)
    return seal(sheet.pdf(), key, SEALED_AT)


@pytest.fixture
def sealed(key: SealKey) -> bytes:
    return sealed_once(key)


def small_sealed_file(key: SealKey) -> bytes:
    """Everything that a sealed file has, on an empty page: small enough to try every bit of it."""
    content = b"Aino ja Pekka"
    manifest = Manifest("2027-0001", 1, "fi", (ListedFile.of("agreement-fi.txt", "fi", content),))
    files = [
        Attachment("agreement-fi.txt", "text/plain", "Sopimus", content, "supplement"),
        *enclosures(manifest, {"agreement-fi.txt": content}, signature_page(manifest))[1:],
    ]
    source = '#set document(title: "T", date: datetime(year: 2027, month: 2, day: 1))\n' + "".join(
        f'#pdf.attach("{one.name}", read("/{one.name}", encoding: none), mime-type: "{one.mime}", '
        f'description: "{one.description}", relationship: "{one.relationship}")\n'
        for one in files
    )
    pdf = typeset(source, {one.name: one.content for one in files}, ["a-3a", "ua-1"], seconds=20)
    return seal(pdf, key, SEALED_AT)


def flipped(pdf: bytes, bit: int) -> bytes:
    changed = bytearray(pdf)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def without_footers(pdf: bytes) -> str:
    return flowing(
        re.sub(r"(?m)^(Luottamuksellinen|Konfidentiellt) · .*$|^(Sivu|Sida) \d+ / \d+$|\f", "", text_of(pdf))
    )


def codes(report: SealedReport) -> set[tuple[str, str]]:
    return {(one.part, one.code) for one in report.findings}


# The file that holds


def test_a_sealed_file_verifies_and_shows_who_signed_what(sealed: bytes, key: SealKey) -> None:
    report = verify_sealed(sealed, key.certificate_pem)
    assert report.findings == ()
    assert report.ok
    assert report.manifest == the_manifest()
    assert [one["name"] for one in report.signatures] == ["Pekka", "Aino", "Tuula"]
    assert report.sealed_at == "2027-02-03T00:05:02+02:00"
    assert verify_sealed(sealed, key.certificate.public_bytes(Encoding.DER)).ok


def test_the_sealed_file_opens_to_the_agreement_itself_in_each_language_and_ends_with_who_signed(
    sealed: bytes,
) -> None:
    """The very words that were signed, but for the lines for a pen."""
    text = without_footers(sealed)
    for language, lines_to_sign in (("fi", "Jos allekirjoitat paperille"), ("sv", "Om du undertecknar på papper")):
        signed = without_footers(frozen_files()[f"agreement-{language}.pdf"])
        assert signed[: signed.index(lines_to_sign)].strip() in text
        assert lines_to_sign not in text
    order = [
        text.index(one) for one in ("Sovittelusopimus", "Medlingsöverenskommelse", "Allekirjoitussivu", "Tarkiste")
    ]
    assert order == sorted(order)


def test_a_text_that_was_frozen_before_its_pages_were_kept_is_sealed_as_an_attachment(key: SealKey) -> None:
    manifest = the_manifest()
    pdf = signature_sheet(manifest, frozen_files(), signature_page(manifest), at=SEALED_AT).pdf()
    assert "Allekirjoitettu sopimus on tämän tiedoston liitteenä." in flowing(text_of(pdf))
    assert verify_sealed(seal(pdf, key, SEALED_AT), key.certificate_pem).findings == ()


def test_a_sealed_file_is_still_archivable_and_accessible_without_exception(sealed: bytes) -> None:
    assert failures(sealed, "pdf/a-3a", "pdf/ua-1") == []


def test_another_program_calls_the_seal_valid_and_the_whole_file_covered(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = subprocess.run([tool("pdfsig"), str(path)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature #") == 1
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_another_program_finds_the_very_files_inside(sealed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    subprocess.run([tool("pdfdetach"), "-saveall", "-o", str(tmp_path), str(path)], check=True)
    for name, content in frozen_files().items():
        assert (tmp_path / name).read_bytes() == content
    assert (tmp_path / "manifest.json").read_bytes() == the_manifest().canonical()
    assert (tmp_path / "annex-1-manifest.json").read_bytes() == the_manifest().annexes[0].canonical()


def test_sealing_again_gives_the_same_bytes_and_at_another_time_the_same_length(key: SealKey) -> None:
    page = Sheet("signatures", "fi", signatures(), dated=SEALED_AT, standard="a-3a").pdf()
    once = seal(page, key, SEALED_AT)
    assert seal(page, key, SEALED_AT) == once
    assert once.startswith(page)
    later = [seal(page, key, SEALED_AT + timedelta(seconds=number)) for number in range(1, 20)]
    assert {len(one) for one in later} == {len(once)}
    assert len({*later, once}) == 20


def test_the_copy_of_an_employer_representative_holds_by_itself(key: SealKey) -> None:
    [own] = the_manifest().annexes
    pdf = seal(signature_sheet(own, frozen_files(), signature_page(own), at=SEALED_AT).pdf(), key, SEALED_AT)
    report = verify_sealed(pdf, key.certificate_pem)
    assert report.findings == ()
    assert report.manifest == own
    assert b"agreement-fi.pdf" not in pdf


def test_a_file_sealed_by_the_first_version_still_holds() -> None:
    assert verify_sealed(GOLDEN.read_bytes(), GOLDEN.with_suffix(".pem").read_bytes()).findings == ()


# What breaks it


def test_every_byte_of_the_signature_counts(key: SealKey) -> None:
    pdf = small_sealed_file(key)
    assert verify_sealed(pdf, key.certificate_pem).findings == ()
    contents = re.search(rb"<[0-9a-f]{%d}>" % CONTENTS_DIGITS, pdf)
    assert contents is not None
    chance = random.Random(1)
    bits = [8 * position + chance.randrange(8) for position in range(contents.start(), contents.end())]
    assert [bit for bit in bits if verify_sealed(flipped(pdf, bit), key.certificate_pem).ok] == []


def test_a_flipped_bit_anywhere_is_refused(sealed: bytes, key: SealKey) -> None:
    chance = random.Random(2)
    bits = [chance.randrange(8 * len(sealed)) for _ in range(400)]
    bits += [8 * len(sealed) - 1 - number for number in range(200)] + list(range(200))
    assert [bit for bit in bits if verify_sealed(flipped(sealed, bit), key.certificate_pem).ok] == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_flipped_bit_of_a_sealed_file_is_refused(key: SealKey) -> None:
    pdf = small_sealed_file(key)
    assert verify_sealed(pdf, key.certificate_pem).findings == ()
    held = [bit for bit in range(8 * len(pdf)) if verify_sealed(flipped(pdf, bit), key.certificate_pem).ok]
    assert held == []


def test_a_file_sealed_with_another_key_is_refused(key: SealKey, other_key: SealKey) -> None:
    report = verify_sealed(sealed_once(other_key), key.certificate_pem)
    assert ("seal", "not-by-this-key") in codes(report)


def test_a_file_sealed_a_second_time_by_anybody_is_refused(sealed: bytes, key: SealKey, other_key: SealKey) -> None:
    assert ("seal", "not-by-this-key") in codes(verify_sealed(_seal_again(sealed, other_key), key.certificate_pem))
    assert codes(verify_sealed(_seal_again(sealed, key), key.certificate_pem)) == {("seal", "several-seals")}


def _seal_again(pdf: bytes, key: SealKey) -> bytes:
    # `seal` has one name for its field; a second one is put in the same way under another.
    text = pdf.replace(b"(Seal)", b"(Saal)")
    return seal(text, key, SEALED_AT)


def test_nothing_can_be_added_or_taken_away(sealed: bytes, key: SealKey) -> None:
    last_table = sealed[sealed.rindex(b"xref\n0 1") :]
    added = [sealed + more for more in (b"\n", b"%", b"\x00", last_table, sealed)]
    for changed in (*added, sealed[:-1], sealed[1:], b"\n" + sealed):
        assert not verify_sealed(changed, key.certificate_pem).ok


def test_the_signature_has_one_spelling_only(sealed: bytes, key: SealKey) -> None:
    [contents] = re.findall(rb"<([0-9a-f]{%d})>" % CONTENTS_DIGITS, sealed)
    der = bytes.fromhex(contents.decode())
    length = 4 + int.from_bytes(der[2:4], "big")

    def with_contents(digits: bytes) -> bytes:
        assert len(digits) == CONTENTS_DIGITS
        return sealed.replace(contents, digits)

    assert verify_sealed(with_contents(contents), key.certificate_pem).ok
    trailing = der[:length] + b"\x00" * (len(der) - length - 1) + b"\x01"
    for digits in (contents.upper(), trailing.hex().encode(), b"20" + contents[2:]):
        assert ("seal", "damaged") in codes(verify_sealed(with_contents(digits), key.certificate_pem))


def test_the_other_signature_that_anybody_can_compute_from_ours_is_refused(key: SealKey) -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    content = bytes(32)
    der = cms.sign(content, key.private, key.certificate)
    assert cms.is_signature(der, content, key.certificate)
    start = der.rindex(b"\x04", 0, len(der) - 69)
    signature = der[start + 2 :]
    r, s = decode_dss_signature(signature)
    twin = encode_dss_signature(r, order - s)
    assert not cms.is_signature(der.replace(signature, twin), content, key.certificate)
    assert not cms.is_signature(cms._assemble(content, key.certificate, twin), content, key.certificate)


# Naming the part


@pytest.mark.parametrize("name", ["agreement-fi.pdf", "agreement-sv.pdf", "annex-1-fi.pdf"])
def test_a_changed_attachment_is_named(sealed: bytes, key: SealKey, name: str) -> None:
    start, end = _embedded(sealed, name)
    report = verify_sealed(flipped(sealed, 8 * ((start + end) // 2)), key.certificate_pem)
    assert ("seal", "changed") in codes(report)
    assert {part for part, _ in codes(report)} == {"seal", f"attachment:{name}"}


@pytest.mark.parametrize(("name", "part"), [("manifest.json", "manifest"), ("signatures.json", "signatures")])
def test_a_changed_list_is_named(sealed: bytes, key: SealKey, name: str, part: str) -> None:
    start, end = _embedded(sealed, name)
    assert part in {
        one.part for one in verify_sealed(flipped(sealed, 8 * ((start + end) // 2)), key.certificate_pem).findings
    }


def _embedded(pdf: bytes, name: str) -> tuple[int, int]:
    spec = re.search(rb"/F\(%s\).*?/EF<</F (\d+) 0 R" % re.escape(name.encode()), pdf)
    assert spec is not None
    stream = re.compile(rb"\n%s 0 obj\n<</Length (\d+)[^\n]*\nstream\n" % spec[1]).search(pdf)
    assert stream is not None
    return stream.end(), stream.end() + int(stream[1])


def _sealed_with(files: list[Attachment], key: SealKey) -> bytes:
    page = Sheet("signatures", "fi", signatures(), dated=SEALED_AT, standard="a-3a", attachments=files).pdf()
    return seal(page, key, SEALED_AT)


def _changed(files: list[Attachment], name: str, change: Callable[[bytes], bytes]) -> list[Attachment]:
    return [replace(one, content=change(one.content)) if one.name == name else one for one in files]


def _swindles() -> Iterator[tuple[str, Callable[[list[Attachment]], list[Attachment]], set[tuple[str, str]]]]:
    extra = Attachment("notes.txt", "text/plain", "x", b"x", "supplement")
    yield (
        "another text",
        lambda files: _changed(files, "agreement-sv.pdf", lambda content: content + b"%"),
        {("attachment:agreement-sv.pdf", "changed")},
    )
    yield (
        "a text missing",
        lambda files: [one for one in files if one.name != "annex-1-fi.pdf"],
        {("attachment:annex-1-fi.pdf", "missing")},
    )
    yield "a text too many", lambda files: [*files, extra], {("attachment:notes.txt", "not-listed")}
    yield (
        "no list",
        lambda files: [one for one in files if one.name != "manifest.json"],
        {("manifest", "missing")},
    )
    yield (
        "a list in another spelling",
        lambda files: _changed(files, "manifest.json", lambda content: content + b"\n"),
        {("manifest", "damaged")},
    )
    yield (
        "no signatures",
        lambda files: [one for one in files if one.name != "signatures.json"],
        {("signatures", "missing")},
    )
    yield (
        "a list of an annex changed",
        lambda files: _changed(files, "annex-1-manifest.json", lambda content: b"{}"),
        {("attachment:annex-1-manifest.json", "changed")},
    )
    for case, forged in _FORGED_PAGES.items():
        yield (
            case,
            lambda files, forged=forged: _changed(  # type: ignore[misc]
                files, "signatures.json", lambda _: canonical(forged(signature_page(the_manifest())))
            ),
            {("signatures", "not-what-was-signed")},
        )


_FORGED_PAGES: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "nobody signed": lambda page: page | {"signatures": []},
    "another list signed": lambda page: page | {"manifest_digest": "00" * 32},
    "another version": lambda page: page | {"version": 2},
    "an annex signed as the whole": lambda page: (
        page | {"signatures": [one | {"annex": False} for one in page["signatures"]]}
    ),
    "one signed something else": lambda page: (
        page | {"signatures": [*page["signatures"], {"digest": "11" * 32, "annex": False}]}
    ),
}


@pytest.mark.parametrize(("case", "change", "expected"), [pytest.param(*one, id=one[0]) for one in _swindles()])
def test_a_true_seal_on_parts_that_do_not_belong_together_is_refused(
    key: SealKey, case: str, change: Callable[[list[Attachment]], list[Attachment]], expected: set[tuple[str, str]]
) -> None:
    manifest = the_manifest()
    files = change(list(enclosures(manifest, frozen_files(), signature_page(manifest))))
    assert codes(verify_sealed(_sealed_with(files, key), key.certificate_pem)) == expected


def test_a_file_other_than_the_listed_one_is_not_sealed_in_the_first_place(key: SealKey) -> None:
    manifest = the_manifest()
    files = {**frozen_files(), "agreement-fi.pdf": b"another"}
    with pytest.raises(ValueError, match="not the one that was signed"):
        signature_sheet(manifest, files, signature_page(manifest), at=SEALED_AT)


# Manifests


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    manifest = the_manifest()
    assert read_manifest(manifest.canonical()) == manifest
    assert read_manifest(manifest.annexes[0].canonical()) == manifest.annexes[0]
    assert manifest.digest == digest(manifest.canonical())


def test_the_digest_of_an_annex_stands_in_the_manifest_that_the_parties_sign() -> None:
    manifest = the_manifest()
    assert manifest.annexes[0].digest.encode() in manifest.canonical()
    other = replace(manifest.annexes[0], documents=())
    assert replace(manifest, annexes=(other,)).digest != manifest.digest


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'"a"', b"[" * 100_000, b"\xff", b'{"case":1}', b'{"annex":1,"case":1}']
)
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of its kind
        read_manifest(content)


# Any input


@settings(max_examples=300, deadline=None)
@given(pdf=st.binary(max_size=300), certificate=st.binary(max_size=60))
def test_verifying_never_raises_on_noise(pdf: bytes, certificate: bytes) -> None:
    golden = GOLDEN.with_suffix(".pem").read_bytes()
    assert not verify_sealed(pdf, golden).ok
    assert not verify_sealed(b"%PDF-1.7\n" + pdf + b"\nstartxref\n9\n%%EOF\n", golden).ok
    assert not verify_sealed(GOLDEN.read_bytes(), certificate).ok


def test_verifying_never_raises_on_a_file_cut_short_or_written_over(sealed: bytes, key: SealKey) -> None:
    chance = random.Random(3)
    for _ in range(150):
        start = chance.randrange(len(sealed))
        noise = chance.randbytes(chance.randrange(1, 400))
        assert not verify_sealed(sealed[:start], key.certificate_pem).ok
        assert not verify_sealed(sealed[:start] + noise + sealed[start + len(noise) :], key.certificate_pem).ok
        assert not verify_sealed(sealed[:start] + noise + sealed[start:], key.certificate_pem).ok


def test_verifying_never_raises_when_the_table_of_objects_is_wrong(sealed: bytes, key: SealKey) -> None:
    table = sealed.rindex(b"xref\n0 1\n")
    chance = random.Random(4)
    for _ in range(300):
        changed = bytearray(sealed)
        for _ in range(3):
            position = chance.choice([chance.randrange(table, len(sealed)), chance.randrange(table - 9000, table)])
            changed[position] = chance.choice(b"0123456789 R/<>nf")
        if bytes(changed) != sealed:
            assert not verify_sealed(bytes(changed), key.certificate_pem).ok


def _bomb(kind: str) -> bytes:
    if kind == "zeros":
        return bytes(100 * 1024**2)
    if kind == "pdf of zeros":
        return b"%PDF-1.7\n" + bytes(60 * 1024**2)
    if kind == "byte ranges":
        return b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 3_000_000
    if kind == "tables in a circle":
        return b"%PDF-1.7\n/ByteRange [0 1 2 3]xref\n0 0\ntrailer\n<</Prev 29>>\nstartxref\n29\n%%EOF\n"
    if kind == "many objects":
        head = b"%PDF-1.7\n/ByteRange [0 1 2 3]\n"
        objects = b"".join(b"%d 0 obj\n<</Type/Filespec/F(a)" % number for number in range(199_000))
        offsets = b"".join(
            b"%010d 00000 n \n" % (len(head) + found.start()) for found in re.finditer(rb"\d+ 0 obj", objects)
        )
        start = len(head) + len(objects)
        return head + objects + b"xref\n0 199000\n" + offsets + b"trailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % start
    packed = zlib.compress(bytes(200 * 1024**2), 9)
    objects = b"1 0 obj\n<</Type/Filespec/F(manifest.json)/EF<</F 2 0 R>>>>\nendobj\n"
    second = 29 + len(objects)
    objects += b"2 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n" % (len(packed), packed)
    table = b"xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (29, second)
    start = 29 + len(objects)
    return b"%PDF-1.7\n/ByteRange [0 1 2 3]" + objects + table + b"trailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % start


@pytest.mark.parametrize(
    "kind", ["zeros", "pdf of zeros", "byte ranges", "tables in a circle", "many objects", "bomb of zeros"]
)
def test_a_hostile_file_is_refused_quickly(key: SealKey, kind: str) -> None:
    bomb = _bomb(kind)
    before = monotonic()
    assert not verify_sealed(bomb, key.certificate_pem).ok
    assert monotonic() - before < 10


def test_what_is_no_certificate_is_named(sealed: bytes) -> None:
    assert verify_sealed(sealed, b"").findings == (Finding("not-a-certificate", "certificate"),)
    assert verify_sealed(sealed, _certificate_of_another_kind()).findings == (
        Finding("not-a-certificate", "certificate"),
    )
    assert verify_sealed(b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").findings == (
        Finding("not-a-certificate", "certificate"),
    )


def _certificate_of_another_kind() -> bytes:
    private = ec.generate_private_key(ec.SECP521R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another")])
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, DATED, SEALED_AT)
    return builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_file_without_a_seal_is_called_so(key: SealKey) -> None:
    pdf = frozen_files()["agreement-fi.pdf"]
    assert verify_sealed(pdf, key.certificate_pem).findings == (Finding("no-seal", "seal"),)


# The key


def refusal(folder: Path, secret: bytes | None = None) -> str:
    with pytest.raises(BadSetup) as refused:
        load_seal_key(folder, secret)
    return refused.value.code


def test_the_key_is_made_at_first_run_and_is_the_same_ever_after(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "seal"
    first = load_seal_key(folder)
    again = load_seal_key(folder)
    assert again.certificate == first.certificate
    assert again.private.private_numbers() == first.private.private_numbers()
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert (folder / CERTIFICATE_FILE).read_bytes() == first.certificate_pem
    assert sorted(path.name for path in folder.iterdir()) == [CERTIFICATE_FILE, KEY_FILE]


def test_processes_that_start_together_end_up_with_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mediation.sealing.seal_key import load_seal_key;"
        "sys.stdin.read(); print(load_seal_key(Path(sys.argv[1])).certificate.serial_number)"
    )
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "seal")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(5)
    ]
    for one in starting:  # each waits for its input to close, so that they run at the same moment
        assert one.stdin is not None
        one.stdin.close()
    serials = []
    for one in starting:
        assert one.stdout is not None
        serials.append(one.stdout.read())
        one.stdout.close()
        assert one.wait(60) == 0
    assert len(set(serials)) == 1
    assert len(os.listdir(tmp_path / "seal")) == 2


def test_a_key_stored_with_a_secret_is_opened_by_it_alone(tmp_path: Path) -> None:
    first = load_seal_key(tmp_path, SECRET)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in (tmp_path / KEY_FILE).read_bytes()
    assert load_seal_key(tmp_path, SECRET).certificate == first.certificate
    assert refusal(tmp_path, bytes(32)) == "seal-key-locked"
    assert refusal(tmp_path) == "seal-key-locked"


def test_a_key_stored_without_a_secret_is_not_taken_for_a_locked_one(tmp_path: Path) -> None:
    load_seal_key(tmp_path)
    assert refusal(tmp_path, SECRET) == "seal-key-locked"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    load_seal_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    assert refusal(tmp_path) == "seal-key-exposed"


def test_a_key_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    load_seal_key(tmp_path)
    path = tmp_path / KEY_FILE
    content = path.read_bytes()
    for length in [*range(0, len(content) - 2, 37), len(content) - 2]:
        path.write_bytes(content[:length])
        assert refusal(tmp_path) == "seal-key-damaged", length
    path.write_bytes(content)
    assert load_seal_key(tmp_path).certificate_pem in content


def test_a_key_with_the_certificate_of_another_is_refused(tmp_path: Path, other_key: SealKey) -> None:
    own = load_seal_key(tmp_path)
    path = tmp_path / KEY_FILE
    path.write_bytes(path.read_bytes().replace(own.certificate_pem, other_key.certificate_pem))
    assert refusal(tmp_path) == "seal-key-damaged"


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir(mode=0o700)
    assert refusal(tmp_path) == "seal-key-unreadable"
    (tmp_path / "file").write_text("")
    assert refusal(tmp_path / "file") == "seal-key-unreadable"


def test_a_lost_key_is_not_silently_replaced_by_another(tmp_path: Path) -> None:
    load_seal_key(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    assert refusal(tmp_path) == "seal-key-missing"


def test_a_lost_certificate_is_written_again_from_the_key(tmp_path: Path) -> None:
    key = load_seal_key(tmp_path)
    (tmp_path / CERTIFICATE_FILE).unlink()
    load_seal_key(tmp_path)
    assert x509.load_pem_x509_certificate((tmp_path / CERTIFICATE_FILE).read_bytes()) == key.certificate
