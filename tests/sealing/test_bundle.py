"""The bundle: made the same every time, checked by the program inside it, and refused with the part named when touched."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mediation.__main__ import main
from mediation.installation.sealed_files import check_file
from mediation.sealing.bundle import bundle, verifier
from mediation.sealing.seal import Sealer, seal
from mediation.sealing.seal_key import SealKey, load_seal_key
from mediation.sealing.signature_page import signature_sheet
from mediation.sealing.standalone import verify
from tests.document_data import SEALED_AT
from tests.documents.test_documents import tool
from tests.sealing.damage import PDF_KINDS, ZIP_KINDS, damaged, flipped
from tests.sealing.test_seal import GOLDEN, frozen_files, sealed_once, signature_page, the_manifest

NAME, HEAD = "sopimus.pdf", "ab" * 32


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    return load_seal_key(tmp_path_factory.mktemp("seal"))


@pytest.fixture(scope="module")
def other_key(tmp_path_factory: pytest.TempPathFactory) -> SealKey:
    return load_seal_key(tmp_path_factory.mktemp("other-seal"))


@cache
def bundled(key: SealKey) -> bytes:
    return bundle(NAME, sealed_once(key), Sealer(key), head=HEAD)


@pytest.fixture
def good(key: SealKey) -> bytes:
    return bundled(key)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def found(report: verify.Report) -> set[tuple[str, str]]:
    return set(report.findings)


# What is in it


def test_a_bundle_holds_all_that_was_signed_and_what_is_needed_to_check_it(good: bytes, key: SealKey) -> None:
    parts, frozen = parts_of(good), frozen_files()
    beside = {"README.txt", "bundle.json", "bundle.p7s", "certificates.pem", "public-key.pem", "verify.py"}
    assert parts.keys() == {NAME, *frozen, *beside}
    assert {name: parts[name] for name in frozen} == frozen
    assert parts[NAME] == sealed_once(key)
    assert parts["certificates.pem"] == key.certificate_pem
    manifest = json.loads(parts["bundle.json"])
    assert verify.canonical(manifest) == parts["bundle.json"]
    assert manifest["record"] == {"case": "2027-0001", "head": HEAD}
    assert {one["name"] for one in manifest["files"]} == parts.keys() - {"bundle.json", "bundle.p7s"}
    read_me = parts["README.txt"].decode()
    for title in ("LUE MINUT", "LÄS MIG", "READ ME", HEAD, verify.fingerprint(key.certificate)):
        assert title in read_me
    assert "$" not in read_me
    assert "{" not in read_me


def test_the_same_agreement_gives_the_same_bytes(good: bytes, key: SealKey) -> None:
    assert bundle(NAME, sealed_once(key), Sealer(key), head=HEAD) == good
    assert bundle(NAME, sealed_once(key), Sealer(key)) != good


def test_every_checker_says_that_a_good_bundle_holds_and_what_it_is(good: bytes, key: SealKey) -> None:
    for report in (
        verify.check(good, []),
        verify.check(good, [key.certificate]),
        check_file(good, key.certificate_pem),
    ):
        assert report.findings == []
        told = report.told()
        assert (told["kind"], told["holds"], told["case"], told["version"]) == ("bundle", True, "2027-0001", 1)
        assert [one["name"] for one in told["signatures"]] == ["Pekka", "Aino", "Tuula"]
        assert [one["sha256"] for one in told["seals"]] == [key.digest]
        json.dumps(told)


def test_the_sealed_pdf_alone_holds_for_both_programs(key: SealKey) -> None:
    reports = verify.check(sealed_once(key), [key.certificate]), check_file(sealed_once(key), key.certificate_pem)
    assert reports[0].told() == json.loads(json.dumps(reports[1].told()))
    for report in reports:
        assert (report.findings, report.kind, report.told()["sealed_at"]) == (
            [],
            "sealed-pdf",
            "2027-02-03T00:05:02+02:00",
        )


def test_openssl_finds_the_list_signed_by_the_seal(good: bytes, tmp_path: Path) -> None:
    parts = parts_of(good)
    for name in ("bundle.json", "bundle.p7s", "certificates.pem"):
        (tmp_path / name).write_bytes(parts[name])
    command = f"{tool('openssl')} cms -verify -binary -inform DER -in bundle.p7s -content bundle.json"
    command += " -CAfile certificates.pem -purpose any -no_check_time -out /dev/null"
    said = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_the_copy_of_a_representative_is_a_bundle_of_the_annex_alone(key: SealKey) -> None:
    [own] = the_manifest().annexes
    pdf = seal(signature_sheet(own, frozen_files(), signature_page(own), at=SEALED_AT).pdf(), key, SEALED_AT)
    content = bundle("liite.pdf", pdf, Sealer(key))
    assert {"liite.pdf", "annex-1-fi.pdf"} == {name for name in parts_of(content) if name.endswith(".pdf")}
    assert verify.check(content, [key.certificate]).findings == []
    assert check_file(content, key.certificate_pem).findings == []
    assert "record" not in parts_of(content)["README.txt"].decode()


def test_an_agreement_sealed_by_an_earlier_seal_is_bundled_with_both_certificates(key: SealKey) -> None:
    content = bundle(NAME, GOLDEN.read_bytes(), Sealer(key))
    assert verify.check(content, []).findings == []
    assert check_file(content, key.certificate_pem).findings == []
    seals = [one["sha256"] for one in verify.check(content, []).told()["seals"]]
    assert seals[0] == key.digest
    assert len(seals) == 2
    assert verify.check(GOLDEN.read_bytes(), verify.certificates_in(GOLDEN.with_suffix(".pem").read_bytes())).holds


def test_what_does_not_hold_is_not_bundled(key: SealKey) -> None:
    for pdf in (b"", frozen_files()["agreement-fi.pdf"], flipped(sealed_once(key), 900, 901, Random(1))):
        with pytest.raises(ValueError, match="seal"):
            bundle(NAME, pdf, Sealer(key))


# What breaks it


def test_another_seal_is_refused_by_who_knows_the_right_one(good: bytes, other_key: SealKey) -> None:
    assert ("bundle.p7s", "not-by-this-key") in found(verify.check(good, [other_key.certificate]))
    assert ("bundle.p7s", "not-by-this-key") in found(check_file(good, other_key.certificate_pem))
    assert verify.check(sealed_once(other_key), []).holds  # without a certificate only the fingerprint tells
    forged = bundle(NAME, sealed_once(other_key), Sealer(other_key))
    assert verify.check(forged, []).told()["seals"] != verify.check(good, []).told()["seals"]


def test_a_list_signed_by_a_true_seal_for_other_files_is_refused(good: bytes, key: SealKey) -> None:
    parts = verify.unpack(good)
    other = verify.unpack(bundle(NAME, GOLDEN.read_bytes(), Sealer(key)))
    mixed = parts | {name: other[name] for name in ("bundle.json", "bundle.p7s")}
    assert {(NAME, "changed"), ("README.txt", "changed")} <= found(verify.check(verify.pack(mixed, "2027-02-03"), []))


def _zip(write: Callable[[zipfile.ZipFile, dict[str, bytes]], None], good: bytes, method: int = 0) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        write(archive, parts_of(good))
    return whole.getvalue()


def _all(archive: zipfile.ZipFile, parts: dict[str, bytes], **more: bytes) -> None:
    for name, content in [*parts.items(), *more.items()]:
        archive.writestr(name, content)


def _twice(archive: zipfile.ZipFile, parts: dict[str, bytes]) -> None:
    _all(archive, parts)
    archive.writestr(NAME, b"another")


def _tricks(good: bytes) -> Iterator[tuple[str, bytes, str]]:
    yield "packed", _zip(_all, good, zipfile.ZIP_DEFLATED), "packed-otherwise"
    yield "packed anew by another program", _zip(_all, good), "not-as-made"
    yield "twice", _zip(_twice, good), "twice"
    for name in ("../x.txt", "/etc/x", "a/b.txt", "a\\b.txt", "C:x", ".hidden", "x y.txt"):
        yield name, _zip(lambda archive, parts, name=name: _all(archive, parts, **{name: b"x"}), good), "unsafe-name"  # type: ignore[misc]
    yield (
        "a burst of zeros",
        _zip(lambda archive, _: archive.writestr("a.txt", bytes(2**27)), good, zipfile.ZIP_DEFLATED),
        "packed-otherwise",
    )
    yield "too large", b"PK\3\4" + bytes(verify.MOST_BYTES), "too-large"
    yield "something behind", good + b"x", "not-as-made"
    yield "another listing", good + good[good.index(b"PK\1\2") :], "not-as-made"
    yield "cut short", good[:-1], "not-as-made"
    hidden = good.replace(b"PK\1\2", b"hidden!PK\1\2", 1)
    yield "something between", hidden, "not-as-made"
    comment = bytearray(good)
    comment[-2:] = b"\x03\x00"
    yield "a comment", bytes(comment) + b"abc", "not-as-made"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_every_trick_with_a_zip_is_refused(good: bytes, key: SealKey) -> None:
    tried = 0
    for trick, content, code in _tricks(good):
        tried += 1
        for report in (verify.check(content, []), check_file(content, key.certificate_pem)):
            assert ("file", code) in found(report), (trick, report.findings)
    assert tried > 14


def test_a_part_that_is_missing_added_or_changed_is_named(good: bytes) -> None:
    parts = verify.unpack(good)
    dated = json.loads(parts["bundle.json"])["dated"]
    for name in parts:
        without = verify.check(verify.pack({one: parts[one] for one in parts if one != name}, dated), [])
        assert (name, "missing") in found(without), name
        changed = verify.check(verify.pack(parts | {name: parts[name] + b" "}, dated), [])
        assert name in {part for part, _ in changed.findings}, (name, changed.findings)
    extra = verify.check(verify.pack(parts | {"notes.txt": b"x"}, dated), [])
    assert found(extra) == {("notes.txt", "not-listed")}


def test_a_flipped_bit_anywhere_is_refused_by_both_programs(good: bytes, key: SealKey) -> None:
    chance = Random(5)
    for number in range(150):
        end = len(good) if number < 100 else 60
        bad = flipped(good, 0, end, chance)
        assert not verify.check(bad, []).holds
        assert number % 5 or not check_file(bad, key.certificate_pem).holds


def test_both_programs_refuse_each_kind_of_damage_and_name_what_they_agree_on(good: bytes, key: SealKey) -> None:
    for content, kinds in ((sealed_once(key), PDF_KINDS), (good, ZIP_KINDS)):
        for kind, bad in damaged(content, kinds, each=4):
            alone, ours = verify.check(bad, [key.certificate]), check_file(bad, key.certificate_pem)
            assert not alone.holds, kind
            assert not ours.holds, kind


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_refused_and_never_an_error(seed: int, good: bytes, key: SealKey) -> None:
    chance = Random(seed)
    for _ in range(40):
        noise, at = chance.randbytes(chance.randrange(1, 300)), chance.randrange(len(good))
        for bad in (
            b"PK" + noise,
            b"PK\3\4" + noise,
            b"%PDF-" + noise,
            good[:at] + noise,
            good[:at] + noise + good[at + len(noise) :],
        ):
            assert not verify.check(bad, []).holds
            assert not check_file(bad, key.certificate_pem).holds


# The program alone


def test_the_program_in_the_bundle_runs_alone_and_gives_its_exit_status(
    good: bytes, key: SealKey, other_key: SealKey, tmp_path: Path
) -> None:
    files = {
        "good.zip": good,
        "bad.zip": good + b"x",
        "good.pdf": sealed_once(key),
        "verify.py": parts_of(good)["verify.py"],
    }
    files |= {"seal.pem": key.certificate_pem, "other.pem": other_key.certificate_pem, "none.pem": b"none"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def run(*given: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "verify.py", *given]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return said.returncode, said.stdout + said.stderr

    status, said = run("good.zip")
    assert (status, "HOLDS" in said, key.digest in said) == (0, True, True), said
    assert run("good.pdf")[0] == 0
    assert run("good.zip", "--certificate", "seal.pem")[0] == 0
    status, said = run("good.zip", "--certificate", "other.pem", "--json")
    assert (status, json.loads(said)["findings"]) == (1, [{"code": "not-by-this-key", "part": "bundle.p7s"}])
    assert run("bad.zip")[0] == 1
    for refused in (["none.zip"], ["good.zip", "--certificate", "none.pem"], ["good.zip", "--certificate", "gone.pem"]):
        assert run(*refused)[0] == 2, refused


def test_the_program_imports_nothing_of_ours_and_nothing_but_the_standard_library_and_cryptography() -> None:
    imported = [line.split()[1].partition(".")[0] for line in verifier().decode().splitlines() if _is_import(line)]
    assert {*imported} - sys.stdlib_module_names == {"cryptography"}
    assert len(verifier()) < 36_000


def _is_import(line: str) -> bool:
    return line.startswith(("import ", "from "))


def test_the_command_checks_a_bundle_and_reports_to_machines(
    good: bytes, key: SealKey, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIATION_HOME", str(tmp_path / "var"))
    files = {"good.zip": good, "bad.zip": good.replace(b"READ ME", b"READ US"), "good.pdf": sealed_once(key)}
    files["seal.pem"] = key.certificate.public_bytes(Encoding.PEM)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def run(name: str, *more: str) -> tuple[int, str]:
        status = main(["verify", str(tmp_path / name), "--certificate", str(tmp_path / "seal.pem"), *more])
        return status, capsys.readouterr().out

    assert run("good.zip")[0] == 0
    for name, kind in (("good.zip", "bundle"), ("good.pdf", "sealed-pdf")):
        status, said = run(name, "--json")
        told = json.loads(said)
        assert (status, told["holds"], told["kind"], told["trust"]) == (0, True, kind, "given")
    status, said = run("bad.zip")
    assert (status, "README.txt: changed" in said) == (1, True), said
    status, said = run("bad.zip", "--json")
    assert (status, json.loads(said)["holds"]) == (1, False)
