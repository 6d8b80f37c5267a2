"""Long sections of a case a page at a time: together they are the whole, and no answer grows with its case."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.pages.sections import AT_ONCE
from mediation.acts.options import propose_option
from mediation.acts.statements import speak_privately, write_note
from mediation.errors import NotFound
from mediation.reading.case import LONG, SECTIONS, read_part, read_section
from mediation.reading.parts import MOST, Part
from mediation.reading.view import ABSENT
from mediation.store.database import Db
from tests.cases import Table, case_in
from tests.houses import House
from tests.reading.test_sections import EVERYONE, reading, recorded, with_words
from tests.world import browser

MANY = MOST + 7


def forwards(db: Db, table: Table, name: str, section: str, limit: int) -> Iterator[list[Any]]:
    """The pages of a section, from its first line on."""
    seat, after = table.seat(db, name), ""
    while True:
        found = read_part(db, seat, section, Part(limit, after))
        yield found.lines
        if not found.more:
            return
        after = found.lines[-1].id


def backwards(db: Db, table: Table, name: str, section: str, limit: int) -> Iterator[list[Any]]:
    """The pages of a section, from its last line back."""
    seat, before = table.seat(db, name), ""
    while True:
        found = read_part(db, seat, section, Part(limit, before=before))
        yield found.lines
        if not found.more:
            return
        before = found.lines[0].id


@pytest.mark.parametrize("section", LONG)
def test_the_pages_of_a_section_are_the_whole_of_it_in_either_direction(house: House, section: str) -> None:
    table = with_words(house)
    for name in EVERYONE:
        with reading(table) as (db, _):
            whole = read_section(db, table.seat(db, name), section)
            if whole is ABSENT:
                assert read_part(db, table.seat(db, name), section, Part()) is ABSENT
                continue
            for limit in (1, 3, 100):
                pages = [*forwards(db, table, name, section, limit)]
                assert [one for page in pages for one in page] == whole
                assert all(len(page) == limit for page in pages[:-1])
                pages = [*backwards(db, table, name, section, limit)]
                assert [one for page in reversed(pages) for one in page] == whole
                assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("section", LONG)
def test_no_page_follows_a_line_that_its_reader_has_not(sqlite_house: House, section: str) -> None:
    """Else whether there is one would tell of what is for others."""
    table = with_words(sqlite_house)
    with reading(table) as (db, _):
        lines = {name: read_section(db, table.seat(db, name), section) or [] for name in EVERYONE}
        for name in EVERYONE:
            if section == "sessions" or lines[name] == []:
                continue
            hidden = {one.id for other in lines.values() for one in other} - {one.id for one in lines[name]}
            for line in (*sorted(hidden)[:2], "no-such-line"):
                for part in (Part(after=line), Part(before=line)):
                    with pytest.raises(NotFound, match="line-not-found"):
                        read_part(db, table.seat(db, name), section, part)


def talkative(house: House) -> Table:
    """A case at which more was said than is shown at once."""
    table = case_in(house, "solutions")
    with table.writing() as db:
        for number in range(MANY):
            house.clock.at += timedelta(seconds=1)  # else they came at once, and are told in the order of their ids
            table.does(db, "Aino", speak_privately, f"Asia {number}.", language="fi")
            table.does(db, "Meri", write_note, f"Muistiinpano {number}.", language="fi")
            table.does(db, "Pekka", propose_option, f"Ehdotus {number}.", language="fi")
    return table


def test_a_case_in_which_much_was_said_is_answered_with_its_newest_lines_and_the_rest_in_pages(
    sqlite_house: House,
) -> None:
    table = talkative(sqlite_house)
    client, path = sqlite_house.client("Meri"), f"/api/cases/{table.number}"
    told = client.get(path).json()
    assert told["longer"] == ["statements", "notes", "options"]
    for section, newest in (("statements", "Asia"), ("notes", "Muistiinpano"), ("options", "Ehdotus")):
        assert len(told[section]) == MOST
        assert told[section][-1]["words"] == f"{newest} {MANY - 1}."
        lines, page = [], f"{path}/{section}?limit=40"
        while page:
            answer = client.get(page).json()
            assert set(answer) == {section, "next"}
            assert len(answer[section]) <= 40
            lines += answer[section]
            page = answer["next"]
        assert len(lines) >= MANY
        assert lines[-MOST:] == told[section]
    assert len(client.get(path).content) < 150_000
    assert client.get(f"{path}/statements?after=noSuchLine").json()["type"] == "/problems/line-not-found"
    assert "longer" not in sqlite_house.client("Tuula").get(path).json()


def test_what_is_not_on_a_page_is_not_on_record_as_read(sqlite_house: House) -> None:
    table = with_words(sqlite_house)
    assert sqlite_house.client("Meri").get(f"/api/cases/{table.number}/statements?limit=1").json()["next"]
    assert [item for _, item in recorded(table)] == ["statement", "statement"]  # when first, and how often that day


def test_a_page_is_refused_whose_section_is_not_the_readers(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "solutions")
    path = f"/api/cases/{table.number}"
    for name, section, status in (("Aino", "notes", 403), ("Tuula", "statements", 403), ("Vilho", "marks", 404)):
        assert sqlite_house.client(name).get(f"{path}/{section}").status_code == status, (name, section)
    for section in LONG:
        assert sqlite_house.client("Meri").get(f"{path}/{section}?limit=101").status_code == 422
        assert sqlite_house.client("Meri").get(f"{path}/{section}").is_success
    assert set(LONG) < set(SECTIONS)


def test_the_outline_is_an_answer_of_its_own(sqlite_house: House) -> None:
    table = case_in(sqlite_house, "solutions")
    told = sqlite_house.client("Aino").get(f"/api/cases/{table.number}/outline").json()
    assert (told["number"], told["phase"], told["options"]["count"]) == (table.number, "solutions", 2)
    assert sqlite_house.client("Vilho").get(f"/api/cases/{table.number}/outline").status_code == 404
    assert recorded(table) == []


def test_a_page_shows_the_newest_lines_and_leads_to_those_before(sqlite_house: House) -> None:
    table = talkative(sqlite_house)
    meri, aino = (browser(sqlite_house, f"{one}@example.org") for one in ("meri", "aino"))
    for reader, page, words in (
        (meri, "notes", "Muistiinpano"),
        (meri, "private", "Asia"),
        (aino, "statements", "Asia"),
    ):
        seen, path = list[int](), f"/cases/{table.number}/{page}"
        here = path
        for lines in (AT_ONCE, AT_ONCE, MANY % AT_ONCE):
            told = reader.get(here).text
            numbers = [int(one) for one in re.findall(rf"{words} (\d+)\.", told)]
            seen = [*numbers, *seen]
            assert len(numbers) >= lines
            assert len(told) < 200_000
            onward = re.search(r'href="(\?before=\w+)"', told)
            here = path + onward[1] if onward else ""
        assert (seen, here) == ([*range(MANY)], "")
        assert reader.get(f"{path}?before=nosuchline").status_code == 404
