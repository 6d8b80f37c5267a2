"""Damaged files by kind, for the tables of docs/verifying.md: the same seed gives the same damage."""

import re
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from random import Random
from zipfile import ZipFile

from mediation.sealing.standalone import verify

Damage = Callable[[bytes, Random], bytes]


def flipped(content: bytes, start: int, end: int, chance: Random) -> bytes:
    """One bit changed between two places."""
    changed = bytearray(content)
    changed[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
    return bytes(changed)


# The sealed PDF


def _embedded(pdf: bytes, name: str) -> tuple[int, int]:
    spec = re.search(rb"/F\(%s\).*?/EF<</F (\d+) 0 R" % re.escape(name.encode()), pdf)
    assert spec is not None, name
    stream = re.compile(rb"\n%s 0 obj\n<</Length (\d+)[^\n]*\nstream\n" % spec[1]).search(pdf)
    assert stream is not None
    return stream.end(), stream.end() + int(stream[1])


def _attached(pdf: bytes, ending: str) -> list[str]:
    return [one.decode() for one in re.findall(rb"/Type/Filespec/F\(([^)]*)\)", pdf) if one.decode().endswith(ending)]


def _manifest_name(pdf: bytes) -> str:
    report = verify.check(pdf, [])
    digests = report.attached
    page = next(one for one in digests if one.endswith(".json") and "signatures" in one)
    return min((one for one in digests if one.endswith(".json") and one != page), key=len)


def pdf_content(pdf: bytes, chance: Random) -> bytes:
    """A bit of what the pages say."""
    first = min(_embedded(pdf, name)[0] for name in _attached(pdf, ""))
    return flipped(pdf, 20, first - 200, chance)


def pdf_signature(pdf: bytes, chance: Random) -> bytes:
    """A bit of the seal itself, in the part that is not filling."""
    [contents] = re.finditer(rb"<([0-9a-f]{1000,})>", pdf)
    used = len(contents[1].rstrip(b"0"))
    return flipped(pdf, contents.start() + 1, contents.start() + 1 + used, chance)


def pdf_manifest(pdf: bytes, chance: Random) -> bytes:
    """A bit of the list that was signed."""
    return flipped(pdf, *_embedded(pdf, _manifest_name(pdf)), chance)


def pdf_annex(pdf: bytes, chance: Random) -> bytes:
    """A bit of an attached PDF."""
    return flipped(pdf, *_embedded(pdf, chance.choice(_attached(pdf, ".pdf"))), chance)


def pdf_appended(pdf: bytes, chance: Random) -> bytes:
    """Something after the end: noise, or an addition such as an editor makes."""
    catalogue = re.findall(rb"/Root (\d+) 0 R", pdf)[-1]
    start = re.findall(rb"startxref\n(\d+)\n", pdf)[-1]
    size = re.findall(rb"/Size (\d+)", pdf)[-1]
    noted = b"%%%s\n" % chance.randbytes(chance.randrange(1, 50)).hex().encode()
    trailer = b"trailer\n<</Size %s/Root %s 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
    at = len(pdf) + len(noted)
    addition = noted + b"xref\n0 1\n0000000000 65535 f \n" + trailer % (size, catalogue, start, at)
    return pdf + chance.choice([chance.randbytes(chance.randrange(1, 99)), addition])


def pdf_swapped(pdf: bytes, chance: Random) -> bytes:
    """Two attached PDFs under each other's names."""
    one, other = chance.sample(_attached(pdf, ".pdf"), 2)
    held = {
        name: re.search(rb"/F\(%s\).*?(/EF<</F \d+ 0 R/UF \d+ 0 R>>)" % re.escape(name.encode()), pdf)
        for name in (one, other)
    }
    spans = {name: found.span(1) for name, found in held.items() if found}
    first, last = sorted(spans.values())
    between = pdf[first[1] : last[0]]
    return pdf[: first[0]] + pdf[last[0] : last[1]] + between + pdf[first[0] : first[1]] + pdf[last[1] :]


PDF_KINDS: Mapping[str, Damage] = {
    "content": pdf_content,
    "signature": pdf_signature,
    "manifest": pdf_manifest,
    "annex": pdf_annex,
    "appended": pdf_appended,
    "swapped": pdf_swapped,
}

# The bundle


def _part(bundle: bytes, name: str) -> tuple[int, int]:
    content = verify.unpack(bundle)[name]
    start = bundle.index(name.encode() + content) + len(name)
    return start, start + len(content)


def _named(bundle: bytes, what: str) -> list[str]:
    with ZipFile(BytesIO(bundle)) as archive:
        return [one for one in archive.namelist() if one.endswith(what)]


def _packed_again(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    parts = verify.unpack(bundle)
    dated = verify.json.loads(parts[verify.MANIFEST])["dated"]
    change(parts)
    return verify.pack(parts, dated)


def zip_content(bundle: bytes, chance: Random) -> bytes:
    """A bit anywhere in the sealed PDF inside."""
    sealed = verify.json.loads(verify.unpack(bundle)[verify.MANIFEST])["sealed"]
    return flipped(bundle, *_part(bundle, sealed), chance)


def zip_signature(bundle: bytes, chance: Random) -> bytes:
    """A bit of the signature of the list."""
    return flipped(bundle, *_part(bundle, verify.SIGNATURE), chance)


def zip_manifest(bundle: bytes, chance: Random) -> bytes:
    """A bit of the list."""
    return flipped(bundle, *_part(bundle, verify.MANIFEST), chance)


def zip_annex(bundle: bytes, chance: Random) -> bytes:
    """A bit of a frozen PDF, packed anew so that the zip itself is whole."""
    sealed = verify.json.loads(verify.unpack(bundle)[verify.MANIFEST])["sealed"]
    name = chance.choice([one for one in _named(bundle, ".pdf") if one != sealed])

    def change(parts: dict[str, bytes]) -> None:
        parts[name] = flipped(parts[name], 0, len(parts[name]), chance)

    return _packed_again(bundle, change)


def zip_appended(bundle: bytes, chance: Random) -> bytes:
    """Something behind the end, or another file in it."""
    noise = chance.randbytes(chance.randrange(1, 99))
    if chance.randrange(2):
        return bundle + noise
    return _packed_again(bundle, lambda parts: parts.update({"notes.txt": noise}))


def zip_swapped(bundle: bytes, chance: Random) -> bytes:
    """Two files under each other's names."""

    def change(parts: dict[str, bytes]) -> None:
        one, other = chance.sample(sorted(parts), 2)
        parts[one], parts[other] = parts[other], parts[one]

    return _packed_again(bundle, change)


ZIP_KINDS: Mapping[str, Damage] = {
    "content": zip_content,
    "signature": zip_signature,
    "manifest": zip_manifest,
    "annex": zip_annex,
    "appended": zip_appended,
    "swapped": zip_swapped,
}


def damaged(content: bytes, kinds: Mapping[str, Damage], each: int, seed: int = 14) -> Iterator[tuple[str, bytes]]:
    """So many damaged files of each kind, all different from the good one."""
    for kind, damage in kinds.items():
        for number in range(each):
            bad = damage(content, Random(f"{seed} {kind} {number}"))
            assert bad != content, kind
            yield kind, bad
