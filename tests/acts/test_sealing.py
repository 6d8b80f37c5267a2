"""An agreement is sealed when everyone has signed, as the facts say; its words do not matter."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mediation.acts.agreement_versions import newest_agreement
from mediation.acts.participants import release_companion
from mediation.acts.sending import extend_signing
from mediation.store.models import Letter
from tests.api.test_statement_counts import statements
from tests.houses import House
from tests.typeset_pages import sign_typeset
from tests.world import almost_signed

WORDS = ("agreement_texts", "commitment_texts", "problem_texts")
MOST = 30  # statements of a signature that is not the last, with what is looked up before it


@pytest.mark.parametrize(
    ("signed", "name", "state"),
    [(("Pekka",), "Aino", "sent"), (("Aino",), "Kaarina", "sent"), (("Aino", "Kaarina"), "Pekka", "sealed")],
)
def test_a_signature_reads_no_word_of_what_is_signed(
    sqlite_house: House, signed: tuple[str, ...], name: str, state: str
) -> None:
    table, digests = almost_signed(sqlite_house, *signed)
    with statements(sqlite_house) as asked, table.writing() as db:
        table.does(db, name, sign_typeset, digests[name], sqlite_house.installation.seal_key)
    assert [one for one in asked if any(words in one for words in WORDS)] == []
    if state == "sent":
        assert len(asked) <= MOST
    with table.writing() as db:
        newest = newest_agreement(db, table.seat(db, "Meri"))
        assert newest is not None
        assert newest.state == state


def test_an_agreement_with_a_line_of_somebody_who_left_unsigned_is_not_sealed(sqlite_house: House) -> None:
    table, digests = almost_signed(sqlite_house, "Aino")
    with table.writing() as db:
        table.does(db, "Meri", release_companion, table.ids["Kaarina"])
        table.does(db, "Pekka", sign_typeset, digests["Pekka"], sqlite_house.installation.seal_key)
        newest = newest_agreement(db, table.seat(db, "Meri"))
        assert newest is not None
        assert newest.state == "sent"


def test_only_those_who_have_not_signed_get_the_letter_about_more_time_to_sign(sqlite_house: House) -> None:
    table, _ = almost_signed(sqlite_house, "Aino")
    with table.writing() as db:
        before = {one.id for one in db.scalars(select(Letter))}
        table.does(db, "Meri", extend_signing, db.today() + timedelta(days=20))
        told = {one.participant_id for one in db.scalars(select(Letter)) if one.id not in before}
    assert table.names(sorted(str(one) for one in told)) == ["Pekka", "Kaarina"]
