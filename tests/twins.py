"""Twins: two cases that are equal in what a reader may know, and different in all else.

Both are played in step, each in an installation of its own, with the same clock and the same seeded ids. What happens is
of a *kind*: in the kinds that a pair `differs` in, each twin draws other words, other people, another order and another
time, or leaves it out; everything else is drawn alike. So whatever a reader's answers differ in, they may not know.

Vilho commissioned the mediation, Ilmari began it and Meri took over; Aino, Pekka and Sari are the parties, of whom Sari
may leave; Tuula supports Aino, Irina interprets, Kaarina and Timo represent the employer; Ulla raised the matter, Kaisa
is of the work community. Iida may interpret for Pekka when he is met alone, and never else. Outi, Reetta, Veikko (of the
same hr office) and Arvo (who administers it) have no part in it.
"""

import sys
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

from sqlalchemy import select

from mediation import acts
from mediation.acts.safeguards import SIGNING_NEXT_DAY
from mediation.case import drafts, engine
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from mediation.store.models import Breach, Participant, Row
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts
from tests import cases
from tests.cases import Table, advance, forward_from, refer_case
from tests.houses import House, SettableClock, counting
from tests.typeset_pages import send_typeset, sign_typeset
from workflows.mediation import MEDIATION

# What happens is of one of these kinds.
ALIKE = ""  # the same in both, at the same moment
BEFORE = "before"  # what was confided to Ilmari alone, and what he noted, before Meri took over
INNER = "inner"  # between the mediators and Pekka, and what a mediator keeps for herself
AINO = "aino"  # Aino's own: her words to the mediator, her answers, the moment she agrees
SIGNING = "signing"  # who signs first, and who not yet
TABLE = "table"  # what the parties say, write and do together; pauses, returns, a withdrawal
TIMO = "timo"  # whether another representative has lines of his own
PEOPLE = "people"  # further parties
LANGUAGE = "language"  # whether Pekka has a language of his own
GOES_ON = "road"  # whether the case goes on at all, and whether it ends

OFFICES = {"Vilho": "hr", "Veikko": "hr", "Arvo": "admin", "Meri": "mediator", "Ilmari": "mediator"}
PARTIES = ("Aino", "Pekka", "Sari")
NAMES = (*OFFICES, *PARTIES, "Tuula", "Irina", "Kaarina", "Timo", "Ulla", "Kaisa", "Outi", "Iida", "Reetta")
PLACES = {
    "Tuula": "support-person",
    "Irina": "interpreter",
    "Kaarina": "employer-representative",
    "Timo": "employer-representative",
    "Kaisa": "community-member",
}
FURTHER = ("Eero Eskola", "Helmi Hakala")  # parties that only one of the twins may have

_TOLD_APART = str.split(
    "participant_id participant person_id with_participant kind about whose name language role item"
)

Does = Callable[..., Any]
Told = Mapping[str, str]


class SeededIds:
    """Ids alike for the same purpose: the function that asks, and for whom or what; while `aside` is set, a twin's own."""

    def __init__(self, seed: str) -> None:
        self.seed, self.aside, self.made = seed, "", Counter[tuple[str, ...]]()

    def __call__(self) -> str:
        frame = sys._getframe(1)
        if frame.f_back and frame.f_code is acts.acting.Acting.add.__code__:  # it is for whoever adds the row
            frame = frame.f_back
        known = {**(frame.f_back.f_locals if frame.f_back else {}), **frame.f_locals}
        purpose = [frame.f_code.co_name, *(f"{known[one]}" for one in _TOLD_APART if isinstance(known.get(one), str))]
        purpose += [
            one.doer.id for one in (known.get("case"), known.get("self")) if isinstance(one, acts.acting.Acting)
        ]
        purpose += [known["doer"].id] if "doer" in known else []
        purpose += [type(known["row"]).__name__] if isinstance(known.get("row"), Row) else []  # not a loop's last one
        purpose += known["promise"].owners if "promise" in known else []
        key = (self.aside or self.seed, *purpose)
        self.made[key] += 1
        return b32encode(sha256(repr((key, self.made[key])).encode()).digest()).decode()[:20]


class Dice(dict[str, Random]):
    """Dice for each kind of thing, made when they are first thrown: a twin's own where the two differ, else the same."""

    def __init__(self, seed: int, side: str, differs: frozenset[str]) -> None:
        super().__init__()
        self.seed, self.side, self.differs = seed, side, differs

    def __missing__(self, kind: str) -> Random:
        self[kind] = Random(f"{self.seed} {kind} {self.side if kind in self.differs else ''}")
        return self[kind]


@dataclass
class Twin:
    """One of the two: a house with one case, and the dice for each kind of thing; `db` is open while something happens."""

    table: Table
    ids: SeededIds
    differs: frozenset[str]
    dice: dict[str, Random]
    db: Any = None

    @property
    def house(self) -> House:
        return self.table.house

    @property
    def at(self) -> dict[str, str]:
        return self.table.ids

    @property
    def side(self) -> str:
        """Which of the two it is."""
        return self.house.installation.settings.home.name

    @contextmanager
    def of(self, kind: str, *, later: bool = True) -> Iterator[Does]:
        """A transaction in which something of this kind happens: where it differs, at a time and with ids of its own."""
        now = self.house.clock.at
        if kind in self.differs:
            self.ids.aside = f"{self.ids.seed} {kind} {self.dice[kind].random()}"
            self.house.clock.at = now + timedelta(seconds=self.dice[kind].randrange(1, 3000) if later else 0)
        with self.table.writing() as self.db:
            yield partial(self.table.does, self.db)
        self.ids.aside, self.house.clock.at, self.db = "", now, None

    def does(self, kind: str, name: str, act: Any, *given: Any, later: bool = True, **named: Any) -> Any:
        """Let somebody do one thing of this kind; the id of what came of it."""
        with self.of(kind, later=later) as does:
            return getattr(does(name, act, *given, **named), "id", None)

    def facts(self) -> Facts:
        if self.db is not None:
            return self.table.facts(self.db)
        with self.house.installation.database.reading() as db:
            return self.table.facts(db)

    def terms(self) -> str | None:
        if self.db is not None:
            return self.table.terms(self.db)
        with self.house.installation.database.reading() as db:
            return self.table.terms(db)

    def parties(self) -> list[str]:
        return self.table.names(one.id for one in self.facts().those_in("party", "guest"))

    def session(self, kind: str) -> str:
        return next(one.id for one in self.facts().sessions if one.kind == kind)

    def chance(self, kind: str, one_in: int = 2) -> bool:
        """Whether it happens, once in so many times."""
        return self.dice[kind].randrange(one_in) == 0

    def words(self, kind: str) -> str:
        return f"{kind} " + "".join(self.dice[kind].choices("aeiou yäö.", k=self.dice[kind].randrange(5, 60)))

    def order(self, kind: str, names: Sequence[str]) -> list[str]:
        """The names, in an order of this kind; further parties, who share their dice, stay one after the other."""
        drawn, further = self.dice[kind].sample(list(names), len(names)), iter([one for one in names if one in FURTHER])
        return [next(further) if one in FURTHER else one for one in drawn]

    def part(self, differs: frozenset[str]) -> None:
        """From now on the twins differ in these kinds."""
        for kind in differs - self.differs:
            self.dice[kind] = Random(f"{self.ids.seed} {kind} {self.side}")
        self.differs = differs

    def kind_of(self, name: str) -> str:
        """Of which kind somebody's own acts are."""
        return {"Aino": AINO, "Pekka": INNER, "Sari": TABLE}.get(name, PEOPLE)


def twins(template: Path, home: Path, seed: int, differs: frozenset[str]) -> list[Twin]:
    """Two houses with the same people, before anything happens."""
    return [_twin(template, home / side, seed, differs) for side in ("one", "other")]


def _twin(template: Path, home: Path, seed: int, differs: frozenset[str]) -> Twin:
    copytree(template, home)
    clock, ids = SettableClock(), SeededIds(str(seed))
    house = House(open_installation(Settings.under(home), clock=clock, new_id=ids, draw=counting()), clock)
    for name in NAMES:
        employer = "Sovittelijat" if OFFICES.get(name) == "mediator" else "Esimerkkilä"
        house.person(name, office=OFFICES.get(name), organisation=employer)
    house.person("Kerttu", office="complaints", organisation="Sovittelijat")  # whom no reader here knows
    return Twin(Table(house), ids, differs, Dice(seed, home.name, differs))


# The road, day by day. Each day begins at the same moment in both.


def referral(twin: Twin) -> None:
    """Vilho brings the matter, which Ulla raised."""
    with twin.table.writing() as db:
        refer_case(db, twin.table, *PARTIES, capacity="hoitaja", initiator="Ulla")


def ordering(twin: Twin) -> None:
    """It is ordered, and Ilmari begins: he writes notes, and Sari confides in him."""
    with twin.of(ALIKE) as does:
        does("Vilho", acts.orders.order_mediation, terms="Sovittelu tiimissä.")
        twin.at["Ilmari"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Ilmari"]).id
        does("Ilmari", acts.screening.begin_screening)
    with twin.of(BEFORE) as does:
        does("Ilmari", acts.statements.write_note, twin.words(BEFORE))
        does("Sari", acts.statements.speak_privately, twin.words(BEFORE))
        does("Sari", acts.screening.answer_screening, _answers(twin, BEFORE))
        for _ in range(twin.dice[BEFORE].randrange(3)):  # whoever mediates, it is not theirs to know
            does("Sari", acts.complaints.complain, twin.words(BEFORE))
        if twin.chance(BEFORE):
            does("Sari", drafts.keep, "complain complaints", [("words", twin.words(BEFORE))])


def taking_over(twin: Twin) -> None:
    """Meri takes over from Ilmari; it is screened and declared, and everyone takes their place."""
    with twin.of(ALIKE) as does:
        twin.at["Meri"] = does("Vilho", acts.cases.assign_mediator, twin.house.people["Meri"]).id
        declaration = does("Meri", acts.ties.declare_ties, has_ties=False, words="Ei sidonnaisuuksia.").id
    twin.does(AINO, "Aino", acts.screening.answer_screening, _answers(twin, AINO))
    with twin.of(INNER) as does:
        does("Meri", acts.screening.begin_screening)
        does("Pekka", acts.screening.answer_screening, _answers(twin, INNER))
    with twin.of(ALIKE) as does:
        safe = [SIGNING_NEXT_DAY] if waits_a_day(twin) else []
        does("Meri", acts.screening.decide_screening, "suitable", safeguards=safe, words="Kysytty ja puhuttu.")
        _take_places(twin, does)
        session = does("Meri", acts.sessions.plan_session, "information", twin.house.clock.at + timedelta(hours=2)).id
        does("Meri", acts.sessions.begin_session, session)
        does("Meri", acts.sessions.end_session, session)
    _further_parties(twin)
    for name in twin.order(INNER, PARTIES):
        twin.does(twin.kind_of(name), name, acts.ties.answer_ties, declaration, "accepted")


def _answers(twin: Twin, kind: str) -> dict[str, str]:
    answers = {f"S{number}": twin.dice[kind].choice(("yes", "no", "unknown")) for number in (1, 2, 7, 9)}
    # What is found of power shows as the day on which signing opens: where the mediator has chosen that anyway, nobody can tell.
    return answers if waits_a_day(twin) else answers | {"S9": answers["S9"].replace("yes", "no")}


def waits_a_day(twin: Twin) -> bool:
    """Whether the mediators of both let the parties sign from the next day on, whatever anybody answers."""
    return Random(f"{twin.ids.seed} next day").random() < 0.5


def _take_places(twin: Twin, does: Does) -> None:
    for name, role in PLACES.items():
        supports = {"supports": twin.at["Aino"]} if name == "Tuula" else {}
        someone = acts.participants.Someone(person_id=twin.house.people[name])
        twin.at[name] = does("Meri", acts.participants.add_participant, someone, role, **supports).id
    for name in ("Tuula", "Irina"):
        does(name, acts.undertakings.undertake_confidentiality, _undertaking(twin, name))


def _undertaking(twin: Twin, name: str) -> str:
    text = acts.agreed_texts.newest_text(twin.db, twin.facts().case_id, f"undertaking-{PLACES[name]}")
    assert text is not None
    return text.id


def _further_parties(twin: Twin) -> None:
    for name in FURTHER[: twin.dice[PEOPLE].randrange(3)]:
        with twin.of(PEOPLE) as does:
            someone = acts.participants.Someone(name=name, email=f"{name[:4].lower()}@example.org")
            joined = does("Meri", acts.participants.add_participant, someone, "party")
            twin.at[name], twin.house.people[name] = joined.id, joined.person_id
            for declaration in twin.facts().declared.values():
                does(name, acts.ties.answer_ties, declaration, "accepted")


def meeting_alone(twin: Twin) -> None:
    """Each party is met alone, some more often than others; words for the mediator, notes, consents."""
    for name in twin.order(INNER, [one for one in twin.at if one in (*PARTIES, *FURTHER)]):
        kind = twin.kind_of(name)
        for _ in range(1 + (twin.dice[kind].randrange(3) if kind != AINO else 0)):
            _meet_alone(twin, name, kind)
        with twin.of(kind) as does:
            does("Meri", acts.invitations.invite, twin.at[name])
            does(name, acts.terms.agree_to_mediate, twin.terms())
    _cared_for(twin)
    twin.does(ALIKE, "Meri", acts.sessions.plan_session, "joint", twin.house.clock.at + timedelta(days=1), minutes=240)


def _cared_for(twin: Twin) -> None:
    """Pekka tells what he needs, has hours of quiet, is offered support, tells how he fares; Meri is ill: perhaps."""
    with twin.of(INNER) as does:
        if twin.chance(INNER):
            does("Pekka", acts.referrals.tell_needs, access=twin.words(INNER), health=twin.words(INNER))
        if twin.chance(INNER):
            does("Pekka", acts.quiet_times.keep_quiet, twin.at["Pekka"], begins="21:00", ends="07:00")
        for name in ("Pekka", "Meri"):
            if twin.chance(INNER):
                does(name, drafts.keep, f"speak-privately {name.lower()}", [("words", twin.words(INNER))])
        if twin.chance(INNER):
            does("Meri", acts.wellbeing.advise_support, twin.at["Pekka"])
        if twin.chance(INNER):
            does("Pekka", acts.wellbeing.answer_wellbeing, twin.dice[INNER].choice(acts.wellbeing.ANSWERS))
        if twin.chance(INNER):
            does("Pekka", acts.wellbeing.answer_leaving, twin.dice[INNER].choice(acts.wellbeing.WAYS_TO_LEAVE))
        if twin.chance(INNER):
            does("Meri", acts.absence.record_absence, twin.at["Meri"])


def _meet_alone(twin: Twin, name: str, kind: str) -> None:
    whom = twin.at[name]
    with twin.of(kind) as does:
        called = _interpreter_of_pekka(twin, does) if kind == INNER else []
        ahead = {"with_participant": whom, "called": called}
        alone = does("Meri", acts.sessions.plan_session, "separate", twin.house.clock.at, **ahead).id
        does("Meri", acts.sessions.begin_session, alone)
        came = "absent" if kind == INNER and twin.chance(kind, 4) else "present"
        does("Meri", acts.attendance_marks.mark_attendance, alone, {whom: came})
        does("Meri", acts.attendance_marks.mark_attendance, alone, {whom: "present"})
        does("Meri", acts.sessions.end_session, alone)
        for _ in range(twin.dice[kind].randrange(3)):
            does(name, acts.statements.speak_privately, twin.words(kind))
        for _ in range(twin.dice[kind].randrange(2)):
            concern = does(name, acts.concerns.raise_concern, twin.at["Kaarina"], twin.words(kind)).id
            if twin.chance(kind):
                does(name, acts.concerns.take_back_concern, concern)
            else:
                does("Meri", acts.concerns.settle_concern, concern, "as-it-is", twin.words(kind))
    with twin.of(INNER) as does:
        for _ in range(twin.dice[INNER].randrange(3)):
            does("Meri", acts.statements.write_note, twin.words(INNER))


def _interpreter_of_pekka(twin: Twin, does: Does) -> list[str]:
    # Who comes to his separate meeting only: that there is such a person is between the mediators and him.
    if "Iida" not in twin.at and twin.chance(INNER):
        someone = acts.participants.Someone(person_id=twin.house.people["Iida"])
        twin.at["Iida"] = does("Meri", acts.participants.add_participant, someone, "interpreter").id
    return [twin.at["Iida"]] if "Iida" in twin.at else []


def opening(twin: Twin) -> None:
    move(twin, "open")
    session = twin.session("joint")
    with twin.of(TABLE) as does:
        does("Meri", acts.sessions.begin_session, session)
        does(
            "Meri",
            acts.attendance_marks.mark_attendance,
            session,
            {twin.at[name]: "present" for name in twin.parties()},
        )
    each(twin, INNER, acts.ground_rules.accept_ground_rules)
    with twin.of(TABLE) as does:
        for name in twin.parties():
            does("Meri", acts.marks.mark_opening_turn, [twin.at[name]])
        does("Aino", acts.statements.speak_to_table, twin.words(TABLE))
    if twin.chance(TABLE):
        for code in ("return-to-preparation", "open"):
            _advance(twin, TABLE, code)


def each(twin: Twin, kind: str, act: Any, *given: Any) -> None:
    # In an order of this kind, each party at a time of their own.
    for name in twin.order(kind, twin.parties()):
        twin.does(twin.kind_of(name), name, act, *given)


def leaving(twin: Twin) -> None:
    """Sari withdraws; the others agree again and go on."""
    twin.does(TABLE, "Sari", acts.leaving.withdraw, confirmed=True, words=twin.words(TABLE))
    for name in twin.parties():
        twin.does(twin.kind_of(name), name, acts.terms.agree_to_mediate, twin.terms())
    twin.does(TABLE, "Meri", acts.stopping.resume)


def perhaps_leaving(twin: Twin) -> None:
    if twin.chance(TABLE):
        leaving(twin)


def defining(twin: Twin) -> None:
    """The problem is defined, in one version or in several."""
    move(twin, "define-problem")
    parties = twin.parties()
    with twin.of(TABLE) as does:
        for name in twin.order(TABLE, parties):
            does(name, acts.statements.state_view, twin.words(TABLE))
    for _ in range(1 + twin.dice[TABLE].randrange(2)):
        goals = [twin.words(TABLE) for _ in range(1 + twin.dice[TABLE].randrange(3))]
        with twin.of(TABLE) as does:
            words = {"fi": acts.problem_statements.ProblemWords(twin.words(TABLE), goals)}
            issues = [{"fi": twin.words(TABLE)} for _ in range(twin.dice[TABLE].randrange(2))]
            version = does("Meri", acts.problem_statements.draft_problem_statement, words, issues=issues).version
        each(twin, INNER, acts.problem_statements.accept_problem_statement, version)


def talking(twin: Twin) -> None:
    """The table talks, some aside; everyone is ready."""
    move(twin, "start-dialogue")
    for _ in range(twin.dice[INNER].randrange(3)):
        with twin.of(INNER) as does:
            does("Pekka", acts.caucuses.ask_for_caucus)
            caucus = does("Meri", acts.caucuses.open_caucus, twin.at["Pekka"]).id
            does("Pekka", acts.statements.speak_privately, twin.words(INNER))
            does("Meri", acts.caucuses.close_caucus, caucus)
    if twin.chance(INNER):
        twin.does(INNER, "Meri", acts.marks.mark_impasse)
    each(twin, INNER, acts.marks.say_ready)


def looking_for_ways_out(twin: Twin) -> None:
    """Options, follow-ups planned, and a first version that is sent, signed by some and taken back."""
    move(twin, "seek-solutions")
    for _ in range(2 + twin.dice[TABLE].randrange(3)):
        option = twin.does(TABLE, "Aino", acts.options.propose_option, twin.words(TABLE))
        answer = twin.dice[INNER].choice(("yes", "maybe", "no"))
        twin.does(INNER, "Pekka", acts.options.respond_to_option, option, answer)
        if twin.chance(TABLE):
            twin.does(TABLE, "Meri", acts.options.set_aside_option, option, twin.words(TABLE))
    plan_follow_ups(twin)
    draft(twin)
    twin.does(ALIKE, "Meri", send_typeset)
    # Pekka does some of it, or none.
    for act in (acts.signatories.take_time, acts.signatories.ask_to_talk, acts.signatories.decline_to_sign):
        if twin.chance(INNER):
            twin.does(INNER, "Pekka", act)
    if waits_a_day(twin) and twin.chance(INNER):
        twin.does(INNER, "Pekka", acts.signing_day.say_today_suits)
    some_sign(twin, INNER, ["Pekka", *_with_lines(twin)])


def plan_follow_ups(twin: Twin) -> None:
    """Two follow-ups are planned, at the same moment in both."""
    for days in (30, 90):
        twin.does(ALIKE, "Meri", acts.sessions.plan_session, "follow-up", twin.house.clock.at + timedelta(days=days))


def _with_lines(twin: Twin) -> list[str]:
    side = twin.side if TIMO in twin.differs else ""
    return ["Timo"] if Random(f"{twin.ids.seed} lines {side}").random() < 0.5 else []


def draft(twin: Twin) -> None:
    """The text: Kaarina's lines alike, down to their ids; the others as they are."""
    lines = [("Pekka", twin.words(TABLE)) for _ in range(1 + twin.dice[TABLE].randrange(4))]
    lines += [(name, "Timon rivi.") for name in _with_lines(twin)]
    lines += [("Kaarina", f"Kaarinan rivi {number}.") for number in (1, 2)]
    starts = twin.house.clock.at.date() + timedelta(days=30)
    told = [{"fi": acts.agreements.CommitmentWords(action, "joka vuoro", "Näkyy listassa.")} for _, action in lines]
    promises = [
        acts.agreements.Promise([twin.at[name]], words, starts_on=starts)
        for (name, _), words in zip(lines, told, strict=True)
    ]
    texts = {"fi": acts.agreements.TextWords(twin.words(TABLE), notices=NOTICES)}
    with twin.of(ALIKE):
        cases.draft(twin.db, twin.table, texts=texts, commitments=promises)


NOTICES = {
    "commissioner": "Sovittelu on käyty, ja siitä on sopimus.",
    "work-community": "Sovittelu on käyty.",
    "initiator": "Asia on käsitelty.",
}


def some_sign(twin: Twin, kind: str, names: Sequence[str]) -> None:
    for name in [name for name in twin.order(kind, names) if twin.chance(kind)]:
        sign(twin, kind, name)


def sign(twin: Twin, kind: str, name: str) -> None:
    with twin.of(kind) as does:
        agreement = acts.agreement_versions.newest_agreement(twin.db, twin.table.seat(twin.db, "Meri"))
        assert agreement is not None
        ahead = acts.signing_day.signing_opens_on(twin.db, twin.table.seat(twin.db, "Meri"), agreement)
        if twin.at[name] not in twin.facts().agreements[-1].signed_by and (ahead is None or name not in twin.parties()):
            digest = acts.signatories.digest_to_sign(twin.db, twin.table.seat(twin.db, name), agreement, twin.at[name])
            interpreted = INTERPRETED if twin.db.get_one(Participant, twin.at[name]).own_language else None
            does(name, sign_typeset, digest, twin.house.installation.seal_key, interpreted=interpreted)


INTERPRETED = acts.interpreting.Interpreted(service="Esimerkin tulkkikeskus", related=False)


def reading_otherwise(twin: Twin) -> None:
    """In one of the twins Pekka reads Estonian alone."""
    if twin.side == "one":
        twin.does(LANGUAGE, "Meri", acts.particulars.correct_participant, twin.at["Pekka"], own_language="et")


def drafting_again(twin: Twin) -> None:
    """The second version, which Kaarina signs at the same moment in both; of the others, some do."""
    draft(twin)
    twin.does(ALIKE, "Meri", send_typeset)
    with twin.of(ALIKE) as does:
        [*_, annex] = acts.annexes.annexes_of(twin.db, twin.table.seat(twin.db, "Kaarina"))
        does("Kaarina", sign_typeset, annex.digest, twin.house.installation.seal_key)
    if waits_a_day(twin):
        for name in twin.parties():
            twin.does(ALIKE, name, acts.signing_day.say_today_suits)
    some_sign(twin, SIGNING, [*twin.parties(), *_with_lines(twin)])


def signing(twin: Twin) -> None:
    """Everyone who has not yet signs now; then the follow-up begins, at the same moment in both."""
    for name in twin.order(SIGNING, [*twin.parties(), *_with_lines(twin)]):
        sign(twin, SIGNING, name)
    twin.house.clock.at += timedelta(hours=1)
    move(twin, "begin-follow-up")


def notice(twin: Twin) -> None:
    """Everyone is told the exact words agreed."""
    twin.does(ALIKE, "Meri", acts.notices.give_notice)


def following_up(twin: Twin) -> None:
    """Reports, some for the mediator alone; Kaarina's are the same in both."""
    session = twin.session("follow-up")
    with twin.of(TABLE) as does:
        does("Meri", acts.sessions.begin_session, session)
        for name in twin.parties():
            _report(twin, does, name, TABLE, "table")
        does("Meri", acts.sessions.end_session, session)
    for _ in range(twin.dice[INNER].randrange(3)):
        with twin.of(INNER) as does:
            _report(twin, does, "Pekka", INNER, "mediator")
            does("Pekka", acts.check_ins.ask_for_help)
    with twin.of(ALIKE) as does:
        _report(twin, does, "Kaarina", ALIKE, "table")


def _report(twin: Twin, does: Does, name: str, kind: str, audience: str) -> None:
    in_force = twin.facts().in_force
    assert in_force is not None
    mine = [one for one in in_force.commitments if kind or twin.at[name] in one.owners]
    said = {
        one.id: acts.check_ins.Report(twin.dice[kind].choice(("kept", "partly", "not-kept")) if kind else "kept")
        for one in mine
    }
    does(name, acts.check_ins.check_in, said, audience=audience, language="fi", words=twin.words(kind) if kind else "")


def amending(twin: Twin) -> None:
    """The agreement is taken up again and left as it was, perhaps."""
    if not twin.chance(TABLE):
        return
    with twin.of(TABLE) as does:
        for name in twin.parties():
            does(name, acts.check_ins.ask_for_change)
        twin.table.advance(twin.db, "amend")
    with twin.of(TABLE) as does:
        does("Meri", acts.agreements.drop_draft)
        twin.table.advance(twin.db, "begin-follow-up")


def ending(twin: Twin) -> None:
    """The case ends with an agreement: at the end of its road, or before."""
    if twin.chance(TABLE):
        outcome = twin.dice[TABLE].choice(("agreement-lapsed", "partial-agreement"))
        twin.does(ALIKE, "Meri", acts.stopping.discontinue, outcome)
        return
    with twin.of(TABLE) as does:
        parties = twin.parties()
        state = twin.dice[TABLE].choice(("resolved", "left-unresolved"))
        case_id = twin.table.seat(twin.db, "Meri").case.id
        for breach in twin.db.scalars(select(Breach.id).where(Breach.case_id == case_id, Breach.state == "open")).all():
            does("Meri", acts.check_ins.settle_breach, breach, state, heard=[twin.at[one] for one in parties])
        for name in parties:
            does(name, acts.sessions.waive_follow_ups)
    move(twin, "close")


def breaking_off(twin: Twin) -> None:
    """The case ends wherever it stands, or does not."""
    if twin.chance(GOES_ON):
        outcome = "referred" if twin.facts().in_force is None else "agreement-lapsed"
        twin.does(ALIKE, "Meri", acts.stopping.discontinue, outcome)


def wishing_for_a_neutral_end(twin: Twin) -> None:
    """Solutions are looked for, and one of the parties wishes that HR is told no more than that it ended."""
    move(twin, "seek-solutions")
    plan_follow_ups(twin)
    with twin.of(TABLE) as does:
        does(twin.dice[TABLE].choice(twin.parties()), acts.understandings.ask_for_neutral_end)


def keeping(twin: Twin, told: Told) -> None:
    """An agreement is signed by everyone, followed up and kept."""
    with twin.of(TABLE) as does:
        cases.draft(twin.db, twin.table, texts={"fi": acts.agreements.TextWords(twin.words(TABLE), notices=told)})
        cases.send_and_sign(twin.db, twin.table)
        twin.table.advance(twin.db, "begin-follow-up")
        does("Meri", acts.notices.give_notice)
        for name in twin.parties():
            does(name, acts.sessions.waive_follow_ups)
            cases.report(twin.db, twin.table, name, "kept")


def understanding(twin: Twin, told: Told) -> None:
    """The table agrees without a text, and some say that it does not hold."""
    with twin.of(TABLE) as does:
        cases.agree_without_text(twin.db, twin.table, notices={"fi": told})
        twin.table.advance(twin.db, "conclude-understanding")
        does("Meri", acts.notices.give_notice)
        for name in twin.parties():
            does(name, acts.sessions.waive_follow_ups)
            answer = twin.dice[TABLE].choice(acts.check_ins.ANSWERS)
            does(name, acts.check_ins.check_in, audience="table", answer=answer)


def closing(twin: Twin) -> None:
    """The case ends, at the same moment in both: it is closed, or discontinued where nothing was agreed."""
    if twin.facts().followed_up is None:
        twin.does(ALIKE, "Meri", acts.stopping.discontinue, "no-agreement")
    else:
        move(twin, "close")


def move(twin: Twin, code: str) -> None:
    with twin.of(ALIKE):
        seat = twin.table.seat(twin.db, "Meri")
        unmet = engine.plan(seat, load_facts(twin.db, seat.case), code, twin.db.today()).unmet
        assert not unmet, [one.guard.code for one in unmet]
        advance(twin.db, seat, code)


def _advance(twin: Twin, kind: str, code: str) -> None:
    with twin.of(kind):
        twin.table.advance(twin.db, code)


# Where a case may stand when somebody looks: each of these is gone into, looked at, and left again.


def pause(twin: Twin) -> Callable[[], object]:
    twin.does(TABLE, "Pekka", acts.stopping.pause)
    return lambda: twin.does(TABLE, "Meri", acts.stopping.resume)


def suspend(twin: Twin) -> Callable[[], object]:
    words = twin.words(TABLE)
    with twin.of(TABLE) as does:
        does("Meri", acts.stopping.suspend, "impasse", twin.db.today() + timedelta(days=9), words=words)
    return lambda: twin.does(TABLE, "Meri", acts.stopping.resume)


def go_back(twin: Twin) -> Callable[[], object]:
    was = twin.facts().phase
    back = [one for one in MEDIATION.phase(was).transitions if not one.forward and one.code != "amend"]
    if not back:
        return lambda: None
    _advance(twin, TABLE, back[0].code)
    return lambda: _forward_again(twin, back[0].to, was)


def _forward_again(twin: Twin, source: str, target: str) -> None:
    while source not in {target, "solutions"}:
        onward = forward_from(source)
        _advance(twin, TABLE, onward.code)
        source = onward.to


def screen_again(twin: Twin) -> Callable[[], object]:
    """Another screening is under way, and Pekka has answered it."""
    with twin.of(INNER) as does:
        does("Meri", acts.screening.begin_screening)
        does("Pekka", acts.screening.answer_screening, _answers(twin, INNER))
    return lambda: None


def talk_aside(twin: Twin) -> Callable[[], object]:
    if "open-caucus" not in MEDIATION.open_acts(twin.facts().phase):
        return lambda: None
    with twin.of(INNER, later=False) as does:
        caucus = does("Meri", acts.caucuses.open_caucus, twin.at["Pekka"]).id
    return lambda: twin.does(INNER, "Meri", acts.caucuses.close_caucus, caucus, later=False)
