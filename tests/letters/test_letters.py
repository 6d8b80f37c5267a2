"""The words of letters: they say that something waits, never what, who or about what (visibility.md rule 7)."""

import quopri
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.errors import Malformed
from mediation.letters.kinds import BLANKS, KINDS, SIGN_IN_BLANKS, WORDED_AS
from mediation.letters.plain_text import flowed, one_line
from mediation.letters.texts import message, printed_letter
from mediation.letters.wording import DecryptedLetter
from mediation.settings import Settings
from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES

SETTINGS = replace(Settings.under(Path("var")), base_url="https://palvelu.example.fi", mail_from="posti@example.fi")
DATED = datetime(2027, 1, 20, 6, 30, tzinfo=UTC)
CANARY = "Kanarialintu 2027-0001 Pekka"
PARAMS = {
    "moment": "2027-01-28T07:00:00+00:00",
    "minutes": 90,
    "form": "remote",
    "place": "Kirjasto, 2. krs",
    "mediator": "Meri Salo",
    "attendance_basis": "voluntary",
    "until": "2027-01-27T07:00:00+00:00",
    "by": "2027-01-27",
    "deleted": "2027-02-03",
    "code": "K7QM-2ABC-DEFG-HJKL",
    "words": {language: f"Sovittu ilmoitus ({language})." for language in LANGUAGES},
    "times": [{"moment": "2027-01-28T07:00:00+00:00", "minutes": 90, "form": "remote"}],
}
AINO = DecryptedLetter("letter1", "something-waits", PARAMS, "Aino Laine", "aino@example.fi", "fi")
TELLTALE = re.compile(
    "sovittel|medl|mediat|konflikt|conflict|ristiri|osapuol|part[iy]|sopimu|överens|agree|tapau|case|seuran", re.I
)
MOMENTS = {
    "fi": "torstaina 28.1.2027 klo 9.00",
    "sv": "torsdagen den 28 januari 2027 kl. 9.00",
    "en": "Thursday 28 January 2027 at 9:00",
}
LENGTHS = {"fi": "1 tunti 30 minuuttia", "sv": "1 timme 30 minuter", "en": "1 hour 30 minutes"}
EVERY = pytest.mark.parametrize(("kind", "language"), [(kind, one) for kind in sorted(KINDS) for one in LANGUAGES])


def mail(letter: DecryptedLetter) -> EmailMessage:
    """The e-mail as it comes off the wire and its reader's program keeps it."""
    sent = message(letter, SETTINGS, dated=DATED).as_bytes(policy=policy.SMTP)
    return message_from_bytes(sent.replace(b"\r\n", b"\n"), policy=policy.default)


def joined(text: str) -> str:
    """What a mail program makes of flowed text (RFC 3676)."""
    unstuffed = "\n".join(line.removeprefix(" ") for line in text.split("\n"))
    return unstuffed.replace(" \n", " ")


def told(letter: DecryptedLetter) -> str:
    """All words of the letter, subject, body and paper."""
    sent, printed = mail(letter), printed_letter(letter, SETTINGS)
    return "\n".join([str(sent), joined(sent.get_content()), printed.subject, *printed.paragraphs])


def test_every_kind_has_its_words_in_every_language() -> None:
    kinds = [*({*BLANKS} - {*WORDED_AS}), "letter", "ending", "notice-ending"]
    expected = {f"{kind}.{language}.txt" for kind in kinds for language in LANGUAGES}
    assert {file.name for file in (TEMPLATES / "letters").iterdir()} == expected


@EVERY
def test_an_email_says_that_something_waits_and_nothing_of_what_it_is(kind: str, language: str) -> None:
    sent = mail(replace(AINO, kind=kind, language=language))
    assert sent["Subject"]
    assert len(sent["Subject"]) <= 60
    assert "Aino Laine" in sent.get_content()
    assert "https://palvelu.example.fi/\n" in sent.get_content()
    body = "" if kind == "notice" else sent.get_content()  # a notice is what was agreed to be told of the mediation
    assert not TELLTALE.search(body + sent["Subject"] + str(sent["From"]))


@EVERY
def test_only_allowed_values_reach_the_words(kind: str, language: str) -> None:
    # Every param is a canary, those that must be a time or a number excepted; so are params nobody thought of.
    canaries = {
        **dict.fromkeys(PARAMS, CANARY),
        **{name: PARAMS[name] for name in ("moment", "until", "by", "deleted")},
        "minutes": 90,
        "code": PARAMS["code"],
        "secret": CANARY,
        "name": CANARY,
    }
    canaries |= {"words": {language: CANARY}, "link": CANARY, "on_paper": CANARY, "times": PARAMS["times"]}
    letter = replace(AINO, kind=kind, language=language, params=canaries)
    sent = mail(letter)
    if kind == "notice":
        assert sent.get_content().count(CANARY) == 1
    else:
        assert CANARY not in joined(sent.get_content())
    assert CANARY not in "".join(f"{header}{value}" for header, value in sent.items())
    if kind not in {"notice", "invitation"}:
        assert CANARY not in told(letter)


@EVERY
def test_two_letters_of_a_kind_differ_only_in_what_their_reader_may_know(kind: str, language: str) -> None:
    one = replace(AINO, kind=kind, language=language)
    other_case = {
        **PARAMS,
        "mediator": "Joku Muu",
        "place": "Muualla",
        "attendance_basis": "employer-required",
        "number": "2027-0009",
    }
    assert str(mail(one)) == str(mail(replace(one, params=other_case)))


@EVERY
def test_every_letter_is_well_set_for_mail_and_for_print(kind: str, language: str) -> None:
    letter = replace(AINO, kind=kind, language=language)
    content = mail(letter).get_content()
    assert "\n\n\n" not in content
    assert all(len(line) <= 72 for line in content.split("\n"))
    printed = printed_letter(letter, SETTINGS)
    assert printed.language == language
    assert all(line == line.strip() and line and "  " not in line for line in printed.paragraphs)
    assert not re.search(r"[{}%#]|None|undefined", told(letter).replace("=?utf-8?", "").replace("opening#", ""))


def test_the_headers_say_it_is_automatic_and_track_nobody() -> None:
    sent = mail(AINO)
    assert {name: str(value) for name, value in sent.items()} == {
        "From": "Asiointipalvelu <posti@example.fi>",
        "To": "aino@example.fi",
        "Subject": "Sinua odottaa jotakin uutta",
        "Date": "Wed, 20 Jan 2027 06:30:00 +0000",
        "Message-ID": "<letter1@example.fi>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "fi",
        "Content-Transfer-Encoding": "quoted-printable",
        "Content-Type": 'text/plain; charset="utf-8"; format="flowed"',
        "MIME-Version": "1.0",
    }


HOSTILE = [
    "Aino\r\nBcc: vilho@example.fi",
    "Aino\nSubject: Voitit\n\n<b>klikkaa</b>",
    "Aino\u2028Bcc: vilho@example.fi\x85X: y\x0bZ: w",
    "\u202eoniA\u202c\u2066 Laine\u2069",
    "Aino\x00\x1b[2J\ud800 Laine",
    "{{ link }}{% include 'invitation.fi.txt' %}",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_hostile_name_adds_no_header_no_line_and_no_mark(kind: str, name: str) -> None:
    plain, hostile = mail(replace(AINO, kind=kind)), mail(replace(AINO, kind=kind, name=name))
    assert [(key, value) for key, value in plain.items() if key != "Content-Transfer-Encoding"] == [
        (key, value) for key, value in hostile.items() if key != "Content-Transfer-Encoding"
    ]
    assert joined(hostile.get_content()).replace(one_line(name), "Aino Laine") == joined(plain.get_content())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", hostile.get_content())


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_mediator_or_place_stays_one_line_of_the_invitation(name: str) -> None:
    letter = replace(AINO, kind="invitation")
    hostile = printed_letter(replace(letter, params={**PARAMS, "mediator": name, "place": f"\n\n# {name}"}), SETTINGS)
    plain = printed_letter(letter, SETTINGS)
    assert [one.heading for one in hostile.sections] == [one.heading for one in plain.sections]
    assert len(hostile.paragraphs) == len(plain.paragraphs)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "aino",
        "a@example.fi\r\nBcc: v@example.fi",
        "a@example.fi, v@example.fi",
        "Vilho <v@example.fi>",
        "ä@example.fi",
        "aino@example..fi",
        "aino.@example.fi",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused(address: str) -> None:
    with pytest.raises(Malformed, match="letter-address-unusable"):
        message(replace(AINO, email=address), SETTINGS, dated=DATED)


def test_a_domain_with_letters_beyond_ascii_is_written_as_mail_servers_know_it() -> None:
    assert mail(replace(AINO, email="aino@työpaikka.example"))["To"] == "aino@xn--typaikka-o4a.example"
    assert mail(replace(AINO, email="aino@stra\u00dfe.example"))["To"] == "aino@xn--strae-oqa.example"  # IDNA 2008


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["session-planned", "session-moved"])
def test_a_letter_gives_the_local_time_length_and_form_of_a_session(kind: str, language: str) -> None:
    letter = replace(AINO, kind=kind, language=language)
    assert MOMENTS[language] in joined(mail(letter).get_content())
    assert LENGTHS[language] in joined(mail(letter).get_content())
    on_site = replace(letter, params={**PARAMS, "form": "on-site"})
    assert mail(letter).get_content() != mail(on_site).get_content()


@EVERY
def test_every_letter_says_whom_to_ask_and_where_to_complain_by_mail_and_on_paper(kind: str, language: str) -> None:
    said = {"contact": "neuvonta@example.org", "complaints": "Kirjoita sovittelupalvelun päällikölle."}
    letter = replace(AINO, kind=kind, language=language, sender="Neuvonta", **said)
    sent = mail(letter)
    assert "Neuvonta" in str(sent["From"])
    for told in (joined(sent.get_content()), "\n".join(printed_letter(letter, SETTINGS).paragraphs)):
        assert [words for words in said.values() if words not in told] == []


@EVERY
def test_a_colon_introduces_something(kind: str, language: str) -> None:
    letter = replace(AINO, kind=kind, language=language)
    lines = [one for one in joined(mail(letter).get_content()).split("\n") if one.strip()]
    paragraphs = printed_letter(letter, SETTINGS).paragraphs
    for told in (lines, paragraphs):
        assert not told[-1].endswith(":")
    for line, follows in pairwise(lines):
        assert not line.endswith(":") or re.match(r"https?://|\S{4}-\S{4}", follows), (line, follows)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS - {"invitation", "paper-code", "copy-code"}))
def test_on_paper_nobody_is_asked_to_sign_in(kind: str, language: str) -> None:
    signs_in = {"fi": "irjaudu sisään", "sv": "ogga in", "en": "ign in"}[language]
    letter = replace(AINO, kind=kind, language=language)
    assert signs_in not in " ".join(printed_letter(letter, SETTINGS).paragraphs)  # they may have no address
    if kind in {"session-planned", "session-moved"}:
        asks = {"fi": "pyydä toista aikaa", "sv": "be om en annan tid", "en": "ask for another time"}[language]
        assert asks in joined(mail(letter).get_content())
        by_hand = {"fi": "jolta sait tämän kirjeen", "sv": "gav dig det här brevet", "en": "who gave you this letter"}
        assert sum(by_hand[language] in one for one in printed_letter(letter, SETTINGS).paragraphs) == 2


def test_a_moment_without_an_offset_is_utc_and_summer_time_is_kept() -> None:
    letter = replace(AINO, kind="session-planned", params={**PARAMS, "moment": "2027-07-01T07:00:00"})
    assert "torstaina 1.7.2027 klo 10.00." in joined(mail(letter).get_content())


def test_a_reminder_may_name_a_time_or_none() -> None:
    reminder = replace(AINO, kind="reminder")
    assert MOMENTS["fi"] in joined(mail(reminder).get_content())
    assert "27.1.2027" in joined(mail(replace(reminder, params={"by": "2027-01-27"})).get_content())
    assert " klo " not in mail(replace(reminder, params={})).get_content()


def test_a_session_letter_without_a_time_is_a_mistake_and_not_a_letter() -> None:
    with pytest.raises(Exception, match="moment"):
        message(replace(AINO, kind="session-planned", params={"minutes": 60, "form": "remote"}), SETTINGS, dated=DATED)


def test_the_notice_is_printed_word_by_word_even_if_long_or_oddly_formatted() -> None:
    words = (
        "Sovittelu on päättynyt.\n\n\n> Sopimus syntyi. "
        + "Seurannasta on sovittu yhdessä. " * 60
        + "\nFrom tänään.\n  Sisennetty."
    )
    letter = replace(AINO, kind="notice", params={"words": {"fi": words}})
    exact = "\n".join(line.rstrip() for line in words.split("\n"))
    assert exact in joined(mail(letter).get_content())
    wire = message(letter, SETTINGS, dated=DATED).as_bytes(policy=policy.SMTP)
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert exact in joined(quopri.decodestring(wire).decode().replace("\r\n", "\n"))
    assert "Sovittelu on päättynyt." in printed_letter(letter, SETTINGS).paragraphs


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_to_who_ordered_says_which_of_their_cases_it_is_about(language: str) -> None:
    letter = replace(AINO, kind="notice", language=language)
    named = replace(letter, params={**PARAMS, "case": "2027-0417"})
    assert " 2027-0417.\n" in joined(mail(named).get_content())
    assert "2027-0417" not in str(mail(named)["Subject"])


def test_a_notice_in_no_language_of_its_reader_comes_in_the_one_it_has() -> None:
    letter = replace(AINO, kind="notice", language="en", params={"words": {"sv": "Medlingen är avslutad."}})
    assert "Medlingen är avslutad." in mail(letter).get_content()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_printed_invitation_says_who_mediates_and_when_to_meet(language: str) -> None:
    text = told(replace(AINO, kind="invitation", language=language))
    for expected in (
        "Meri Salo",
        MOMENTS[language],
        LENGTHS[language],
        "Kirjasto, 2. krs",
        "https://palvelu.example.fi/",
    ):
        assert expected in text
    bare = printed_letter(
        replace(AINO, kind="invitation", language=language, params={"attendance_basis": "voluntary"}), SETTINGS
    )
    assert [one.heading for one in bare.sections if one.heading]
    assert not any("2027" in line for line in bare.paragraphs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_required_attendance_is_said_and_agreeing_stays_free(language: str) -> None:
    invitation = replace(AINO, kind="invitation", language=language)
    required = replace(invitation, params={**PARAMS, "attendance_basis": "employer-required"})
    free, bound = (" ".join(printed_letter(one, SETTINGS).paragraphs) for one in (invitation, required))
    demand, freedom, once = {
        "fi": ("Työnantaja edellyttää", "Suostumisesta sovitteluun päätät itse", "infotilaisuu"),
        "sv": ("Arbetsgivaren kräver", "Du bestämmer själv om du samtycker till medling", "informationsmöte"),
        "en": ("Your employer requires", "Whether you agree to mediation is up to you", "information meeting"),
    }[language]
    assert demand in bound
    assert freedom in bound
    assert bound.count(once) == 1
    assert demand not in free


@given(st.text(alphabet=st.sampled_from("ab >-\nFrom åä.")))
def test_flowed_text_reads_back_as_it_was(text: str) -> None:
    trimmed = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    assert joined(flowed(text)) == trimmed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS | SIGN_IN_BLANKS.keys()))
def test_every_letter_opens_in_a_mail_parser_with_short_lines_and_whole_links(kind: str, language: str) -> None:
    secret = "k7QmDefG_-" * 6
    times = {"calendar": {"id": "session1", "changes": 1, "written": "2027-01-20T06:30:00+00:00"}}
    params = {**PARAMS, "secret": secret, **(times if kind.startswith("session-") else {})}
    letter = replace(AINO, kind=kind, language=language, params=params)
    here = replace(SETTINGS, base_url="https://sovittelupalvelut.intra.esimerkkilan-hyvinvointialue.example.fi")
    wire = message(letter, here, dated=DATED).as_bytes(policy=policy.SMTP)
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    opened = message_from_bytes(wire, policy=policy.default)
    assert not [defect for part in opened.walk() for defect in part.defects]
    body = opened.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    links = re.findall(r"https?://\S+", joined(body.get_content()))
    assert bool(links) == (kind not in {"second-factor-code", "address-change-asked", "sign-ins-closed"})
    allowed = {"", "copy", f"opening#{PARAMS['code']}", *(f"{page}#{secret}" for page in LINKED)}
    assert {link.removeprefix(f"{here.base_url}/") for link in links} <= allowed


LINKED = ("sign-in", "own-address", "new-address", "stop", "inquiry")


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_of_a_quarter_of_an_hour_are_one_that_says_each_thing_once(language: str) -> None:
    def one(number: int, kind: str, **more: object) -> DecryptedLetter:
        return replace(AINO, id=f"letter{number}", kind=kind, language=language, params={**PARAMS, **more})

    written = "2027-01-20T06:30:00+00:00"
    first, second = (
        {
            "moment": f"2027-0{month}-28T07:00:00+00:00",
            "calendar": {"id": f"s{month}", "changes": 0, "written": written},
        }
        for month in (2, 1)
    )
    several = [
        one(1, "something-waits"),
        one(2, "session-planned", **first),
        one(3, "session-planned", **second),
        one(4, "decision-waits", by="2027-02-03"),
        one(5, "answer-waits", by="2027-01-27"),
        one(6, "reading-waits"),
    ]
    sent = message(several[0], SETTINGS, dated=DATED, beside=several[1:])
    body = sent.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    text = joined(body.get_content())
    assert text.index(MOMENTS[language]) < text.index("2027", text.index(MOMENTS[language]) + len(MOMENTS[language]))
    assert text.count("Aino Laine") == text.count("https://") == 1
    alone = [joined(mail(one(7, kind)).get_content()).split("\n\n")[1] for kind in ("something-waits", "reading-waits")]
    assert not [line for line in alone if line in text]  # the answer that is awaited says so already
    assert joined(mail(one(8, "answer-waits", by="2027-01-27")).get_content()).split("\n\n")[1] in text
    [calendar] = sent.iter_attachments()
    assert (
        calendar.get_content().count(b"BEGIN:VEVENT" if isinstance(calendar.get_content(), bytes) else "BEGIN:VEVENT")
        == 2
    )
    assert sent["Message-ID"] == message(several[0], SETTINGS, dated=DATED, beside=several[1:])["Message-ID"]
    assert sent["Message-ID"] != message(several[0], SETTINGS, dated=DATED)["Message-ID"]
