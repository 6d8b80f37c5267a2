"""What is the same for everybody is sent packed where it is long; what is somebody's never is, at any length."""

import gzip

import pytest

from api.http.packed import LONG
from api.http.pages import assets
from tests.houses import House
from tests.world import case_at

UNPACKS = {"Accept-Encoding": "br, gzip;q=0.8"}


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs", "/assets"])
def test_what_is_the_same_for_everybody_is_packed_for_whoever_unpacks_it(sqlite_house: House, path: str) -> None:
    if path == "/assets":
        path = max(assets().values(), key=lambda one: len(one.content)).path
    nobody = sqlite_house.client()
    for refuses in ("identity", "gzip;q=0", "gzip;q=0.0, br", "x-gzip-like"):
        plain = nobody.get(path, headers={"Accept-Encoding": refuses})
        assert (plain.headers.get("content-encoding"), plain.headers["vary"]) == (None, "Accept-Encoding")
        assert len(plain.content) >= LONG
    with nobody.stream("GET", path, headers=UNPACKS) as packed:
        sent = b"".join(packed.iter_raw())
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert len(sent) < len(plain.content) / 2
    assert gzip.decompress(sent) == plain.content
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_what_is_somebodys_is_never_packed(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "dialogue")
    for _ in range(3):
        room.aino.does("statements", {"audience": "table", "words": "Sama sana. " * 900, "language": "fi"})
    whole = sqlite_house.client("Meri").get(f"/api/cases/{room.number}", headers=UNPACKS)
    assert len(whole.content) > LONG
    assert "content-encoding" not in whole.headers
