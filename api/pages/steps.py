"""Forms in two steps: first the one choice on which the others hang, then only the fields that fit it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.pages.forms import FormField
from mediation.acts.screening import QUESTIONS, WITH_SAFEGUARDS
from mediation.case.seat import Seat
from mediation.reading.people import PersonLine
from mediation.words.catalogue import say
from mediation.workflow.declaration import Trait

FIRST: Mapping[str, str] = {  # by act: the field that is chosen first
    "plan-session": "kind",
    "record-session": "kind",
    "decide-screening": "outcome",
    "add-participant": "role",
}
_POSTPONED = "postponed"


def in_steps(
    seat: Seat, act: str, fields: Sequence[FormField], chosen: str, people: Sequence[PersonLine], language: str
) -> list[FormField]:
    """The fields of an act that fit what was `chosen`; before anything is, the choice alone, as links."""
    if act == "answer-screening" and seat.is_any(Trait.LEADS):  # who is asked need not be told of whom it is asked
        return [_by_whom(one, language) if one.name == "answers" else one for one in fields]
    first = next((one for one in fields if one.name == FIRST.get(act)), None)
    if first is None:
        return list(fields)
    kinds = seat.workflow.session_kinds
    theirs = [one for one in first.choices if one.value not in kinds or kinds[one.value].planned_by & seat.roles]
    if chosen not in {one.value for one in theirs} and len(theirs) != 1:
        return [replace(first, kind="steps", value="", choices=theirs)]
    chosen = chosen if len(theirs) != 1 else theirs[0].value
    dropped = _unfit(seat, act, chosen)
    may_come = kinds[chosen].may_call if chosen in kinds else frozenset()
    called = {one.id for one in people if may_come & {*one.roles}}
    offered = {"called": called}
    if chosen in kinds and kinds[chosen].evaluates:  # it may serve any phase, and is asked for those that evaluate
        offered["serves"] = {*kinds[chosen].serves}
    words = next(one.words for one in first.choices if one.value == chosen)
    fixed = replace(first, kind="fixed", value=chosen, limit=None, label=words)
    rest = [_needed(one) for one in fields if one.name not in {first.name, *dropped, *([] if called else ["called"])}]
    return [fixed, *(_only(one, offered[one.name]) if one.name in offered else one for one in rest)]


def _unfit(seat: Seat, act: str, chosen: str) -> set[str]:
    if act == "decide-screening":
        asked = {"safeguards": chosen == WITH_SAFEGUARDS, "review_on": chosen == _POSTPONED}
    elif act == "add-participant":
        who = seat.workflow.who
        asked = {"supports": chosen in who(Trait.SUPPORTS), "subordinate": chosen in who(Trait.REPRESENTS)}
        asked["person"] = False  # is named by an id that nobody has at hand; an e-mail address finds them, too
    else:
        kind = seat.workflow.session_kinds[chosen]
        asked = {"with_participant": kind.alone, "serves": kind.may_serve_any, "called": bool(kind.may_call)}
    return {name for name, fits in asked.items() if not fits}


def _by_whom(answers: FormField, language: str) -> FormField:
    """The questions of a screening: those for everybody, those for the parties, and what is asked of each alone."""
    groups: dict[str, list[FormField]] = {}
    asked = {one.code: one for one in QUESTIONS}
    for part in answers.parts:
        one = asked[part.name.rpartition(".")[2]]
        parties = Trait.CONSENTS in one.of
        whom = "alone" if one.alone else "parties" if one.of == (Trait.CONSENTS,) else "all" if parties else "leads"
        groups.setdefault(whom, []).append(part)
    if len(groups) == 1:
        return answers
    parts = [
        FormField(f"{answers.name}-{whom}", "group", say(f"page.questions.{whom}", language), parts=these)
        for whom, these in groups.items()
    ]
    return replace(answers, parts=parts)


def _only(one: FormField, ids: set[str]) -> FormField:
    return replace(one, choices=[each for each in one.choices if each.value in ids])


def _needed(one: FormField) -> FormField:
    # What is asked for only where this was chosen has to be answered then.
    return replace(one, needed=one.needed or one.name in {"with_participant", "review_on", "supports", "name"})
