"""People, organisations, offices and tokens, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from mediation.case.seat import take_office
from mediation.errors import Malformed, MediationError, NotFound, NotSignedIn
from mediation.people.accounts import revoke_own_token
from mediation.people.directory import (
    add_organisation,
    add_person,
    digest_of,
    end_office,
    find_by_email,
    find_organisation,
    find_person,
    give_office,
    make_token,
    person_email,
    person_name,
    person_of_token,
    revoke_tokens,
)
from mediation.people.leavers import deactivate
from mediation.store.models import Office, Organisation, Person, Token
from tests.houses import House


def refusal(act: object, *arguments: object, **more: object) -> MediationError:
    assert callable(act)
    with pytest.raises(MediationError) as refused:
        act(*arguments, **more)
    return refused.value


def test_a_person_is_found_by_id_and_by_e_mail_address_in_any_capitals(house: House) -> None:
    with house.installation.database.writing() as db:
        aino = add_person(db, "Aino Laine", "fi", " Aino.Laine@Esimerkkilä.fi ")
        assert person_name(db, aino) == "Aino Laine"
        assert person_email(db, aino) == "Aino.Laine@Esimerkkilä.fi"
        assert find_person(db, aino.id) is aino
        assert find_by_email(db, "AINO.LAINE@ESIMERKKILÄ.FI") is aino
        assert find_by_email(db, "aino.laine@esimerkkila\u0308.fi") is aino  # the same letters, composed otherwise
        assert find_by_email(db, "pekka@example.org") is None
        assert refusal(find_person, db, "nobody").code == "person-not-found"


@pytest.mark.both_databases
def test_names_and_addresses_are_not_stored_in_the_clear(house: House) -> None:
    with house.installation.database.writing() as db:
        person = add_person(db, "Aino Laine", "fi", "aino@example.org")
        token = make_token(db, person.id, None)
    with house.installation.database.reading() as db:
        stored = repr(db.execute(text("SELECT * FROM people")).all()) + repr(
            db.execute(text("SELECT * FROM tokens")).all()
        )
    for secret in ("Aino", "Laine", "aino@example.org", "example", token, token[3:]):
        assert secret not in stored


def test_adding_somebody_again_by_e_mail_gives_the_same_person_as_they_were(house: House) -> None:
    database = house.installation.database
    with database.writing() as db:
        first = add_person(db, "Pekka", "fi", "pekka@example.org")
    with database.writing() as db:
        again = add_person(db, "Pekka Virtanen", "sv", "PEKKA@example.org")
        assert (again.id, again.language, person_name(db, again)) == (first.id, "fi", "Pekka")
        assert db.scalar(select(func.count()).select_from(Person)) == 1


def test_people_without_an_address_are_each_their_own(house: House) -> None:
    with house.installation.database.writing() as db:
        assert add_person(db, "Pekka", "fi").id != add_person(db, "Pekka", "fi", "").id
        assert person_email(db, add_person(db, "Pekka", "fi")) is None


@pytest.mark.both_databases
@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_two_who_add_the_same_address_at_once_both_get_the_same_person(house: House) -> None:
    database = house.installation.database

    def add(name: str) -> str:
        with database.writing() as db:
            return add_person(db, name, "fi", "tuula@example.org").id

    # The table of locks is read afresh each time; the server's other views stand still within a transaction.
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor() as others:
        with database.writing() as db:
            first = add_person(db, "Tuula", "fi", "tuula@example.org").id
            second = others.submit(add, "Tuula Niemi")
            while not db.scalar(waiting) and not second.done():
                pass
            assert not second.done()
        assert second.result() == first


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "text-empty"),
        ("  ", "text-empty"),
        ("A" * 201, "text-too-long"),
        ("Aino\nLaine", "name-unprintable"),
        ("Aino\x00", "name-unprintable"),
        ("\u202eoniA", "name-unprintable"),
        ("Aino\u2028", "name-unprintable"),
        ("Ai\ud83dno", "text-not-unicode"),
    ],
    ids=["empty", "blank", "long", "line", "nul", "turned", "separator", "half"],
)
def test_a_name_that_cannot_be_one_is_refused_with_its_field(sqlite_house: House, name: str, code: str) -> None:
    with sqlite_house.installation.database.writing() as db:
        for refused in (refusal(add_person, db, name, "fi"), refusal(add_organisation, db, name)):
            assert (type(refused), refused.code, refused.details["field"]) == (Malformed, code, "name")
        assert db.scalar(select(func.count()).select_from(Person)) == 0


@pytest.mark.parametrize("name", ["A" * 200, "Åsa-Märta d’Hondt", "محمد", "אהרון", "松本 さくら", "😀", "Zoë\u200dX"])
def test_a_name_is_kept_as_it_is_written(sqlite_house: House, name: str) -> None:
    with sqlite_house.installation.database.writing() as db:
        assert person_name(db, add_person(db, name, "en")) == name


@pytest.mark.parametrize(
    "address",
    [
        *("aino", "@", "aino@", "@example.org", "a@b@c", "a b@c.fi", "a@b c", "a\n@b.fi", "a@b.fi\r\nBcc: c@d.fi"),
        *("<a@b.fi>", "a\x00@b.fi", "a@b.fi,c@d.fi", "a" * 250 + "@b.fi", " ", "a\u200b@b.fi", "\ud800@b.fi"),
    ],
    ids=range(16),
)
def test_an_address_that_cannot_be_one_is_refused(sqlite_house: House, address: str) -> None:
    with sqlite_house.installation.database.writing() as db:
        refused = refusal(add_person, db, "Aino", "fi", address)
        assert (type(refused), refused.code, refused.details) == (
            Malformed,
            "email-malformed",
            {"field": "email", "limit": 254},
        )


def test_a_language_we_do_not_have_is_refused(sqlite_house: House) -> None:
    with sqlite_house.installation.database.writing() as db:
        assert refusal(add_person, db, "Aino", "tlh").code == "language-unknown"


def test_an_organisation_is_one_by_its_name(house: House) -> None:
    with house.installation.database.writing() as db:
        first = add_organisation(db, "Esimerkkilä", "SE")
        assert add_organisation(db, "Esimerkkilä", "FI") is first
        assert find_organisation(db, "Esimerkkilä").country == "SE"
        assert refusal(find_organisation, db, "Toisela").code == "organisation-not-found"
        for country in ("", "fi", "FIN", "F1", "ÅÄ"):
            assert refusal(add_organisation, db, "Toisela", country).code == "country-unknown"
        assert db.scalar(select(func.count()).select_from(Organisation)) == 1


def test_an_office_is_given_once_and_ends(house: House) -> None:
    with house.installation.database.writing() as db:
        vilho, organisation = add_person(db, "Vilho", "fi"), add_organisation(db, "Esimerkkilä")
        given = give_office(db, vilho, organisation.id, "hr")
        assert give_office(db, vilho, organisation.id, "hr") is given
        give_office(db, vilho, organisation.id, "admin")
        assert take_office(db, vilho.id, "hr", "admin") == {organisation.id: {"hr", "admin"}}
        end_office(db, vilho, organisation.id, "hr")
        end_office(db, vilho, organisation.id, "hr")
        assert take_office(db, vilho.id, "hr", "admin") == {organisation.id: {"admin"}}
        assert give_office(db, vilho, organisation.id, "hr") is not given
        assert db.scalar(select(func.count()).select_from(Office)) == 3


def test_an_office_needs_to_be_one_and_an_organisation(house: House) -> None:
    with house.installation.database.writing() as db:
        vilho, organisation = add_person(db, "Vilho", "fi"), add_organisation(db, "Esimerkkilä")
        unknown = refusal(give_office, db, vilho, organisation.id, "king")
        assert (unknown.code, unknown.details["field"]) == ("choice-unknown", "office")
        assert refusal(end_office, db, vilho, organisation.id, "king").code == "choice-unknown"
        assert type(refusal(give_office, db, vilho, "nowhere", "hr")) is NotFound


def test_a_token_says_who_bears_it(house: House) -> None:
    with house.installation.database.writing() as db:
        meri, aino = add_person(db, "Meri", "fi"), add_person(db, "Aino", "fi")
        tokens = {make_token(db, one.id, days): one.id for one in (meri, aino) for days in (None, 1)}
        assert len(tokens) == 4
        for token, person_id in tokens.items():
            assert token.startswith("mt_")
            assert person_of_token(db, token).id == person_id


@pytest.mark.parametrize("token", ["", "mt_", "mt_x", "\ud800", "x" * 100_000], ids=range(5))
def test_a_token_nobody_made_lets_nobody_in(house: House, token: str) -> None:
    with house.installation.database.writing() as db:
        make_token(db, add_person(db, "Meri", "fi").id, None)
        refused = refusal(person_of_token, db, token)
        assert (type(refused), refused.code, refused.details) == (NotSignedIn, "token-unknown", {})


def test_a_token_expires_at_its_hour(house: House) -> None:
    with house.installation.database.writing() as db:
        token = make_token(db, add_person(db, "Meri", "fi").id, 30)
        made = house.clock.at
        house.clock.set(made + timedelta(days=30, microseconds=-1))
        assert person_of_token(db, token)
        house.clock.set(made + timedelta(days=30))
        assert refusal(person_of_token, db, token).code == "token-unknown"


def test_a_revoked_token_lets_nobody_in_and_the_others_still_do(house: House) -> None:
    with house.installation.database.writing() as db:
        meri = add_person(db, "Meri", "fi")
        lost, kept = make_token(db, meri.id, None), make_token(db, meri.id, None)
        lost_id = db.scalars(select(Token.id).where(Token.digest == digest_of(lost))).one()
        for _ in range(2):
            revoke_own_token(db, meri.id, lost_id)
        assert refusal(person_of_token, db, lost).code == "token-unknown"
        assert person_of_token(db, kept) is meri
        revoke_tokens(db, meri.id)
        assert refusal(person_of_token, db, kept).code == "token-unknown"


def test_who_is_deactivated_has_no_token_and_no_office(house: House) -> None:
    with house.installation.database.writing() as db:
        vilho, aino, organisation = (
            add_person(db, "Vilho", "fi"),
            add_person(db, "Aino", "fi"),
            add_organisation(db, "Talo"),
        )
        tokens = [make_token(db, one.id, None) for one in (vilho, aino)]
        give_office(db, vilho, organisation.id, "hr")
        for _ in range(2):
            deactivate(db, vilho)
        assert refusal(person_of_token, db, tokens[0]).code == "token-unknown"
        assert refusal(person_of_token, db, make_token(db, vilho.id, 1)).code == "token-unknown"
        assert refusal(take_office, db, vilho.id, "hr").code == "office-needed"
        assert refusal(give_office, db, vilho, organisation.id, "hr").code == "person-not-active"
        assert person_of_token(db, tokens[1]) is aino
        assert person_name(db, vilho) == "Vilho"


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_the_days_of_a_token_have_limits(sqlite_house: House, days: int) -> None:
    with sqlite_house.installation.database.writing() as db:
        meri = add_person(db, "Meri", "fi")
        refused = refusal(make_token, db, meri.id, days)
        assert (refused.code, refused.details) == ("days-out-of-range", {"field": "days", "limit": 3650})
        assert refusal(make_token, db, "nobody", 1).code == "person-not-found"
        assert db.scalar(select(func.count()).select_from(Token)) == 0
