"""Twins: two cases that are equal in what a reader may know, and different in all else.

Both are played in step, each in an installation of its own, with the same clock and the same seeded ids. What happens is
of a *kind*: in the kinds that a pair `differs` in, each twin draws other words, other people, another order and another
time, or leaves it out; everything else is drawn alike. So whatever a reader's answers differ in, they may not know.

Vilho commissioned the mediation, Ilmari began it and Meri took over; Aino, Pekka and Sari are the parties, of whom Sari
may leave; Tuula supports Aino, Irina interprets, Kaarina and Timo represent the employer; Ulla raised the matter, Kaisa
is of the work community. Outi, Veikko (of the same hr office) and Arvo (who administers it) have no part in it.
"""

import sys
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from shutil import copytree

from sqlalchemy import select

from mediation.acts import stopping
from mediation.acts.acting import Acting
from mediation.acts.agreements import (
    CommitmentWords,
    Promise,
    TextWords,
    draft_agreement,
    draft_tag,
    drop_draft,
    newest_agreement,
)
from mediation.acts.annexes import annexes_of
from mediation.acts.cases import assign_mediator, order_mediation, refer
from mediation.acts.check_ins import Report, ask_for_change, ask_for_help, check_in, give_notice, settle_breach
from mediation.acts.leaving import withdraw
from mediation.acts.marks import accept_ground_rules, mark_impasse, mark_opening_turn, say_ready
from mediation.acts.options import propose_option, respond_to_option, set_aside_option
from mediation.acts.participants import Someone, add_participant, agree_to_mediate, invite, undertake_confidentiality
from mediation.acts.problem_statements import ProblemWords, accept_problem_statement, draft_problem_statement
from mediation.acts.screening import answer_screening, begin_screening, decide_screening
from mediation.acts.sessions import (
    ask_for_caucus,
    begin_session,
    close_caucus,
    end_session,
    mark_attendance,
    open_caucus,
    plan_session,
    waive_follow_ups,
)
from mediation.acts.signing import (
    ask_to_talk,
    decline_to_sign,
    digest_to_sign,
    take_time,
)
from mediation.acts.statements import speak_privately, speak_to_table, state_view, write_note
from mediation.acts.ties import answer_ties, declare_ties
from mediation.case import engine
from mediation.case.seat import take_seat
from mediation.installation.installation import open_installation
from mediation.settings import Settings
from mediation.store.database import Db
from mediation.store.models import Breach, Participant
from mediation.workflow.facts import load_facts
from tests.cases import Table, advance, forward_from
from tests.houses import House, SettableClock, counting
from tests.pages import send_typeset, sign_typeset
from tests.role_codes import Role
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION

# What happens is of one of these kinds.
BEFORE = "before"  # what was confided to Ilmari alone, and what he noted, before Meri took over
INNER = "inner"  # between the mediators and Pekka, and what a mediator keeps for herself
AINO = "aino"  # Aino's own: her words to the mediator, her answers, the moment she agrees
SIGNING = "signing"  # who signs first, and who not yet
TABLE = "table"  # what the parties say, write and do together; pauses, returns, a withdrawal
TIMO = "timo"  # whether another representative has lines of his own
PEOPLE = "people"  # further parties
ROAD = "road"  # whether the case goes on at all, and whether it ends

OFFICES = {"Vilho": "hr", "Veikko": "hr", "Arvo": "admin", "Meri": "mediator", "Ilmari": "mediator"}
PARTIES = ("Aino", "Pekka", "Sari")
NAMES = (*OFFICES, *PARTIES, "Tuula", "Irina", "Kaarina", "Timo", "Ulla", "Kaisa", "Outi")
FURTHER = ("Eero Eskola", "Helmi Hakala")  # parties that only one of the twins may have

_TOLD_APART = (
    "participant_id",
    "participant",
    "person_id",
    "with_participant",
    "kind",
    "about",
    "whose",
    "name",
    "language",
    "role",
    "item",
)


class SeededIds:
    """Ids that come out alike for the same purpose, whatever else was made before.

    An id is told by what it is for: the function that asks, and whom or what it asks for. While `aside` is set, ids are
    another twin's own.
    """

    def __init__(self, seed: str) -> None:
        self.seed, self.aside, self.made = seed, "", Counter[tuple[str, ...]]()

    def __call__(self) -> str:
        frame = sys._getframe(1)
        known = {**(frame.f_back.f_locals if frame.f_back else {}), **frame.f_locals}
        purpose = [frame.f_code.co_name, *(f"{known[one]}" for one in _TOLD_APART if isinstance(known.get(one), str))]
        purpose += [one.doer.id for one in (known.get("case"), known.get("self")) if isinstance(one, Acting)]
        purpose += [known["doer"].id] if "doer" in known else []
        purpose += [type(known["row"]).__name__] if "row" in known else []
        purpose += known["promise"].owners if "promise" in known else []
        key = (self.aside or self.seed, *purpose)
        self.made[key] += 1
        return b32encode(sha256(repr((key, self.made[key])).encode()).digest()).decode()[:20]


@dataclass
class Twin:
    """One of the two: a house with one case, and the dice for each kind of thing."""

    table: Table
    ids: SeededIds
    differs: frozenset[str]
    dice: dict[str, Random] = field(default_factory=dict)

    @property
    def house(self) -> House:
        return self.table.house

    @contextmanager
    def of(self, kind: str, *, later: bool = True) -> Iterator[Db]:
        """A transaction in which something of this kind happens: where it differs, at a time and with ids of its own."""
        now = self.house.clock.at
        if kind in self.differs:
            self.ids.aside = f"{self.ids.seed} {kind} {self.dice[kind].random()}"
            self.house.clock.at = now + timedelta(seconds=self.dice[kind].randrange(1, 3000) if later else 0)
        with self.table.writing() as db:
            yield db
        self.ids.aside, self.house.clock.at = "", now

    def chance(self, kind: str, one_in: int = 2) -> bool:
        """Whether it happens, once in so many times."""
        return self.dice[kind].randrange(one_in) == 0

    def words(self, kind: str) -> str:
        """Somebody's words: another twin's are others, and of another length."""
        return f"{kind} " + "".join(self.dice[kind].choices("aeiou yäö.", k=self.dice[kind].randrange(5, 60)))

    def order(self, kind: str, names: Sequence[str]) -> list[str]:
        """The names, in an order of this kind; further parties, who share their dice, stay one after the other."""
        drawn, further = self.dice[kind].sample(list(names), len(names)), iter([one for one in names if one in FURTHER])
        return [next(further) if one in FURTHER else one for one in drawn]

    def part(self, differs: frozenset[str]) -> None:
        """From now on the twins differ in these kinds."""
        side = self.house.installation.settings.home.name
        for kind in differs - self.differs:
            self.dice[kind] = Random(f"{self.ids.seed} {kind} {side}")
        self.differs = differs

    def parties(self, db: Db) -> list[str]:
        """Everyone who is a party now."""
        return self.table.parties(db)

    def kind_of(self, name: str) -> str:
        """Of which kind somebody's own acts are."""
        return {"Aino": AINO, "Pekka": INNER, "Sari": TABLE}.get(name, PEOPLE)


def twins(template: Path, home: Path, seed: int, differs: frozenset[str]) -> list[Twin]:
    """Two houses with the same people, before anything happens."""
    return [_twin(template, home / side, seed, side, differs) for side in ("one", "other")]


def _twin(template: Path, home: Path, seed: int, side: str, differs: frozenset[str]) -> Twin:
    copytree(template, home)
    clock, ids = SettableClock(), SeededIds(str(seed))
    house = House(open_installation(Settings.under(home), clock=clock, new_id=ids, draw=counting()), clock)
    kinds = (BEFORE, INNER, AINO, SIGNING, TABLE, TIMO, PEOPLE, ROAD)
    dice = {kind: Random(f"{seed} {kind} {side if kind in differs else ''}") for kind in kinds}
    for name in NAMES:
        house.person(name, office=OFFICES.get(name), organisation=_employer(name))
    return Twin(Table(house), ids, differs, dice)


def _employer(name: str) -> str:
    return "Sovittelijat" if OFFICES.get(name) == "mediator" else "Esimerkkilä"


# The road, day by day. Each day begins at the same moment in both.


def referral(twin: Twin) -> None:
    """Vilho brings the matter, which Ulla raised."""
    people, table = twin.house.people, twin.table
    with table.writing() as db:
        case = refer(
            db,
            MEDIATION,
            people["Vilho"],
            organisation_id=twin.house.organisation("Esimerkkilä"),
            language="fi",
            subject="Yhteistyö vuoronvaihdossa",
            parties=[Someone(person_id=people[name], capacity="hoitaja") for name in PARTIES],
            initiator=Someone(person_id=people["Ulla"]),
        )
        table.number = case.number
        for one in db.query(Participant).filter_by(case_id=case.id):
            table.ids[next(name for name in people if people[name] == one.person_id)] = one.id


def ordering(twin: Twin) -> None:
    """It is ordered, and Ilmari begins: he writes notes, and Sari confides in him."""
    table = twin.table
    with table.writing() as db:
        table.does(db, "Vilho", order_mediation, terms="Sovittelu tiimissä.", language="fi")
        table.ids["Ilmari"] = table.does(db, "Vilho", assign_mediator, twin.house.people["Ilmari"]).id
        table.does(db, "Ilmari", begin_screening, language="fi")
    with twin.of(BEFORE) as db:
        table.does(db, "Ilmari", write_note, twin.words(BEFORE), language="fi")
        table.does(db, "Sari", speak_privately, twin.words(BEFORE), language="fi")
        table.does(db, "Sari", answer_screening, _answers(twin, BEFORE), language="fi")


def taking_over(twin: Twin) -> None:
    """Meri takes over from Ilmari; it is screened and declared, and everyone takes their place."""
    table = twin.table
    with table.writing() as db:
        table.ids["Meri"] = table.does(db, "Vilho", assign_mediator, twin.house.people["Meri"]).id
        declaration = table.does(db, "Meri", declare_ties, has_ties=False, words="Ei sidonnaisuuksia.", language="fi")
    with twin.of(AINO) as db:
        table.does(db, "Aino", answer_screening, _answers(twin, AINO), language="fi")
    with twin.of(INNER) as db:
        table.does(db, "Meri", begin_screening, language="fi")
        table.does(db, "Pekka", answer_screening, _answers(twin, INNER), language="fi")
    with table.writing() as db:
        table.does(db, "Meri", decide_screening, "suitable")
        _take_places(twin, db)
        session = table.does(db, "Meri", plan_session, "information", db.now() + timedelta(hours=2)).id
        table.does(db, "Meri", begin_session, session)
        table.does(db, "Meri", end_session, session)
    _further_parties(twin)
    for name in twin.order(INNER, PARTIES):
        with twin.of(twin.kind_of(name)) as db:
            table.does(db, name, answer_ties, declaration.id, "accepted")


def _answers(twin: Twin, kind: str) -> dict[str, str]:
    return {f"S{number}": twin.dice[kind].choice(("yes", "no", "unknown")) for number in (1, 2, 7, 9)}


def _take_places(twin: Twin, db: Db) -> None:
    places: dict[str, tuple[Role, dict[str, str]]] = {
        "Tuula": (Role.SUPPORT_PERSON, {"supports": twin.table.ids["Aino"]}),
        "Irina": (Role.INTERPRETER, {}),
        "Kaarina": (Role.EMPLOYER_REPRESENTATIVE, {}),
        "Timo": (Role.EMPLOYER_REPRESENTATIVE, {}),
        "Kaisa": (Role.COMMUNITY_MEMBER, {}),
    }
    for name, (role, named) in places.items():
        someone = Someone(person_id=twin.house.people[name])
        twin.table.ids[name] = twin.table.does(db, "Meri", add_participant, someone, role, **named).id
    for name in ("Tuula", "Irina"):
        twin.table.does(db, name, undertake_confidentiality)


def _further_parties(twin: Twin) -> None:
    for name in FURTHER[: twin.dice[PEOPLE].randrange(3)]:
        with twin.of(PEOPLE) as db:
            someone = Someone(name=name, email=f"{name[:4].lower()}@example.org")
            joined = twin.table.does(db, "Meri", add_participant, someone, Role.PARTY)
            twin.table.ids[name], twin.house.people[name] = joined.id, joined.person_id
            declared = twin.table.facts(db).declared.values()
            for declaration in declared:
                twin.table.does(db, name, answer_ties, declaration, "accepted")


def meeting_alone(twin: Twin) -> None:
    """Each party is met alone, some more often than others; words for the mediator, notes, consents."""
    for name in twin.order(INNER, [one for one in twin.table.ids if _is_party(twin, one)]):
        kind = twin.kind_of(name)
        for _ in range(1 + (twin.dice[kind].randrange(3) if kind != AINO else 0)):
            _meet_alone(twin, name, kind)
        with twin.of(kind) as db:
            twin.table.does(db, "Meri", invite, twin.table.ids[name])
            twin.table.does(db, name, agree_to_mediate)
    with twin.table.writing() as db:
        twin.table.does(db, "Meri", plan_session, "joint", db.now() + timedelta(days=1), minutes=240)


def _is_party(twin: Twin, name: str) -> bool:
    return name in PARTIES or name in FURTHER


def _meet_alone(twin: Twin, name: str, kind: str) -> None:
    table = twin.table
    with twin.of(kind) as db:
        alone = table.does(db, "Meri", plan_session, "separate", db.now(), with_participant=table.ids[name]).id
        table.does(db, "Meri", begin_session, alone)
        came = "absent" if kind == INNER and twin.chance(kind, 4) else "present"
        table.does(db, "Meri", mark_attendance, alone, {table.ids[name]: came})
        table.does(db, "Meri", mark_attendance, alone, {table.ids[name]: "present"})
        table.does(db, "Meri", end_session, alone)
        for _ in range(twin.dice[kind].randrange(3)):
            table.does(db, name, speak_privately, twin.words(kind), language="fi")
    with twin.of(INNER) as db:
        for _ in range(twin.dice[INNER].randrange(3)):
            table.does(db, "Meri", write_note, twin.words(INNER), language="fi")


def opening(twin: Twin) -> None:
    """The table opens; some pause, some start anew."""
    move(twin, "open")
    session = joint_session(twin)
    with twin.of(TABLE) as db:
        twin.table.does(db, "Meri", begin_session, session)
        present = {twin.table.ids[name]: "present" for name in twin.parties(db)}
        twin.table.does(db, "Meri", mark_attendance, session, present)
    with twin.table.writing() as db:
        parties = twin.parties(db)
    for name in twin.order(INNER, parties):
        with twin.of(twin.kind_of(name)) as db:
            twin.table.does(db, name, accept_ground_rules)
    with twin.of(TABLE) as db:
        for name in parties:
            twin.table.does(db, "Meri", mark_opening_turn, twin.table.ids[name])
        twin.table.does(db, "Aino", speak_to_table, twin.words(TABLE), language="fi")
    if twin.chance(TABLE):
        _start_anew(twin)


def _start_anew(twin: Twin) -> None:
    with twin.of(TABLE) as db:
        twin.table.advance(db, "return-to-preparation")
    with twin.of(TABLE) as db:
        twin.table.advance(db, "open")


def joint_session(twin: Twin) -> str:
    """The id of the joint session."""
    with twin.table.writing() as db:
        return next(one.id for one in twin.table.facts(db).sessions if one.kind == "joint")


def leaving(twin: Twin) -> None:
    """Sari withdraws; the others agree again and go on."""
    with twin.of(TABLE) as db:
        twin.table.does(db, "Sari", withdraw, confirmed=True, words=twin.words(TABLE), language="fi")
    with twin.table.writing() as db:
        parties = twin.parties(db)
    for name in parties:
        with twin.of(twin.kind_of(name)) as db:
            twin.table.does(db, name, agree_to_mediate)
    with twin.of(TABLE) as db:
        twin.table.does(db, "Meri", stopping.resume)


def perhaps_leaving(twin: Twin) -> None:
    """Sari withdraws, or stays."""
    if twin.chance(TABLE):
        leaving(twin)


def defining(twin: Twin) -> None:
    """The problem is defined, in one version or in several."""
    move(twin, "define-problem")
    with twin.table.writing() as db:
        parties = twin.parties(db)
    with twin.of(TABLE) as db:
        for name in twin.order(TABLE, parties):
            twin.table.does(db, name, state_view, twin.words(TABLE), language="fi")
    for _ in range(1 + twin.dice[TABLE].randrange(2)):
        _problem(twin, parties)


def _problem(twin: Twin, parties: Sequence[str]) -> None:
    goals = [twin.words(TABLE) for _ in range(1 + twin.dice[TABLE].randrange(3))]
    with twin.of(TABLE) as db:
        words = {"fi": ProblemWords(twin.words(TABLE), goals)}
        issues = [{"fi": twin.words(TABLE)} for _ in range(twin.dice[TABLE].randrange(2))]
        version = twin.table.does(db, "Meri", draft_problem_statement, words, issues=issues).version
    for name in twin.order(INNER, parties):
        with twin.of(twin.kind_of(name)) as db:
            twin.table.does(db, name, accept_problem_statement, version)


def talking(twin: Twin) -> None:
    """The table talks, some aside; everyone is ready."""
    move(twin, "start-dialogue")
    for _ in range(twin.dice[INNER].randrange(3)):
        with twin.of(INNER) as db:
            twin.table.does(db, "Pekka", ask_for_caucus)
            caucus = twin.table.does(db, "Meri", open_caucus, twin.table.ids["Pekka"]).id
            twin.table.does(db, "Pekka", speak_privately, twin.words(INNER), language="fi")
            twin.table.does(db, "Meri", close_caucus, caucus)
    if twin.chance(INNER):
        with twin.of(INNER) as db:
            twin.table.does(db, "Meri", mark_impasse)
    with twin.table.writing() as db:
        parties = twin.parties(db)
    for name in twin.order(INNER, parties):
        with twin.of(twin.kind_of(name)) as db:
            twin.table.does(db, name, say_ready)


def looking_for_ways_out(twin: Twin) -> None:
    """Options, follow-ups planned, and a first version that is sent, signed by some and taken back."""
    move(twin, "seek-solutions")
    for _ in range(2 + twin.dice[TABLE].randrange(3)):
        with twin.of(TABLE) as db:
            option = twin.table.does(db, "Aino", propose_option, twin.words(TABLE), language="fi").id
        with twin.of(INNER) as db:
            twin.table.does(db, "Pekka", respond_to_option, option, twin.dice[INNER].choice(("yes", "maybe", "no")))
        if twin.chance(TABLE):
            with twin.of(TABLE) as db:
                twin.table.does(db, "Meri", set_aside_option, option, twin.words(TABLE))
    plan_follow_ups(twin)
    draft(twin)
    send(twin)
    reflect(twin)
    signed_by(twin, INNER, "Pekka", *(["Timo"] if _has_lines(twin) else []))


def plan_follow_ups(twin: Twin) -> None:
    """Two follow-ups are planned, at the same moment in both."""
    with twin.table.writing() as db:
        for days in (30, 90):
            twin.table.does(db, "Meri", plan_session, "follow-up", db.now() + timedelta(days=days))


def _has_lines(twin: Twin) -> bool:
    return Random(f"{twin.ids.seed} lines {_side(twin, TIMO)}").random() < 0.5


def _side(twin: Twin, kind: str) -> str:
    return str(twin.house.installation.settings.home.name) if kind in twin.differs else ""


def draft(twin: Twin) -> None:
    """The text: Kaarina's lines alike, down to their ids; the others as they are."""
    with twin.table.writing() as db:
        count = 1 + twin.dice[TABLE].randrange(4)
        promises = [_promise(twin, [twin.table.ids[name]], twin.words(TABLE)) for name in ["Pekka"] * count]
        if _has_lines(twin):
            promises.append(_promise(twin, [twin.table.ids["Timo"]], "Timon rivi."))
        promises += [_promise(twin, [twin.table.ids["Kaarina"]], f"Kaarinan rivi {number}.") for number in (1, 2)]
        newest = newest_agreement(db, twin.table.seat(db, "Meri"))
        twin.table.does(
            db,
            "Meri",
            draft_agreement,
            prevailing="fi",
            texts={"fi": TextWords(twin.words(TABLE), notices=NOTICES)},
            promises=promises,
            disclosure_decided=True,
            if_match=draft_tag(newest) if newest is not None else None,
        )


NOTICES = {
    "commissioner": "Sovittelu on käyty, ja siitä on sopimus.",
    "work-community": "Sovittelu on käyty.",
    "initiator": "Asia on käsitelty.",
}


def _promise(twin: Twin, owners: list[str], action: str) -> Promise:
    texts = {"fi": CommitmentWords(action, "joka vuoro", "Näkyy listassa.")}
    return Promise(owners, texts, starts_on=twin.house.clock.at.date() + timedelta(days=30))


def send(twin: Twin) -> None:
    """The text is frozen and sent, at the same moment in both."""
    with twin.table.writing() as db:
        twin.table.does(db, "Meri", send_typeset)


def reflect(twin: Twin) -> None:
    """Pekka takes time, wants to talk first, or declines: or does none of it."""
    for act in (take_time, ask_to_talk, decline_to_sign):
        if twin.chance(INNER):
            with twin.of(INNER) as db:
                twin.table.does(db, "Pekka", act)


def signed_by(twin: Twin, kind: str, *names: str) -> None:
    """Some of these sign, in some order and at some time."""
    chosen = [name for name in twin.order(kind, names) if twin.chance(kind)]
    for name in chosen:
        _sign(twin, kind, name)


def _sign(twin: Twin, kind: str, name: str) -> None:
    with twin.of(kind) as db:
        agreement = newest_agreement(db, twin.table.seat(db, "Meri"))
        assert agreement is not None
        digest = digest_to_sign(db, twin.table.seat(db, name), agreement, twin.table.ids[name])
        if not _has_signed(twin, db, name):
            twin.table.does(db, name, sign_typeset, digest, twin.house.installation.seal_key)


def _has_signed(twin: Twin, db: Db, name: str) -> bool:
    signed = twin.table.facts(db).agreements[-1].signed_by
    return twin.table.ids[name] in signed


def drafting_again(twin: Twin) -> None:
    """The second version, which Kaarina signs at the same moment in both; of the others, some do."""
    draft(twin)
    send(twin)
    with twin.table.writing() as db:
        [*_, annex] = annexes_of(db, twin.table.seat(db, "Kaarina"))
        twin.table.does(db, "Kaarina", sign_typeset, annex.digest, twin.house.installation.seal_key)
    signed_by(twin, SIGNING, *_signatories(twin))


def _signatories(twin: Twin) -> list[str]:
    with twin.table.writing() as db:
        return [*twin.parties(db), *(["Timo"] if _has_lines(twin) else [])]


def signing(twin: Twin) -> None:
    """Everyone who has not yet signs now; then the follow-up begins, at the same moment in both."""
    for name in twin.order(SIGNING, _signatories(twin)):
        _sign(twin, SIGNING, name)
    twin.house.clock.at += timedelta(hours=1)
    move(twin, "begin-follow-up")


def notice(twin: Twin) -> None:
    """Everyone is told the exact words agreed."""
    with twin.table.writing() as db:
        twin.table.does(db, "Meri", give_notice)


def following_up(twin: Twin) -> None:
    """Reports, some for the mediator alone; Kaarina's are the same in both."""
    table = twin.table
    with twin.of(TABLE) as db:
        session = next(one.id for one in table.facts(db).sessions if one.kind == "follow-up")
        table.does(db, "Meri", begin_session, session)
        for name in twin.parties(db):
            _report(twin, db, name, TABLE, "table")
        table.does(db, "Meri", end_session, session)
    for _ in range(twin.dice[INNER].randrange(3)):
        with twin.of(INNER) as db:
            _report(twin, db, "Pekka", INNER, "mediator")
            table.does(db, "Pekka", ask_for_help)
    with table.writing() as db:
        _report(twin, db, "Kaarina", "", "table")


def _report(twin: Twin, db: Db, name: str, kind: str, audience: str) -> None:
    in_force = twin.table.facts(db).in_force
    assert in_force is not None
    mine = [one for one in in_force.commitments if kind or twin.table.ids[name] in one.owners]
    answers = ("kept", "partly", "not-kept") if kind else ("kept",)
    said = {one.id: Report(twin.dice[kind].choice(answers) if kind else "kept") for one in mine}
    words = twin.words(kind) if kind else ""
    twin.table.does(db, name, check_in, said, audience=audience, language="fi", words=words)


def amending(twin: Twin) -> None:
    """The agreement is taken up again and left as it was, perhaps."""
    if not twin.chance(TABLE):
        return
    with twin.of(TABLE) as db:
        for name in twin.parties(db):
            twin.table.does(db, name, ask_for_change)
        twin.table.advance(db, "amend")
    with twin.of(TABLE) as db:
        twin.table.does(db, "Meri", drop_draft)
        twin.table.advance(db, "begin-follow-up")


def ending(twin: Twin) -> None:
    """The case ends with an agreement: at the end of its road, or before."""
    if twin.chance(TABLE):
        outcome = twin.dice[TABLE].choice(("agreement-lapsed", "partial-agreement"))
        with twin.table.writing() as db:
            twin.table.does(db, "Meri", stopping.discontinue, outcome)
        return
    with twin.of(TABLE) as db:
        parties = twin.parties(db)
        state = twin.dice[TABLE].choice(("resolved", "left-unresolved"))
        case_id = twin.table.seat(db, "Meri").case.id
        for breach in db.scalars(select(Breach.id).where(Breach.case_id == case_id, Breach.state == "open")).all():
            twin.table.does(db, "Meri", settle_breach, breach, state, heard=[twin.table.ids[one] for one in parties])
        for name in parties:
            twin.table.does(db, name, waive_follow_ups)
    move(twin, "close")


def breaking_off(twin: Twin) -> None:
    """The case ends wherever it stands, or does not."""
    if not twin.chance(ROAD):
        return
    with twin.table.writing() as db:
        in_force = twin.table.facts(db).in_force
        twin.table.does(db, "Meri", stopping.discontinue, "referred" if in_force is None else "agreement-lapsed")


def move(twin: Twin, code: str) -> None:
    """Take the case on."""
    with twin.table.writing() as db:
        seat = take_seat(db, WORKFLOWS, twin.table.number, twin.house.people["Meri"])
        unmet = engine.plan(seat, load_facts(db, seat.case), code, db.today()).unmet
        assert not unmet, [one.guard.code for one in unmet]
        advance(db, seat, code)


# Where a case may stand when somebody looks: each of these is gone into, looked at, and left again.


def pause(twin: Twin) -> Callable[[], None]:
    """Pekka has paused."""
    with twin.of(TABLE) as db:
        twin.table.does(db, "Pekka", stopping.pause)
    return lambda: _resume(twin)


def _resume(twin: Twin) -> None:
    with twin.of(TABLE) as db:
        twin.table.does(db, "Meri", stopping.resume)


def suspend(twin: Twin) -> Callable[[], None]:
    """Meri has suspended the case."""
    with twin.of(TABLE) as db:
        review = db.today() + timedelta(days=9)
        twin.table.does(db, "Meri", stopping.suspend, "impasse", review, words=twin.words(TABLE))
    return lambda: _resume(twin)


def go_back(twin: Twin) -> Callable[[], None]:
    """The case has gone a step back."""
    with twin.of(TABLE) as db:
        facts = twin.table.facts(db)
        back = [one for one in MEDIATION.phase(facts.phase).transitions if not one.forward and one.code != "amend"]
        if not back:
            return lambda: None
        twin.table.advance(db, back[0].code)
        target = back[0].to
    return lambda: _forward_again(twin, target, facts.phase)


def _forward_again(twin: Twin, source: str, target: str) -> None:
    while source != target:
        with twin.of(TABLE) as db:
            if source == "solutions":
                break
            onward = forward_from(source)
            twin.table.advance(db, onward.code)
            source = onward.to


def screen_again(twin: Twin) -> Callable[[], None]:
    """Another screening is under way, and Pekka has answered it."""
    with twin.of(INNER) as db:
        twin.table.does(db, "Meri", begin_screening, language="fi")
        twin.table.does(db, "Pekka", answer_screening, _answers(twin, INNER), language="fi")
    return lambda: None


def talk_aside(twin: Twin) -> Callable[[], None]:
    """Meri talks with Pekka alone."""
    with twin.of(INNER, later=False) as db:
        if "open-caucus" not in MEDIATION.open_acts(twin.table.facts(db).phase):
            return lambda: None
        caucus = twin.table.does(db, "Meri", open_caucus, twin.table.ids["Pekka"]).id
    return lambda: _end_aside(twin, caucus)


def _end_aside(twin: Twin, caucus: str) -> None:
    with twin.of(INNER, later=False) as db:
        twin.table.does(db, "Meri", close_caucus, caucus)
