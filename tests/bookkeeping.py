"""A second bookkeeping of a case, kept by hand from the page that decides, to check the product's own against.

It learns which acts succeeded and keeps what they mean: who agreed, attended, accepted, signed, left. Its guards are
written from the page and not from the guards in `workflows/`, and what a withdrawal or a new version lets fall from the
rules of the page. Nothing here reads the database.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WEEK = timedelta(days=7)
SUITABLE = {"suitable", "suitable-with-safeguards"}
PHASES = ("preparation", "opening", "problem-definition", "dialogue", "solutions", "follow-up", "closed")
MEDIATES = {"mediator", "co-mediator"}
SIGNS = {"party", "employer-representative"}
ACCOMPANIES = {"support-person", "interpreter"}
FALLING = {
    "accepted-problem-statement",
    "accepted-understanding",
    "responded",
}  # what falls when a party leaves before an agreement is in force

# Who is waited for; nobody by name where a fact is not about persons.
Missing = frozenset[str]
NOBODY: Missing = frozenset()


@dataclass
class Person:
    """Somebody at the case: the roles held now, and what they said or did, by (kind of mark, about)."""

    id: str
    name: str
    roles: set[str]
    supports: str | None = None
    named: bool = False  # to the parties, who are told of it by a call to a session of several
    said: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Session:
    """A session; `state` is planned, begun, held or cancelled."""

    id: str
    kind: str
    serves: frozenset[str]
    whom: str | None = None
    state: str = "planned"
    called: set[str] = field(default_factory=set)  # by name
    begun: datetime | None = None


@dataclass
class Version:
    """A version of the agreement: whose promises (by lineage), whether anything is lacking, who signed it."""

    id: str
    state: str
    promises: Mapping[str, frozenset[str]] = field(default_factory=dict)
    complete: bool = False
    disclosed: bool = False
    signed: set[str] = field(default_factory=set)
    reported: dict[str, datetime] = field(default_factory=dict)  # who did, and when last
    told: bool = False  # the notice agreed in it was given

    @property
    def owners(self) -> set[str]:
        return {owner for owners in self.promises.values() for owner in owners}


@dataclass
class Understood:
    """An understanding without a text: whether the follow-up began with it, who reported on it."""

    id: str
    reached: bool = False
    reported: dict[str, datetime] = field(default_factory=dict)
    told: bool = False


@dataclass
class Book:
    people: dict[str, Person] = field(default_factory=dict)
    phase: str = "preparation"
    rung: str = "not-started"
    outcome: str | None = None
    ordered: bool = False
    absent: bool = False  # the mediator of now, whom the co-mediator stands in for
    screened: tuple[str, frozenset[str]] | None = None
    declared: dict[str, str] = field(default_factory=dict)  # mediator: current declaration
    suspended: set[str] = field(default_factory=set)
    sessions: dict[str, Session] = field(default_factory=dict)
    problem: tuple[str, int, int] | None = None  # id, version, goals
    options: dict[str, str] = field(default_factory=dict)  # id: state
    issues: dict[str, str] = field(default_factory=dict)  # of the current problem statement
    worries: dict[str, tuple[str, str]] = field(default_factory=dict)  # not settled yet: whose, about whom
    versions: list[Version] = field(default_factory=list)
    understandings: list[Understood] = field(default_factory=list)
    neutral: str = ""  # the rung at which HR's line stays until the end
    breaches: dict[str, tuple[str, str]] = field(default_factory=dict)  # id: lineage, state
    terms: list[tuple[str, bool]] = field(default_factory=list)  # each version: its text, and whether it asks again
    rules: str = ""  # the text of the ground rules
    named: frozenset[str] = frozenset()  # whom the newest terms name
    withdrew: dict[str, tuple[datetime, bool]] = field(default_factory=dict)  # whoever did: when, and whether for good

    # Who is here.

    def those_in(self, *roles: str) -> list[Person]:
        """Everyone in any of these roles, in the order in which they came."""
        return [one for one in self.people.values() if one.roles & set(roles)]

    def joins(self, participant: str, name: str, *roles: str, supports: str | None = None) -> None:
        """Somebody takes a place, or one more role."""
        one = self.people.setdefault(participant, Person(participant, name, set()))
        one.roles |= set(roles)
        one.supports = supports or one.supports

    def calls(self, session: Session, by: str, whom: Sequence[str] | None = None) -> None:
        """Who is called to a session by name: these; unless it is said, companions (of whom a party knows)."""
        knows_all = bool(self.people[by].roles & set(MEDIATES))
        anyway = [] if session.kind in {"separate", "pair"} else self.those_in(*ACCOMPANIES)
        known = [one.id for one in anyway if knows_all or one.named or by in {one.id, one.supports}]
        session.called |= set(known if whom is None else whom)
        for one in session.called if session.whom is None and session.kind != "pair" else ():
            self.people[one].named = True

    # What is agreed to (rule 15).

    def terms_say(self, text: str, *, asks: bool) -> None:
        """The terms are this text now; who takes part or pays anew asks again, and after sealing only who comes."""
        here = frozenset(one.id for one in self.those_in(*MEDIATES, "party"))
        if not self.terms or self.terms[-1][0] != text:
            self.terms.append((text, asks))
            self.named = here
        assert self.outcome is not None or self.too_few or self.named == here, "the terms name who takes part"

    def agrees(self, participant: str, text: str, answer: str) -> None:
        """A party answers; one answer stands, to the terms that were shown."""
        said = self.people[participant].said
        self.people[participant].said = {key: value for key, value in said.items() if key[0] != "agreed-to-mediate"}
        self.people[participant].said["agreed-to-mediate", text] = answer

    @property
    def binding(self) -> list[str]:
        """The terms to which agreeing counts: from the newest that ask on."""
        asking = max((at for at, (_, asks) in enumerate(self.terms) if asks), default=0)
        return [text for text, _ in self.terms[asking:]]

    def leaves(self, participant: str) -> None:
        """Somebody has no seat any more; a co-mediator keeps own notes."""
        one = self.people[participant]
        one.roles = {"former-mediator"} if "co-mediator" in one.roles else set()

    def changes_mediator(self, participant: str, name: str) -> None:
        for one in self.those_in("mediator"):
            if one.id != participant:
                one.roles, self.absent = {"former-mediator"}, False
        self.joins(participant, name, "mediator")
        self.people[participant].roles -= {"co-mediator"}

    # What a party's leaving lets fall (rule 2).

    def party_leaves(self, participant: str, *, withdrawn: bool) -> None:
        """A party leaves: a text out for signing is taken back, unsealed acceptances fall, sessions with them alone end."""
        leaver = self.people[participant]
        self.ends_sessions(participant)
        leaver.roles = leaver.roles - {"party"} | {"former-party"}
        for one in self.people.values():
            if one.supports == participant:
                one.roles -= {"support-person"}
        for one in [*self.those_in("party"), leaver]:
            if withdrawn:
                one.said = {key: said for key, said in one.said.items() if key[0] != "agreed-to-mediate"}
            if self.in_force is None and one is not leaver:
                one.said = {key: said for key, said in one.said.items() if key[0] not in FALLING}
        self.unsends()

    def ends_sessions(self, whom: str | None = None) -> None:
        """No session stays open or planned with who leaves alone, and none at all when the case ends."""
        for one in _sessions(self, "planned", "begun"):
            if whom in {None, one.whom} or self._too_few_of(one, whom):
                one.state = "held" if one.state == "begun" else "cancelled"

    def _too_few_of(self, session: Session, leaver: str) -> bool:
        remain = {one.id for one in self.those_in("party")} & session.called - {leaver}
        return session.kind == "pair" and leaver in session.called and len(remain) < 2

    def withdraws(self, participant: str, at: datetime, *, final: bool) -> None:
        """A party withdraws: of two the case ends, of more it stands still."""
        self.party_leaves(participant, withdrawn=True)
        self.withdrew[participant] = (at, final)
        if final and self.too_few:
            self.ends("withdrawn")
        else:
            self.suspended.add("withdrawal")

    def withdraws_for_good(self, participant: str) -> None:
        self.withdrew[participant] = (self.withdrew[participant][0], True)
        if self.too_few and self.outcome is None:
            self.ends("withdrawn")

    def comes_back(self, participant: str) -> None:
        """A withdrawal is taken back: a text that was sent meanwhile does not name who comes."""
        self.unsends()
        del self.withdrew[participant]
        self.people[participant].roles = self.people[participant].roles - {"former-party"} | {"party"}

    def time_passes(self, now: datetime) -> None:
        """What falls due by itself."""
        for participant, (at, final) in list(self.withdrew.items()):
            if not final and now - at > WEEK:
                self.withdraws_for_good(participant)

    @property
    def too_few(self) -> bool:
        return len(self.those_in("party")) < 2

    # The agreement.

    @property
    def newest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def current(self) -> Version | None:
        """The version that guards read: the one worked on until it is expressly dropped, else the one in force."""
        return next((one for one in reversed(self.versions) if one.state not in {"dropped", "unsent"}), None)

    @property
    def in_force(self) -> Version | None:
        return next((one for one in reversed(self.versions) if one.state == "sealed"), None)

    @property
    def followed(self) -> Version | Understood | None:
        """What the follow-up is about."""
        return self.in_force or next((one for one in reversed(self.understandings) if one.reached), None)

    @property
    def understood(self) -> Understood | None:
        """The newest understanding that was proposed."""
        return self.understandings[-1] if self.understandings else None

    def reported(self, about: Version | Understood) -> set[str]:
        """Who reported since the last follow-up that was held had begun; what was told the week before the first is for that."""
        held = [one.begun for one in _sessions(self, "held", kind="follow-up") if one.begun is not None]
        if not held:
            return set(about.reported)
        least = max(held) - (WEEK if len(held) == 1 else timedelta())
        return {who for who, at in about.reported.items() if at >= least}

    def follow_up_takes_place(self) -> None:
        """Who was asked for a report on an earlier one is asked anew."""
        for one in self.people.values():
            one.said = {key: said for key, said in one.said.items() if not key[0].startswith("asked-to-report")}

    def drafts(self, version: Version) -> None:
        """A draft is written: over the one there is, or as the next version."""
        newest = self.newest
        if newest is not None and newest.state == "draft":
            self.versions.remove(newest)
        self.unsends(amending=False)
        self.versions.append(version)

    def unsends(self, *, amending: bool = True) -> None:
        """A text that waits to be signed is frozen no more; while one is in force, what replaces it is still worked on."""
        newest = self.newest
        if newest is not None and newest.state == "sent":
            newest.state = "unsent"
            if amending and self.in_force is not None:
                self.versions.append(Version("", "draft"))

    def signs(self, participant: str) -> None:
        """Somebody signs the newest version; the last of all who sign seals it."""
        version = self.newest
        assert version is not None
        version.signed.add(participant)
        if version.state == "sent" and self.signers(version) | version.owners <= version.signed:
            for earlier in self.versions:
                earlier.state = "superseded" if earlier.state == "sealed" else earlier.state
            version.state = "sealed"
            self.breaches = {
                key: (lineage, "amended" if state in {"open", "left-unresolved"} else state)
                for key, (lineage, state) in self.breaches.items()
            }

    def signers(self, version: Version) -> set[str]:
        """Whose signatures a version needs: each party's, and an employer representative's who has lines in it."""
        return {one.id for one in self.those_in(*SIGNS) if "party" in one.roles or one.id in version.owners}

    # Moving.

    def moves(self, code: str, to: str, *, forward: bool) -> None:
        if self.phase == "solutions" and not forward:
            self.unsends()
        if forward:
            self.becomes_neutral()
        self.phase = to
        if forward and (self.rung == "not-started" or PHASES.index(to) > PHASES.index(self.rung)):
            self.rung = to
        if code == "close":
            self.outcome = self._outcome()
            self.ends_sessions()
        if code == "conclude-understanding":
            assert self.understood is not None
            self.understood.reached = True
        if code == "amend":
            if self.current is self.in_force:
                self.versions.append(Version("", "draft"))
            for one in self.people.values():
                one.said.pop(("asked-for-change", ""), None)

    def becomes_neutral(self) -> None:
        """From the next step on HR's line stays, if a party wished so."""
        if any(("asked-for-neutral-end", "") in one.said for one in self.people.values()):
            self.neutral = self.neutral or self.rung

    def _outcome(self) -> str:
        version = self.in_force
        if version is None:
            return "understanding"
        if any(state == "left-unresolved" for _, state in self.breaches.values()):
            return "agreement-lapsed"
        if "open" in self.issues.values():
            return "partial-agreement"
        parties = {one.id for one in self.those_in("party")}
        return "agreement-kept" if parties and parties <= self.reported(version) else "agreement-unreported"

    def ends(self, outcome: str) -> None:
        """The case ends early."""
        self.becomes_neutral()
        self.phase, self.outcome = "closed", outcome
        self.suspended.clear()
        self.ends_sessions()
        for one in self.versions:
            one.state = "dropped" if one.state in {"draft", "sent"} else one.state

    def unmet(self) -> dict[str, Missing]:
        """Every guard of the page that is not met, with those it waits for."""
        return {code: missing for code, guard in GUARDS.items() if (missing := guard(self)) is not None}


# The guards of the page. Each gives None where it is met, else whom it waits for.

Guard = Callable[[Book], Missing | None]


def _fact(is_met: Callable[[Book], bool]) -> Guard:
    return lambda book: None if is_met(book) else NOBODY


def _each(*roles: str) -> Callable[[Callable[[Book, Person], bool]], Guard]:
    def of(done: Callable[[Book, Person], bool]) -> Guard:
        return lambda book: frozenset(one.id for one in book.those_in(*roles) if not done(book, one)) or None

    return of


def _party_said(kind: str) -> Guard:
    return _each("party")(lambda book, one: (kind, "") in one.said)


def _sessions(book: Book, *states: str, serves: str = "", kind: str = "") -> list[Session]:
    return [
        one
        for one in book.sessions.values()
        if one.state in states and (not serves or serves in one.serves) and (not kind or one.kind == kind)
    ]


def _was_at(one: Person, sessions: Iterable[Session]) -> bool:
    return any(one.said.get(("attended", session.id)) in {"present", "caught-up"} for session in sessions)


def _was_met(book: Book, one: Person) -> bool:
    own = [session for session in book.sessions.values() if session.kind == "separate" and session.whom == one.id]
    return _was_at(one, own)


def _met_alone(book: Book, one: Person) -> bool:
    asked_for = book.screened is not None and "separate-meetings" in book.screened[1]
    return (("waived-separate-meeting", "") in one.said and not asked_for) or _was_met(book, one)


def _accepts_the_mediators(book: Book, one: Person) -> bool:
    declarations = [book.declared[who.id] for who in book.those_in(*MEDIATES) if who.id in book.declared]
    return all(one.said.get(("ties-answered", declaration)) == "accepted" for declaration in declarations)


def _agrees(book: Book, one: Person) -> bool:
    signed = book.in_force is not None and one.id in book.in_force.signed
    bound = signed and any(("asked-to-agree-again", text) in one.said for text in book.binding)
    return bound or any(one.said.get(("agreed-to-mediate", text)) == "given" for text in book.binding)


def _safe(book: Book) -> bool:
    wanted = book.screened[1] if book.screened else frozenset()
    interpreters = book.those_in("interpreter")
    seen = {
        "co-mediator": bool(book.those_in("co-mediator")),
        "interpreter": any(_is_bound_for_good(one) for one in interpreters),
        "signing-next-day": True,
        "separate-meetings": all(_was_met(book, one) for one in book.those_in("party")),
    }
    put = {code for one in book.those_in(*MEDIATES) for kind, code in one.said if kind == "safeguard-in-place"}
    return all(code in put or seen.get(code, False) for code in wanted)


def _supported(book: Book) -> bool:
    supported = {one.supports for one in book.those_in("support-person")}
    return not [
        one for one in book.those_in("party") if ("support-to-offer", "") in one.said and one.id not in supported
    ]


def _signed(book: Book, one: Person) -> bool:
    version = book.current
    if version is None:
        return False
    return one.id in version.signed or ("party" not in one.roles and one.id not in version.owners)


def _waived(book: Book, about: Version | Understood | None) -> bool:
    return about is not None and all(("waived-follow-ups", about.id) in one.said for one in book.those_in("party"))


def _followed_up(book: Book) -> bool:
    if _waived(book, book.followed):
        return True
    return bool(_sessions(book, "held", kind="follow-up")) and not _sessions(book, "planned", "begun", kind="follow-up")


def _reported(book: Book, one: Person) -> bool:
    about = book.followed
    if about is None:
        return False
    waived = ("waived-follow-ups", about.id) in one.said and not _sessions(book, "begun", "held", kind="follow-up")
    return waived or one.id in book.reported(about) or ("asked-to-report-again", about.id) in one.said


def _accepts_the_understanding(book: Book, one: Person) -> bool:
    newest = book.understood
    return newest is not None and not newest.reached and ("accepted-understanding", newest.id) in one.said


def _may_amend(book: Book) -> bool:
    parties = book.those_in("party")
    asked = bool(parties) and all(("asked-for-change", "") in one.said for one in parties)
    return asked or any(state == "open" for _, state in book.breaches.values())


def _was_in(one: Person, session: Session) -> bool:
    return one.said.get(("attended", session.id)) in {"present", "left"}


def _is_bound_for_good(one: Person) -> bool:
    return "undertook-confidentiality" in {kind for kind, _ in one.said} or ("bound-by-service", "") in one.said


def _is_bound(book: Book, one: Person) -> bool:
    if _is_bound_for_good(one):
        return True
    at_the_door = [
        session
        for session in book.sessions.values()
        if (session.state == "begun" or (session.state == "planned" and "opening" in session.serves))
        and (session.state == "begun" or book.phase == "preparation")
        and (one.id in session.called or _was_in(one, session))
    ]
    heard = [*at_the_door, *(session for session in _sessions(book, "held") if _was_in(one, session))]
    return all(("undertook-for-session", session.id) in one.said for session in heard)


def _was_announced(book: Book, one: Person) -> bool:
    were = [session for session in book.sessions.values() if session.whom is None and _was_in(one, session)]
    return all(one.id in session.called for session in were)


def _has_no_worry(book: Book, one: Person) -> bool:
    return not any(worried == one.id and book.people[about].roles for worried, about in book.worries.values())


GUARDS: Mapping[str, Guard] = {
    "not-suspended": _fact(lambda book: not book.suspended),
    "mediation-ordered": _fact(lambda book: book.ordered),
    "mediator-assigned": _fact(lambda book: bool(book.those_in("mediator"))),
    "ties-declared": _each(*MEDIATES)(lambda book, one: one.id in book.declared),
    "no-open-objection": _each("party")(_accepts_the_mediators),
    "screened-suitable": _fact(lambda book: book.screened is not None and book.screened[0] in SUITABLE),
    "safeguards-in-place": _fact(_safe),
    "two-parties": _fact(lambda book: not book.too_few),
    "agreed-to-mediate": _each("party")(_agrees),
    "companions-bound": _each(*ACCOMPANIES, "employer-representative")(_is_bound),
    "companions-told": _each(*ACCOMPANIES, "employer-representative")(_was_announced),
    "no-open-concern": _each("party")(_has_no_worry),
    "met-separately": _each("party")(_met_alone),
    "joint-session-planned": _fact(lambda book: bool(_sessions(book, "planned", "begun", "held", serves="opening"))),
    "co-mediated-where-many": _fact(
        lambda book: len(book.those_in("party")) <= 4 or bool(book.those_in("co-mediator"))
    ),
    "support-offered": _fact(_supported),
    "opening-begun": _fact(lambda book: bool(_sessions(book, "begun", "held", serves="opening"))),
    "attended-opening": _each("party")(
        lambda book, one: _was_at(one, _sessions(book, "begun", "held", serves="opening"))
    ),
    "accepted-ground-rules": _each("party")(lambda book, one: ("accepted-ground-rules", book.rules) in one.said),
    "had-opening-turn": _party_said("had-opening-turn"),
    "stated-view": _party_said("stated-view"),
    "problem-stated": _fact(lambda book: book.problem is not None),
    "goal-set": _fact(lambda book: book.problem is not None and book.problem[2] > 0),
    "accepted-problem-statement": _each("party")(
        lambda book, one: book.problem is not None and ("accepted-problem-statement", book.problem[0]) in one.said
    ),
    "dialogue-begun": _fact(lambda book: bool(_sessions(book, "begun", "held", serves="dialogue"))),
    "no-open-caucus": _fact(lambda book: not _sessions(book, "begun", kind="caucus")),
    "ready-for-solutions": _party_said("ready-for-solutions"),
    "agreement-sent": _fact(lambda book: book.current is not None and book.current.state in {"sent", "sealed"}),
    "commitments-complete": _fact(
        lambda book: book.current is not None and bool(book.current.promises) and book.current.complete
    ),
    "owners-sign": _fact(
        lambda book: book.current is None or book.current.owners <= {one.id for one in book.those_in(*SIGNS)}
    ),
    "follow-up-planned": _fact(
        lambda book: (
            bool(_sessions(book, "planned", kind="follow-up"))
            or (book.current is None and _waived(book, book.understood))
        )
    ),
    "disclosure-decided": _fact(
        lambda book: book.current.disclosed if book.current is not None else book.understood is not None
    ),
    "no-text-out": _fact(lambda book: book.current is None),
    "accepted-understanding": _each("party")(_accepts_the_understanding),
    "everyone-signed": _each(*SIGNS)(_signed),
    "options-considered": _fact(lambda book: len(book.options) >= 2),
    "notice-given": _fact(lambda book: book.followed is not None and book.followed.told),
    "follow-ups-held": _fact(_followed_up),
    "reported-on-commitments": _each("party")(_reported),
    "no-open-breach": _fact(lambda book: not any(state == "open" for _, state in book.breaches.values())),
    "breach-or-joint-request": _fact(_may_amend),
}

# Resuming asks for this, by the cause of the suspension.
RESUMING: Mapping[str, tuple[str, ...]] = {
    "withdrawal": ("agreed-to-mediate",),
    "tie": ("ties-declared", "no-open-objection"),
    "re-screening": ("screened-suitable", "safeguards-in-place"),
}
