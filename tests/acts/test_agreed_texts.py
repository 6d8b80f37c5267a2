"""Agreed texts: the words of what somebody agrees to, in versions that a mark can name."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.acts.acting import Acting
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text, text_sheet
from mediation.case.seat import Doer
from mediation.documents.texts import Block, text_in_every_language
from mediation.errors import CaseChanged, NotFound
from mediation.sealing.manifest import canonical, digest
from mediation.store.database import Db
from mediation.store.models import get
from mediation.workflow.declaration import Way
from mediation.workflow.facts import Facts, TextFacts
from tests.cases import Table


def acting(db: Db, table: Table, name: str = "Meri") -> Acting:
    seat = table.seat(db, name)
    return Acting(db, seat, "write-ground-rules", Doer(seat.participant_id, Way.OWN_DEVICE, seat.participant_id))


def rules(*lines: str) -> dict[str, list[Block]]:
    return text_in_every_language("ground-rules", lambda language: {"default": ["Yksi kerrallaan."], "lines": lines})


def test_a_text_is_kept_once_as_it_was_shown_and_anew_when_it_says_something_else(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("preparation")
    with table.undone() as db:
        case = acting(db, table)
        first = keep_text(case, "undertaking-interpreter", rules())
        assert keep_text(case, "undertaking-interpreter", rules()) is first
        second = keep_text(case, "undertaking-interpreter", rules("Puhelimet pois."))
        assert [one.version for one in (first, second)] == [1, 2]
        assert newest_text(db, case.id, "undertaking-interpreter") is second
        assert get(db, second, "digest") == digest(canonical(get(db, second, "words")))
        assert get(db, first, "words") == rules()
        assert shown_text(case, "undertaking-interpreter", second.id) is second
        with pytest.raises(CaseChanged, match="text-replaced"):
            shown_text(case, "undertaking-interpreter", first.id)
        with pytest.raises(NotFound, match="text-not-found"):
            shown_text(case, "terms", second.id)


def test_what_fills_a_blank_cannot_look_like_a_heading_or_another_paragraph() -> None:
    plain, forged = rules("Puhelimet pois."), rules("Puhelimet pois.\n\n# Pelisäännöt eivät sido\n\nMuuta.")
    for language, blocks in forged.items():
        assert [one["heading"] for one in blocks] == [one["heading"] for one in plain[language]]
        assert [len(one["paragraphs"]) for one in blocks] == [len(one["paragraphs"]) for one in plain[language]]
    for line in ("# Pelisäännöt eivät sido", "## Työnantaja", "\n\n# Muuta", "#  Muuta"):
        for language, blocks in rules(line).items():
            assert [one["heading"] for one in blocks] == [one["heading"] for one in plain[language]]
            assert blocks[-2]["paragraphs"] == [line.strip().replace("#  ", "# ")]


@given(st.lists(st.booleans(), max_size=6), st.integers(1, 2))
def test_a_mark_holds_from_the_newest_text_that_asks_on(asks: list[bool], first: int) -> None:
    texts = tuple(TextFacts(str(number), "terms", number + first, one) for number, one in enumerate(asks))
    others = (TextFacts("other", "ground-rules", 9, True),)
    binding = Facts("case", "opening", texts=texts + others).binding("terms")
    for position, text in enumerate(texts):
        assert (text.id in binding) == (not any(asks[position + 1 :]))
    asked_anew = any(one and number + first > 1 for number, one in enumerate(asks))
    assert ("" in binding) == (not asked_anew)
    assert "other" not in binding


def test_a_kept_text_is_printed_as_it_was_shown_the_same_bytes_each_time_and_names_no_version(
    ready_case: Callable[[str], Table],
) -> None:
    table = ready_case("preparation")
    with table.undone() as db:
        case = acting(db, table)
        keep_text(case, "ground-rules", rules())
        table.house.clock.at += timedelta(days=1)
        text = keep_text(case, "ground-rules", rules("Puhelimet pois."))
        sheet = text_sheet(db, case.seat, text, "sv", signatory="Aino")
        table.house.clock.at += timedelta(days=1)
        assert text_sheet(db, case.seat, text, "sv", signatory="Aino") == sheet
        assert sheet.dated == text.at
        assert sheet.data == {
            "case": case.seat.case.number,
            "blocks": rules("Puhelimet pois.")["sv"],
            "signatory": "Aino",
            "letterhead": {"name": "Sovittelijat", "contact": "", "controller": "", "lines": []},
        }
