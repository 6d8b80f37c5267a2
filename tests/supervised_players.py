"""Random people at one work supervision: what each tries is chosen by chance, done through the real acts, and then checked.

Raili supervises; Sanna, Olli, Kaisa, Timo, Elina and Jari may be supervised, Marko manages them and Hilkka him; Leena ordered
it, and Ulla has nothing to do with it. How something is tried, and what the record has to tell, is as in `tests/players.py`.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mediation.acts import (
    agreements,
    attendance_marks,
    confidentiality,
    evaluations,
    frames,
    goals,
    leaving,
    participants,
    sessions,
    signatories,
    stopping,
    summaries,
    supervision_forms,
    terms,
    ties,
)
from mediation.acts.agreement_versions import WORKING, draft_tag, newest_agreement
from mediation.acts.cases import assign_mediator
from mediation.acts.orders import order_mediation
from mediation.acts.participants import Someone
from mediation.case import engine
from mediation.case.seat import Manner, Seat
from mediation.errors import NotFound
from mediation.installation.due import do_what_is_due
from mediation.reading.case import read_case
from mediation.reading.goals import read_goals
from mediation.reading.statuses import statuses
from mediation.store.database import Db
from mediation.workflow.facts_loading import load_facts
from tests.bookkeeping import Session, Version
from tests.cases import Table, refer_case
from tests.houses import MONDAY, House
from tests.players import Chance, Look, Players, let_ids_follow_each_other
from tests.supervision_book import ENOUGH, EVALUATIONS, MAY, STANDING_STILL, SupervisionBook
from tests.typeset_pages import send_typeset, sign_typeset
from workflows import WORKFLOWS
from workflows.supervision import SUPERVISION

GROUP = ("Sanna", "Olli", "Kaisa", "Timo", "Elina", "Jari")
EVERYBODY = ("Raili", *GROUP, "Marko", "Hilkka", "Leena", "Ulla")
ROLES = {**dict.fromkeys(GROUP, "supervisee"), "Marko": "manager", "Hilkka": "superior"}
ROAD = {(one.code, move.code): move for one in SUPERVISION.phases for move in one.transitions}
CODES = sorted({code for _, code in ROAD})
FORMS = (
    {"form": "work-community", "kind": "work-community", "shape": "with-manager", "cap": 8},
    {"form": "work-community", "kind": "change", "shape": "manager-and-superior", "cap": 8},
    {"form": "group", "kind": "client-work", "shape": "supervisees", "cap": 6},
    {"form": "individual", "kind": "client-work", "shape": "supervisees", "cap": 1},
)


class SupervisedPlayers(Players):
    """The people of one supervision, and the second book of it that is kept beside."""

    workflow = SUPERVISION
    road = ROAD
    book: SupervisionBook  # type: ignore[assignment]

    def __init__(self, house: House, chance: Chance, *, group: int, seen: Counter[str]) -> None:
        Table.__init__(self, house)
        self.chance, self.book, self.seen, self.stood = chance, SupervisionBook(), seen, None
        for name in EVERYBODY:
            office = {"Raili": "mediator", "Leena": "hr"}.get(name)
            house.person(name, office=office)
        house.people["Vilho"] = house.people["Leena"]  # who orders, in `refer_case`
        house.clock.set(MONDAY)
        let_ids_follow_each_other(house)
        with self.writing() as db:
            refer_case(db, self, workflow=SUPERVISION)
            self.ids["Leena"] = self.ids.pop("Vilho")
            self.does(db, "Leena", order_mediation, terms="110 euroa tunti.")
            self.ids["Raili"] = self.does(db, "Leena", assign_mediator, house.people["Raili"]).id
        self.book.joins(self.ids["Leena"], "Leena", "orderer")
        self.book.joins(self.ids["Raili"], "Raili", "supervisor")
        for name in (*GROUP[:group], "Marko"):
            self.add_participant("Raili", name)

    # What is checked.

    def _was_open(self, act: str, roles: set[str], manner: Manner) -> None:
        if act not in CODES:
            who, phases = MAY[act]
            assert roles & who, f"{act} by {sorted(roles)}"
            assert self.book.phase in phases, f"{act} in {self.book.phase}"
            assert not self.book.suspended or act in STANDING_STILL, f"{act} while it stands still"

    def _texts_change(self, code: str) -> None:
        self.book.confidentiality = self._text("confidentiality") or ""

    def check(self, before: Look, after: Look) -> None:
        """All that has to hold after an act that succeeded."""
        book = self.book
        assert after.version > before.version
        assert (after.phase, after.outcome) == (book.phase, book.outcome)
        self.seen[f"phase {after.phase}"] += 1
        facts = after.facts
        unmet = {
            code: frozenset(one.missing(facts)) for code, one in SUPERVISION.guards.items() if not one.is_met(facts)
        }
        assert unmet == book.unmet()
        assert {one.id: set(one.roles) for one in facts.participants if one.roles} == {
            one.id: one.roles for one in book.people.values() if one.roles
        }
        current = [one for one in book.versions if one.state not in {"dropped", "unsent"}]
        assert [(one.state, one.signed_by) for one in facts.agreements] == [(one.state, one.signed) for one in current]
        assert sum(one.state == "sealed" for one in facts.agreements) <= 1
        with self.reading() as db:
            self._the_record_tells(db, before, after)
            self._each_reads_their_own(db)
            self._who_ordered_reads_nothing_of_anybody(db)

    def _each_reads_their_own(self, db: Db) -> None:
        """Attendance, marks and ratings are each person's own, and a spread is of five of the group."""
        for one in self.book.those_in("supervisee", "manager", "superior"):
            seat = self.seat(db, one.name)
            marks = read_case(db, seat).marks
            assert {mark.participant for mark in marks} <= {one.id}  # type: ignore[union-attr]
            told = read_goals(db, seat)
            rated = {
                (each.session, each.rating)
                for goal in told.goals
                for each in (goal.ratings if isinstance(goal.ratings, list) else ())
            }
            assert rated == {(session, how) for (who, session), how in self.book.rated.items() if who == one.id}
            for spread in told.rounds if isinstance(told.rounds, list) else ():
                assert not spread.spreads or self.book.spreads[spread.session] >= ENOUGH
                self.seen["spread told" if spread.spreads else "spread too small"] += 1
        if self.book.rated:
            told = read_goals(db, self.seat(db, "Raili"))
            assert not any(isinstance(goal.ratings, list) for goal in told.goals), "the supervisor reads ratings"

    def _who_ordered_reads_nothing_of_anybody(self, db: Db) -> None:
        [line] = statuses(db, WORKFLOWS, self.house.people["Leena"], number=self.number)
        said = repr(line)
        named = [name for name in ROLES if name in said or self.ids.get(name, "nobody") in said]
        assert named == [], "who ordered reads of somebody"
        try:
            read_case(db, self.seat(db, "Leena"))
        except NotFound:
            return
        raise AssertionError("who ordered reads the supervision")

    # Acts.

    def declare_ties(self, name: str) -> None:
        def so(whose: str, declaration: str) -> None:
            self.book.declared[whose] = declaration

        self.tries(name, ties.declare_ties, has_ties=False, words="Ei siteitä.", so=so)

    def answer_ties(self, name: str, *, answer: str = "") -> None:
        chosen = answer or ("objected" if self.odds(8) else "accepted")
        for declaration in list(self.book.declared.values()):
            self.tries(name, ties.answer_ties, declaration, chosen, so=self.says("ties-answered", declaration, chosen))

    def add_participant(self, name: str, whom: str = "") -> None:
        one = whom or self.pick([*ROLES]) or "Jari"
        role = ROLES[one] if whom or not self.odds(8) else self.pick((*ROLES.values(),)) or "supervisee"

        def so(whose: str, participant: str) -> None:
            self.ids[one] = participant
            self.book.joins(participant, one, role)
            self.book.unsends()

        def joins(db: Db, seat: Seat) -> str:
            someone = Someone(person_id=self.house.people[one])
            return participants.add_participant(db, seat, someone, role).id

        self.tries(name, joins, code="add-participant", so=so)

    def agree(self, name: str, *, surely: bool = False) -> None:
        given = surely or not self.odds(10)
        act = terms.agree_to_mediate if given else terms.decline_to_mediate
        self.tries(name, act, so=self.says("agreed-to-mediate", "", "given" if given else "declined"))

    def bind(self, name: str) -> None:
        text = self.book.confidentiality or "nothing"
        self.tries(name, confidentiality.bind_to_confidentiality, text, so=self.says("bound", text))

    def choose_form(self, name: str, form: Mapping[str, Any] | None = None) -> None:
        chosen = form or self.pick(FORMS) or FORMS[0]

        def so(whose: str, row: Any) -> None:
            self.book.form = chosen
            self.book.takes_back()

        def chooses(db: Db, seat: Seat) -> str:
            supervision_forms.choose_form(db, seat, **chosen)
            return "chosen"

        self.tries(name, chooses, code="choose-form", so=so)

    def write_frame(self, name: str, *, well: bool = False) -> None:
        after = [2] if well or not self.odds(4) else []
        given = {"session_count": 6 + self.chance(40), "starts_on": self.today, "evaluation_after": after}

        def so(whose: str, row: Any) -> None:
            self.book.frame, self.book.evaluations = True, len(after)
            self.book.takes_back()

        self.tries(name, frames.write_frame, **given, so=so)

    def draft(self, name: str, *, well: bool = False) -> None:
        lacking = not well and self.odds(4)
        words = agreements.CommitmentWords("Puhumme ajoissa.", measure="" if lacking else "Kysymme viikoittain.")
        given = {"prevailing": "fi", "texts": {"fi": agreements.TextWords("Työ on muuttunut.")}}

        def do(db: Db, seat: Seat) -> Any:
            newest = newest_agreement(db, seat)
            tag = draft_tag(newest) if newest is not None and newest.state in WORKING else None
            known = [*self.book.in_force.promises] if self.book.in_force else [None]
            promised = [agreements.Promise(texts={"fi": words}, lineage=one) for one in known]
            return agreements.draft_agreement(db, seat, **given, commitments=promised, if_match=tag)

        def so(whose: str, agreement: str) -> None:
            promised = {one["lineage"]: frozenset(one["owners"]) for one in self._lines(agreement)}
            self.book.drafts(Version(agreement, "draft", promised, not lacking))

        self.tries(name, do, code="draft-agreement", so=so)

    def send(self, name: str) -> None:
        def so(whose: str, row: Any) -> None:
            version, unmet = self.book.newest, self.book.unmet()
            assert version is not None
            assert not unmet.keys() & {"goal-set", "owners-sign"}
            version.state = "sent"

        self.tries(name, send_typeset, sign_by=self.today + timedelta(days=14), code="send-agreement", so=so)

    def sign(self, name: str, *, surely: bool = False) -> None:
        forged = not surely and self.odds(8)

        def signed(db: Db, seat: Seat) -> Any:
            newest = newest_agreement(db, seat)
            sent = newest is not None and not forged
            digest = signatories.digest_to_sign(db, seat, newest, seat.participant_id) if sent and newest else "0" * 64
            return sign_typeset(db, seat, digest, self.house.installation.seal_key)

        def so(whose: str, row: Any) -> None:
            assert not forged
            assert self.book.newest is not None
            assert self.book.newest.state == "sent"
            assert self.book.people[whose].roles & self.book.signing
            self.book.signs(whose)

        self.tries(name, signed, code="sign", so=so)

    def plan(self, name: str, kind: str = "") -> None:
        chosen = kind or self.pick(("mapping", "supervision", "evaluation")) or "mapping"
        serves = {"mapping": {"mapping"}, "supervision": {"active"}, "evaluation": EVALUATIONS}[chosen]

        def so(whose: str, session: str) -> None:
            self.book.sessions[session] = Session(session, chosen, frozenset(serves))

        self.tries(name, sessions.plan_session, chosen, self.now + timedelta(days=1), so=so)

    def _some(self, state: str, kind: str = "") -> str:
        some = [one.id for one in self.book.sessions.values() if one.state == state and kind in {"", one.kind}]
        return self.pick(some) or "nothing"

    def begin(self, name: str, which: str = "") -> None:
        session = which or self._some("planned")
        self.tries(name, sessions.begin_session, session, so=self._is(session, "begun"))

    def end(self, name: str, which: str = "") -> None:
        session = which or self._some("begun")
        self.tries(name, sessions.end_session, session, so=self._is(session, "held"))

    def _is(self, session: str, state: str) -> Any:
        return lambda whose, row: setattr(self.book.sessions[session], "state", state)

    def attend(self, name: str, which: str = "") -> None:
        session = which or self._some("begun")
        seen = {
            one.id: "present" if which else self.pick(("present", "absent"))
            for one in self.book.those_in("supervisee", "manager")
        }

        def so(whose: str, row: Any) -> None:
            for one, value in seen.items():
                self.book.people[one].said["attended", session] = str(value)

        def marks(db: Db, seat: Seat) -> str:
            attendance_marks.mark_attendance(db, seat, session, seen)
            return session

        self.tries(name, marks, code="mark-attendance", so=so)

    def rate(self, name: str, which: str = "") -> None:
        session, how = which or self._some("begun", "evaluation"), 1 + self.chance(5)
        ratings = dict.fromkeys(self.book.in_force.promises if self.book.in_force else ["nothing"], how)

        def so(whose: str, row: Any) -> None:
            assert session not in self.book.spreads
            self.book.rated[whose, session] = how

        self.tries(name, goals.rate_goals, ratings, session_id=session, so=so)

    def close_rating(self, name: str, which: str = "") -> None:
        session = which or self._some("begun", "evaluation")

        def so(whose: str, row: Any) -> None:
            group = {one.id for one in self.book.those_in("supervisee")}
            self.book.spreads[session] = sum(who in group and at == session for who, at in self.book.rated)

        self.tries(name, goals.close_rating, session, so=so)

    def write_up(self, name: str, which: str = "") -> None:
        session = which or self._some("begun", "evaluation")
        words = f"Opimme {self.chance(9)} asiaa."
        so = lambda whose, row: self.book.written.setdefault(session, self.book.phase)  # noqa: E731
        self.tries(name, evaluations.write_evaluation, session, words, so=so)

    def summarise(self, name: str) -> None:
        words = f"Työnohjausta on pidetty {self.chance(99)} kertaa." if not self.odds(6) else ""

        def so(whose: str, row: Any) -> None:
            self.book.proposed += 1
            self.book.settled = self.book.settled if words else self.book.proposed
            for one in self.book.people.values():
                one.said.pop(("approved", ""), None)

        self.tries(name, summaries.write_summary, words=words, so=so)

    def approve(self, name: str) -> None:
        text = self._text("summary-words") or "nothing"

        def so(whose: str, row: Any) -> None:
            assert self.book.settled < self.book.proposed
            self.book.people[whose].said["approved", ""] = "yes"
            if all(("approved", "") in one.said for one in self.book.those_in("supervisee", "manager")):
                self.book.settled = self.book.proposed

        self.tries(name, summaries.approve_summary, text, so=so)

    def suspend(self, name: str) -> None:
        so = lambda whose, row: self.book.suspended.add("absence")  # noqa: E731
        self.tries(name, stopping.suspend, "absence", self.today + timedelta(days=3), so=so)

    def resume(self, name: str) -> None:
        self.tries(name, stopping.resume, so=lambda whose, row: self.book.suspended.clear())

    def withdraw(self, name: str) -> None:
        self.tries(name, leaving.withdraw, confirmed=True, so=lambda whose, row: self.book.goes(whose))

    def discontinue(self, name: str) -> None:
        outcome = self.pick(("supervision-ended-early", "supervision-not-begun", "bored")) or "bored"
        begun = self.book.in_force is not None

        def so(whose: str, row: Any) -> None:
            assert begun == (outcome == "supervision-ended-early")
            self.book.ends(outcome)

        self.tries(name, stopping.discontinue, outcome, so=so)

    def move(self, name: str, code: str) -> None:
        """Somebody tries a transition: it succeeds exactly when the page says so."""
        move, unmet = ROAD.get((self.book.phase, code)), self.book.unmet()
        hindered = {one.code for one in SUPERVISION.guards_of(move)} & unmet.keys() if move else set()
        may = move is not None and "supervisor" in self._roles(self.ids.get(name, "")) and not hindered

        def do(db: Db, seat: Seat) -> str:
            seen = engine.plans(seat, load_facts(db, seat.case), db.today())
            engine.advance(db, seat, code, if_match=engine.tag(seat, seen))
            return code

        def so(whose: str, row: str) -> None:
            assert move is not None
            self.seen[f"{self.book.phase}: {code}"] += 1
            self.book.moves(code, move.to, forward=move.forward)

        moved = self.tries(name, do, code=code, so=so)
        assert (moved is not None) == may, f"{code} by {name}, unmet {sorted(hindered)}"

    def time_passes(self, days: int) -> None:
        """So many days go by: a summary that not all have approved within 14 days is settled by the default."""
        self.house.clock.at += timedelta(days=days)
        before = self.look()
        do_what_is_due(self.house.installation.database, WORKFLOWS)
        after = self.stood = self.look()
        if any(one.kind == "settled-summary" and one.version == self.book.proposed for one in after.facts.texts):
            self.seen["settled by silence"] += self.book.settled < self.book.proposed
            self.book.settled = self.book.proposed
        if after.version != before.version:
            self.check(before, after)

    # Going on, and going astray.

    def help_along(self, towards: str) -> None:
        """What hinders a transition is done, piece by piece, and the transition taken."""
        hindered = [one.code for one in SUPERVISION.guards_of(ROAD[self.book.phase, towards])]
        for guard in hindered:
            unmet = self.book.unmet()
            if guard in unmet:
                self._meet(guard, [self.book.people[one].name for one in unmet[guard]])
        self.move("Raili", towards)

    def _meet(self, guard: str, missing: list[str]) -> None:
        whole = {
            "not-suspended": self.resume,
            "ties-declared": self.declare_ties,
            "evaluation-written": self._write_all_up,
            "frame-written": lambda name: self.write_frame(name, well=True),
            "evaluation-planned": lambda name: self.write_frame(name, well=True),
            "form-chosen": lambda name: self.choose_form(name, self._fitting()),
            "shape-filled": lambda name: self.choose_form(name, self._fitting()),
            "number-fits-form": lambda name: self.choose_form(name, self._fitting()),
            "manager-takes-part": lambda name: self.add_participant(name, "Marko"),
            "somebody-to-supervise": lambda name: self.add_participant(name, "Sanna"),
            "goal-set": lambda name: self.draft(name, well=True),
            "contract-sent": self.send,
            "mapping-held": lambda name: self.hold(name, "mapping"),
            "evaluation-held": lambda name: self.hold(name, "evaluation"),
            "summary-settled": self.summarise,
        }
        each = {
            "no-open-objection": lambda name: self.answer_ties(name, answer="accepted"),
            "wants-to-go-on": lambda name: self.agree(name, surely=True),
            "bound-to-confidentiality": self.bind,
            "contract-signed": lambda name: self.sign(name, surely=True),
            "goals-rated": lambda name: [self.rate(name, one.id) for one in self.book.evaluated()],
        }
        if guard in whole:
            whole[guard]("Raili")
        for name in missing if guard in each else ():
            each[guard](name)
        if guard == "summary-settled" and self.book.settled < self.book.proposed:
            for one in self.book.those_in("supervisee", "manager"):
                self.approve(one.name)

    def _write_all_up(self, name: str) -> None:
        for one in self.book.evaluated():
            self.close_rating(name, one.id)
            self.write_up(name, one.id)

    def _fitting(self) -> Mapping[str, Any]:
        """The form that fits who is there."""
        there = len(self.book.those_in("supervisee"))
        if self.book.those_in("manager"):
            return FORMS[1] if self.book.those_in("superior") else FORMS[0]
        return FORMS[3] if there == 1 else FORMS[2]

    def hold(self, name: str, kind: str) -> None:
        """A session is planned, begins, everybody is noted, and it ends where nothing is rated at it."""
        self.plan(name, kind)
        session = self._some("planned", kind)
        self.begin(name, session)
        self.attend(name, session)
        if kind == "mapping":
            self.end(name, session)

    def try_anything(self) -> None:
        """Anybody tries anything."""
        act = self.pick(ANYTHING) or "agree"
        getattr(self, act)(self.pick(EVERYBODY) or "Ulla")

    def try_what_is_theirs(self) -> None:
        """Somebody does what their role may do."""
        role = self.pick((*["supervisee"] * 3, *["supervisor"] * 3, "manager", "superior")) or "supervisee"
        names = [one.name for one in self.book.those_in(role)]
        if names:
            getattr(self, self.pick(BY_ROLE[role]) or "agree")(self.pick(names))

    def try_to_move(self) -> None:
        """Somebody tries to move it."""
        self.move(self.pick(("Raili", "Raili", *EVERYBODY)) or "Raili", self.pick(CODES) or "close")


BY_ROLE = {
    "supervisor": str.split(
        "declare_ties add_participant choose_form write_frame draft send sign bind plan begin end attend close_rating write_up "
        "summarise suspend resume"
    ),
    "supervisee": str.split("answer_ties agree bind sign rate approve"),
    "manager": str.split("answer_ties agree bind sign rate approve"),
    "superior": str.split("bind sign"),
}
ANYTHING = sorted({"withdraw", "discontinue", *(act for acts in BY_ROLE.values() for act in acts)})
