"""The documents that tell of a case in prose: to whom each is open, that page and PDF say the same, and what they say."""

import pytest

from tests.document_data import LANGUAGES
from tests.houses import House
from tests.world import LiveCase, case_at


def test_try(sqlite_house: House) -> None:
    case = case_at(sqlite_house, "follow-up", ready=False)
    for name in ("Meri", "Aino", "Kaarina", "Tuula", "Vilho", "Outi"):
        print(name, case[name].asks("GET papers").status_code, case[name].asks("GET papers").text)
    import pathlib
    out = pathlib.Path("/tmp/s22/papers")
    for name in ("Meri", "Aino", "Kaarina", "Vilho"):
        for one in case[name].asks("GET papers").json():
            for language in LANGUAGES:
                got = case[name].asks(f"GET papers/{one['code']}", Accept_Language=language)
                if got.status_code != 200:
                    print(name, one, got.text)
                    continue
                pdf = case[name].asks(f"GET papers/{one['code']}/pdf", Accept_Language=language)
                print(name, one, language, pdf.status_code)
                (out / f"{name}-{one['code']}-{language}.pdf").write_bytes(pdf.content)
    assert 0
