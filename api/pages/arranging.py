"""How the form of an act is arranged for who fills it in: what they are not asked, what is folded away, what is asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.pages.doors import PUT_RIGHT
from api.pages.drafting import takes_words
from api.pages.forms import Choice, FormField
from mediation.acts.agreement_versions import newest_agreement
from mediation.case.seat import Seat
from mediation.case.visibility import sees
from mediation.reading.case import has_section
from mediation.reading.own_part import VALUES
from mediation.reading.people import MarkLine, read_marks
from mediation.store.database import Db
from mediation.words.catalogue import has_words, say, say_date
from mediation.workflow.declaration import Trait
from mediation.workflow.mark_kinds import correctable

OF_RECORDING = frozenset({"way", "for", "confirmed_name", "paper"})  # asked of who records what others did
_NEVER = frozenset({"paper", "proof"})  # a scan and a second factor have pages of their own
_HIDDEN = frozenset({"text", "digest", "order"})  # what was read above the form
_OWN_READING = frozenset({"shown"})  # the same, of who reads for themselves: who records is asked what the other read
_ONE_ONLY = frozenset({"role"})  # not asked where only one fits, and the act knows it
_UNNAMED = "person"  # whom a participant is already elsewhere, by id: who fills in a form knows names
_FOLDED: Mapping[str, frozenset[str]] = {  # by path, beside the language: what few fill in
    "check-ins": frozenset({"atmosphere", "words", "session", "rating"}),
    "withdrawals": frozenset({"words"}),
    "frame": frozenset({"texts"}),
}
# Where a language is that of somebody's letters, and no more that of the words written here.
OF_LETTERS = frozenset({"participants", "participants/{participant}/successor", PUT_RIGHT})
_USUAL: Mapping[str, str] = {"confirmed": "no", "passed": "no"}
# Acts whose form is answered by a page that says once more what follows, before anything is done.
ASKED_AGAIN = frozenset(
    {"withdraw", "confirm-withdrawal", "discontinue", "replace-party", "end-employment", "write-summary"}
)

# Where the page that follows states what was done, unless somebody wished to go on elsewhere.
_STATED: Mapping[str, str] = {
    "screenings": "screenings",
    "screenings/answers": "screenings",
    "statements": "statements",
    "statements/{statement}/releases": "statements",
    "statements/{statement}/corrections": "statements",
    "statements/{statement}/renewals": "statements",
    "views": "statements",
    "options": "options",
    "options/{option}/responses": "options",
    "check-ins": "check-ins",
    "check-ins/{check_in}/releases": "check-ins",
    "agreement/signatures": "agreement",
    "agreement/reflections": "agreement",
    "agreement/today": "agreement",
    "agreement/talks": "agreement",
    "agreement/refusals": "agreement",
    "concerns": "concerns",
    "concerns/{concern}/taking-back": "concerns",
    "complaints": "complaints",
    "supervision-requests": "supervision-requests",
    "holds": "own",
    "corrections": "own",
    "goals/ratings": "goals/ratings",
    "evaluations": "evaluations",
    "summary": "summary",
    "summary/approvals": "summary",
    "sessions/{session_id}/rating-closing": "goals/ratings",
}

# The marks that tell what one answered before, by path.
_ANSWERED: Mapping[str, frozenset[str]] = {
    "consents": frozenset({"agreed-to-mediate"}),
    "confidentiality": frozenset({"bound-to-confidentiality"}),
    "undertakings": frozenset({"undertook-confidentiality", "undertook-for-session"}),
    "ground-rules": frozenset({"accepted-ground-rules"}),
    "ground-rules/acceptances": frozenset({"accepted-ground-rules"}),
    "readiness": frozenset({"ready-for-solutions"}),
    "views": frozenset({"stated-view"}),
    "declarations": frozenset({"ties-answered"}),
    "options": frozenset({"responded"}),
    "problem-statements": frozenset({"accepted-problem-statement"}),
    "understandings": frozenset({"accepted-understanding"}),
    "agreement": frozenset({"took-time", "today-suits", "asked-to-talk", "declined-to-sign"}),
    "change-requests": frozenset({"asked-for-change"}),
    "help-requests": frozenset({"asked-for-help"}),
    "caucus-requests": frozenset({"asked-for-caucus"}),
    "sessions/{session_id}/other-times": frozenset({"asked-for-another-time"}),
    "separate-meeting-waivers": frozenset({"waived-separate-meeting"}),
    "follow-up-waivers": frozenset({"waived-follow-ups"}),
    "neutral-end-requests": frozenset({"asked-for-neutral-end"}),
}

_QUIET = frozenset({"took-time", "asked-to-talk", "declined-to-sign"})  # stated beside the text alone


def arranged(seat: Seat, path: str, fields: Sequence[FormField], *, understood: bool = False) -> list[FormField]:
    """The fields that this seat is asked, what is read above the form hidden and what few need folded away.

    `understood`: what is followed up is an understanding without a text, so that a check-in asks whether it holds.
    """
    leads = seat.is_any(Trait.LEADS)
    kept = [one for one in fields if one.name not in _NEVER and (leads or one.name not in OF_RECORDING)]
    if path == "check-ins":
        kept = [replace(one, needed=True) if one.name == "answer" else one for one in kept if _belongs(one, understood)]
        kept = [replace(one, parts=[_reported(part) for part in one.parts], quiet=bool(one.parts)) for one in kept]
    always = frozenset({"interpreted"}) if path in OF_LETTERS else frozenset({"interpreted", "language"})
    if path not in OF_LETTERS and not takes_words(kept):  # nobody writes here, so nobody asks in which language
        kept = [replace(one, kind="hidden") if one.name == "language" and one.value else one for one in kept]
    kept = [one for one in kept if _is_asked(one)]
    folded = _FOLDED.get(path, frozenset()) | always
    hidden = _HIDDEN if leads else _HIDDEN | _OWN_READING
    # Where nobody is there to be chosen, that is said.
    kept = [replace(one, kind="choice") if one.name == _UNNAMED and one.needed else one for one in kept]
    return [_chosen(_folded(one, folded, hidden)) for one in kept if one.name != _UNNAMED or one.choices or one.needed]


def _is_asked(one: FormField) -> bool:
    """Whether there is anything to answer: a text that was not read above the form, or one role alone, is none."""
    if one.needed or one.value:
        return True
    return one.name != "text" and not (one.name in _ONE_ONLY and len(one.choices) == 1)


def of_interpreting(fields: Sequence[FormField], *, asked: bool) -> list[FormField]:
    """The same fields; who interpreted is `asked` only of whom it was interpreted to, and then it has to be answered."""
    return [
        _interpreted(one) if one.name == "interpreted" else one for one in fields if asked or one.name != "interpreted"
    ]


def _interpreted(one: FormField) -> FormField:
    parts = [replace(part, needed=part.name.endswith(".related")) for part in one.parts]
    return replace(one, parts=[part for part in parts if part.kind != "choice" or part.choices])


def _chosen(one: FormField) -> FormField:
    """What follows from a choice is what is usual, unless something else was chosen."""
    usual = _USUAL.get(one.name)
    return replace(one, needed=True, value=one.value or usual) if usual else one


def _reported(one: FormField) -> FormField:
    """A commitment of a check-in: each asks for its answer."""
    answers = [part.name.endswith(".answer") for part in one.parts]
    parts = [replace(part, needed=asks, quiet=asks) for part, asks in zip(one.parts, answers, strict=True)]
    return replace(one, parts=parts)


def _belongs(one: FormField, understood: bool) -> bool:
    if one.name == "session":
        return len(one.choices) > 1
    if one.name == "reports":
        return bool(one.parts)
    return one.name != "answer" or understood


def _folded(one: FormField, names: frozenset[str], hidden: frozenset[str]) -> FormField:
    if one.kind == "hidden" or (one.name in hidden and one.value):
        return replace(one, kind="hidden")
    last = one.name.rpartition(".")[2]
    parts = [_folded(part, names, hidden) for part in one.parts]
    # A language is chosen already; where it is not, or something else is needed, it stands where it is read.
    ready = not one.needed or bool(one.value)
    return replace(one, parts=parts, folded=last in names and ready)


def stated_at(path: str, case: str, wished: str) -> str:
    """Where to go when an act is done: where it was wished for, else where a page states what was done."""
    return f"{case}/{_STATED[path]}" if wished == case and path in _STATED else wished


def own_marks(db: Db, seat: Seat, of: str = "") -> list[MarkLine]:
    """What this seat, or the participant `of`, accepted, answered, attended or asked for, and still holds."""
    level = sees(seat.roles, "mark")
    marks = read_marks(db, seat, level) if has_section(level) else []
    return [one for one in marks if one.participant == (of or seat.participant_id)]


def answered(db: Db, seat: Seat, path: str) -> list[MarkLine]:
    """What one answered before at a path, so that a page can state it; of the agreement, to the text that stands there now."""
    kinds = _ANSWERED.get(path, frozenset())
    marks = [one for one in own_marks(db, seat) if one.kind in kinds] if kinds else []
    newest = newest_agreement(db, seat) if path == "agreement" and marks else None
    return [one for one in marks if newest is None or one.about == newest.id]


def said_today(db: Db, seat: Seat) -> MarkLine | None:
    """What one answered last, if it was today: the page that follows states it."""
    kinds = frozenset().union(*_ANSWERED.values()) - _QUIET
    own = [one for one in own_marks(db, seat) if one.kind in kinds and one.recorded_by == seat.participant_id]
    last = max(own, key=lambda one: (one.at, one.kind), default=None)
    return last if last and last.at.astimezone(db.zone).date() == db.today() else None


def marks_to_choose(db: Db, seat: Seat, language: str, of: str = "") -> list[Choice]:
    """One's own marks, or those of the participant `of`, that can be corrected, each in words with its day."""
    mine = [one for one in own_marks(db, seat, of) if correctable(one.kind)]
    return [
        Choice(one.id, f"{said_of(one, language)} · {say_date(one.at.astimezone(db.zone).date(), language)}")
        for one in mine
    ]


def said_of(mark: MarkLine, language: str) -> str:
    """A mark in words: what one did, and the answer where it says more."""
    value = f"{VALUES.get(mark.kind, 'mark-value')}.{mark.value}"
    words = say(f"mark.{mark.kind}", language)
    return f"{words}: {say(value, language)}" if has_words(value, language) else words


# Fields of a form that stand together under a heading, by the path of the act: who reads what of an order.
GROUPS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "order": (
        ("page.parties-read", ("scope", "payer", "if_fails", "final_date", "contact", "billing_period", "own_lines")),
        ("page.between-us", ("terms", "cancellation_hours")),
    ),
}


def in_groups(
    fields: Sequence[FormField], groups: Sequence[tuple[str, Sequence[str]]], language: str
) -> list[FormField]:
    """The fields under their headings, in the order of the headings; what has none comes last. For showing, not for sending."""
    by_name = {one.name: one for one in fields}
    headed = []
    for heading, names in groups:
        parts = [by_name.pop(name) for name in names if name in by_name]
        headed.append(FormField(heading, "group", say(heading, language), parts=parts))
    return [*(one for one in headed if one.parts), *by_name.values()]
