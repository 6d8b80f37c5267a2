"""The case for who takes part in it without leading: the one thing that waits, where it is, who sees what, and the ways on."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from fastapi import Request, Response

from api.http.languages import language_of
from api.http.pages import page
from api.http.problems import UnmetGuard
from api.http.views import Reader, reader_of
from api.pages.arranging import own_marks, said_of, said_today
from api.pages.doors import forms_of
from api.transitions import transitions_seen
from mediation.acts.invitations import is_invited
from mediation.acts.leaving import TIME_TO_RETURN
from mediation.case.leaving_question import is_asked_how_they_leave
from mediation.case.participants import those_in
from mediation.case.seat import Seat
from mediation.case.visibility import Level, sees
from mediation.reading.agreed import has_declined
from mediation.reading.agreement_view import AgreementLine
from mediation.reading.check_ins import reported_since
from mediation.reading.outline import Outline
from mediation.reading.people import MarkLine, has_answered_ties
from mediation.reading.summaries import waits_for_approval
from mediation.store.database import Db
from mediation.words.catalogue import has_words, say
from mediation.words.commissioner import commissioner_sees
from mediation.workflow.declaration import Trait, Workflow


@dataclass(frozen=True)
class Task:
    """Something that waits for the reader: its code, the house's sentence for it, where it is done, and until when."""

    code: str
    sentence: str
    where: str | None
    until: date | datetime | None = None


@dataclass(frozen=True)
class Seen:
    """Who sees an item of the table of visibility whole, the reader among them, and which roles see of it their own alone."""

    item: str
    by: Sequence[str]
    own: Sequence[str]


TOLD_BEFORE = timedelta(days=7)  # of a follow-up: then it need not be told again there


def tasks(reader: Reader, outline: Outline) -> list[Task]:
    """What the case waits for from this reader and can be done now, what comes first before the rest.

    Consent comes after one's own meeting with the mediator, and is not mentioned before. Nobody is asked again what they
    said no to.
    """
    if sees(reader.seat.roles, "unmet-guard") == Level.NOTHING:
        return []
    view, _ = transitions_seen(reader)
    waiting = {
        one.guard: one for one in view.waiting if one.guard and _says_when(reader.seat.workflow, one.guard)(outline)
    }
    consent = next((one for one in waiting if _is_met_by(reader.seat.workflow, one, "agree-to-mediate")), "")
    if "met-separately" in waiting or (consent and has_declined(reader.db, reader.seat)):
        waiting.pop(consent, None)
    if "no-open-objection" in waiting and has_answered_ties(reader.db, reader.seat):
        waiting.pop("no-open-objection")
    leaves = [_leaving(reader.seat)] if is_asked_how_they_leave(reader.db, reader.seat) else []
    asked = [_task(reader.seat.workflow, one, outline, reader.db.now()) for one in sorted(waiting.values(), key=_rank)]
    if reader.seat.suspended:  # what cannot be done meanwhile waits for nobody
        asked = [one for one in asked if one.where]
    again = [] if "reported-on-commitments" in waiting else _asked_again(reader.db, reader.seat, outline)
    return [*leaves, *asked, *again, *_to_approve(reader)]


def _leaving(seat: Seat) -> Task:
    return Task("answer-leaving", "", f"/cases/{seat.case.number}/leaving/answers")


def _to_approve(reader: Reader) -> list[Task]:
    """To read the summary that waits for one's approval: the guard does not tell for whom it waits."""
    seat = reader.seat
    if "approve-summary" not in seat.may_do() or not waits_for_approval(reader.db, seat):
        return []
    return [Task("summary-settled", "", f"/cases/{seat.case.number}/summary/approvals")]


def _asked_again(db: Db, seat: Seat, outline: Outline) -> list[Task]:
    """To tell at each follow-up how things are now: the guard asks for it once alone."""
    past = [one.planned_at for one in outline.sessions or [] if one.kind == "follow-up" and not one.is_ahead(db.now())]
    if not past or "check-in" not in seat.may_do() or reported_since(db, seat, max(past) - TOLD_BEFORE):
        return []
    return [Task("reported-on-commitments", "", f"/cases/{outline.number}/check-ins")]


def _always(outline: Outline) -> bool:
    return True


def _never(outline: Outline) -> bool:
    return False


def _text_out(outline: Outline) -> AgreementLine | None:
    return next((one for one in outline.agreements or [] if one.state == "sent"), None)


# What somebody is waited for only once there is something to answer, by guard; a concern of one's own is not for this page.
_SAYS_WHEN: Mapping[str, Callable[[Outline], bool]] = {
    "accepted-problem-statement": lambda outline: bool(outline.problem_statements and outline.problem_statements.count),
    "accepted-understanding": lambda outline: (
        bool(outline.understandings and outline.understandings.count)
        and all(one.state in {"superseded", "dropped"} for one in outline.agreements or [])
    ),
    "no-open-concern": _never,
    "companions-told": _never,
}
_FIRST = ("no-open-objection", "met-separately", "asked-alone", "agreed-to-mediate", "wants-to-go-on")


def _is_met_by(workflow: Workflow, guard: str, act: str) -> bool:
    """Whether an act meets a guard: what is consented to and what is signed has another name in each workflow."""
    return guard in workflow.guards and act in workflow.guards[guard].met_by


def _says_when(workflow: Workflow, guard: str) -> Callable[[Outline], bool]:
    if _is_met_by(workflow, guard, "sign"):
        return lambda outline: bool(_text_out(outline))
    return _SAYS_WHEN.get(guard, _always)


def _rank(one: UnmetGuard) -> int:
    return _FIRST.index(one.guard) if one.guard in _FIRST else len(_FIRST)


def _task(workflow: Workflow, one: UnmetGuard, outline: Outline, now: datetime) -> Task:
    # What is signed is read first.
    where = one.link.removeprefix("/api").removesuffix("/signatures") if one.link else None
    code = str(one.guard)
    when = _sign_by if _is_met_by(workflow, code, "sign") else _UNTIL.get(code)
    until = when(outline, now) if when else None
    return Task(code, one.explanation, where, until)


def _sign_by(outline: Outline, now: datetime) -> date | None:
    out = _text_out(outline)
    return (out.sign_by or None) if out else None


def _next_follow_up(outline: Outline, now: datetime) -> datetime | None:
    planned = [one.planned_at for one in outline.sessions or [] if one.kind == "follow-up"]
    return min((one for one in planned if one >= now), default=max(planned, default=None))


_UNTIL: Mapping[str, Callable[[Outline, datetime], date | datetime | None]] = {
    "reported-on-commitments": _next_follow_up,
}


def seen_by(workflow: Workflow, item: str) -> Seen:
    """Which roles see an item of the table of visibility whole, and which their own part of it.

    The two kinds of mediators are told in one word, and a party who sees their own part as `you`.
    """
    second = {one for one in workflow.roles if {Trait.LEADS, Trait.RELEASABLE} <= one.traits}
    level = {str(role): sees([role], item) for role in workflow.roles if role not in second}
    by = [code for code, one in level.items() if one >= Level.SHARED]
    own = [code for code, one in level.items() if one == Level.OWN]
    consenting = {str(role) for role in workflow.who(Trait.CONSENTS)}
    return Seen(item, [*by, *("you" for code in own if code in consenting)], own)


def _is_told_of(workflow: Workflow, item: str) -> bool:
    """Whether a row is told of at all: that of the table only where there are words for the table."""
    shared = any(sees([one], item) >= Level.SHARED for one in workflow.roles if Trait.CONSENTS in one.traits)
    return item in workflow.items and (shared or item != "table-statement")


def _many(code: str, language: str) -> str:
    """Those in a role, or the reader: in the plural where the words have it, else by the name of the role."""
    return say(f"who.{code}" if has_words(f"who.{code}", language) else f"role.{code}", language)


WHO_SEES = ("private-statement", "table-statement", "agreement")

# Acts by what they are for, by where they are done; what is in no group stands with the rest.
GROUPS: Mapping[str, Collection[str]] = {
    "tell": (
        "statements",
        "views",
        "caucus-requests",
        "concerns",
        "needs",
        "wellbeing/answers",
        "leaving/answers",
        "survey/answers",
        "screenings/answers",
    ),
    "decide": (
        *("consents", "undertakings", "separate-meeting-waivers", "ground-rules/acceptances", "readiness", "options"),
        *("agreement/signatures", "agreement/reflections", "agreement/talks", "agreement/refusals", "naming"),
        *("screenings/clarifications", "neutral-end-requests", "summary/approvals"),
    ),
    "follow": ("check-ins", "change-requests", "help-requests", "follow-up-waivers", "goals/ratings"),
    "stop": ("pauses", "withdrawals", "withdrawals/taking-back", "withdrawals/confirmation"),
}


def grouped(acts: Sequence[tuple[str, str]], case: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Acts by group, each with its words and its page; groups without any are left out."""
    of = {path: group for group, paths in GROUPS.items() for path in paths}
    groups: dict[str, list[tuple[str, str]]] = {group: [] for group in (*GROUPS, "rest")}
    for words, where in acts:
        groups[of.get(where.removeprefix(f"{case}/"), "rest")].append((words, where))
    return [(group, those) for group, those in groups.items() if those]


def readable(outline: Outline, seat: Seat, *, invited: bool = False, ordered: bool = True) -> list[tuple[str, str]]:
    """The lists and texts of a case that there are for this reader: the code of each one's words, and its path."""
    some = (
        ("page.invitation", "invitation", invited),
        ("page.sessions", "sessions", outline.sessions),
        ("page.people", "participants", outline.participants),
        ("field.declaration", "declarations", sees(seat.roles, "declaration") == Level.FULL),
        ("page.text-terms", "consents", sees(seat.roles, "terms") == Level.FULL),
        ("page.text-ground-rules", "ground-rules", sees(seat.roles, "ground-rules") == Level.FULL),
        ("page.statements", "statements", outline.statements and outline.statements.count),
        ("page.joint-text", "problem-statements", outline.problem_statements and outline.problem_statements.count),
        ("page.options", "options", outline.options and outline.options.count),
        ("field.understanding", "understandings", outline.understandings and outline.understandings.count),
        ("page.agreement", "agreement", outline.agreements),
        ("page.check-ins", "check-ins", outline.check_ins and outline.check_ins.count),
        ("page.goals", "goals/ratings", outline.agreements and sees(seat.roles, "goal") != Level.NOTHING),
        ("page.evaluations", "evaluations", outline.agreements and sees(seat.roles, "evaluation") == Level.FULL),
        ("page.summary", "summary", outline.agreements and ordered and sees(seat.roles, "summary") != Level.NOTHING),
        ("page.documents", "papers", True),
    )
    return [(words, path) for words, path, there in some if there]


def _is_ordered(db: Db, seat: Seat) -> bool:
    """Whether anybody ordered what is led here: in a parent guidance nobody did."""
    return bool(those_in(db, seat.case.id, *seat.workflow.who(Trait.ORDERS)))


def party_page(request: Request, seat: Seat, db: Db, outline: Outline) -> Response:
    """The page of a case for who takes part in it without leading."""
    case, workflow = f"/cases/{outline.number}", seat.workflow
    reader, language = reader_of(request), language_of(request)
    consents, now, ordered = seat.is_any(Trait.CONSENTS), db.now(), _is_ordered(db, seat)
    booked = [one for one in outline.sessions or [] if one.is_to_come(now)]
    shown: dict[str, Any] = {
        "outline": outline,
        "case": case,
        "waits": tasks(reader, outline),
        "phases": [one.code for one in workflow.phases if one is not workflow.final] if outline.phase else [],
        "next_session": next((one for one in booked if one.is_ahead(now)), None),
        "booked": booked,
        "readable": readable(outline, seat, invited=is_invited(db, seat), ordered=ordered),
        "may": seat.may_do(),
        "once": db.new_id(),
        "groups": grouped(forms_of(request, outline.number, outline.you.may), case),
    }
    if consents:
        said = said_today(db, seat)
        return page(
            request,
            "case-party",
            **shown,
            has_left=False,
            said=(said_of(said, language), said.at) if said else None,
            seen=[
                (one, list(dict.fromkeys(_many(code, language) for code in one.by)))
                for one in map(partial(seen_by, workflow), filter(partial(_is_told_of, workflow), WHO_SEES))
            ],
            commissioner=commissioner_sees(workflow.speaking(language)) if ordered else [],
        )
    marks = own_marks(db, seat)
    shown["waits"] += [_way_back(one, case) for one in marks if _can_come_back(one, now)]
    return page(
        request,
        "case-other",
        **shown,
        has_left=seat.is_any(Trait.LASTS),
        said=None,  # told below, with the marks
        marks=[(said_of(one, language), one) for one in marks if one.kind in _TOLD],
        undertakes="undertake-confidentiality" in shown["may"],
        undertook=any(one.kind in _BOUND for one in marks),
    )


def _can_come_back(mark: MarkLine, now: datetime) -> bool:
    return mark.kind == "withdrew" and mark.value == "revocable" and now <= mark.at + TIME_TO_RETURN


def _way_back(mark: MarkLine, case: str) -> Task:
    return Task("take-back", "", f"{case}/withdrawals/taking-back", mark.at + TIME_TO_RETURN)


_BOUND = frozenset({"undertook-confidentiality", "bound-by-service"})
_TOLD = _BOUND | {"withdrew", "permitted-naming"}
