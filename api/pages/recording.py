"""What somebody said, confirmed or signed on paper, recorded for them by who leads the case."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from fastapi import Query, Request, Response

from api.http.dependencies import Reading, ReadSeat
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import case_router, handed_on
from api.http.security import settings_of
from api.pages.act_forms import as_asked, fields_of
from api.pages.acts import sent_body
from api.pages.answers import first, reader_at, refusal_of, see_other, sent_form
from api.pages.arranging import marks_to_choose, of_interpreting
from api.pages.choices import commitments_to_report, known_to, questions_to
from api.pages.doors import Door, case_path
from api.pages.drafting import drafts_at, form_of, recorded_for, takes_words, written_in
from api.pages.forms import Choice, Sent
from api.pages.kept import again_or_kept
from api.pages.letters_and_scans import recorded_by_others
from api.pages.posting import Done, send
from mediation.acts.agreement_versions import newest_agreement
from mediation.acts.confidentiality import CONFIDENTIALITY
from mediation.acts.signatories import digest_to_sign
from mediation.acts.summaries import PROPOSED
from mediation.case.seat import Seat
from mediation.errors import NotFound, NotPermitted
from mediation.reading.agreed import read_agreed_texts
from mediation.reading.interpreted import has_own_language
from mediation.reading.outline import Outline, read_outline
from mediation.reading.people import PersonLine
from mediation.store.database import Db
from mediation.words.catalogue import say
from mediation.words.fields import Id
from mediation.workflow.declaration import Trait, Way

recorded = case_router("recorded")
_HOW = ("way", "for", "paper", "confirmed_name")
_TEXTS = {
    "consents": "terms",
    "undertakings": "undertaking-",
    "ground-rules/acceptances": "ground-rules",
    "confidentiality": CONFIDENTIALITY,
    "summary/approvals": PROPOSED,
}
Whose = Annotated[Id, Query(alias="for")]
Paper = Annotated[Id | None, Query()]


@recorded.get("", include_in_schema=False)
def choose(request: Request, seat: ReadSeat, db: Reading, whose: Whose, paper: Paper = None) -> Response:
    """What can be recorded for somebody: as they said it, confirmed it here, or signed it on paper."""
    outline = read_outline(db, seat)
    person = _person(request, seat, outline, whose)
    doors = [one for one in _recordable(request, seat, person) if "{" not in one.path]
    to = f"{case_path(request)}/recorded"
    asked = f"for={whose}" + (f"&paper={paper}" if paper else "")
    links = [(one.words, f"{to}/{one.path}?{asked}") for one in doors]
    return page(
        request,
        "recorded",
        case=case_path(request),
        person=person,
        links=links,
        paper=paper,
        takes_scans="attach-scan" in outline.you.may,
    )


@recorded.get("/{path:path}", include_in_schema=False)
def ask(path: str, request: Request, seat: ReadSeat, db: Reading, whose: Whose, paper: Paper = None) -> Response:
    """The form of one act, recorded for somebody."""
    return _form_page(request, db, seat, path, whose, paper)


@recorded.post("/{path:path}", include_in_schema=False)
@handed_on
async def record(request: Request) -> Response:
    """Record it by the route of the API."""
    sent, path = await sent_form(request), request.path_params["path"]
    door = next((one for one in _doors(request).get(path, ()) if one.name == first(sent, "_act")), None)
    if door is None:
        raise NotFound("address-unknown")
    done = await send(
        request,
        door.method,
        f"/api{case_path(request)}/{path}",
        sent_body(request, door, sent),
        token=first(sent, "_token"),
        once=first(sent, "_once"),
        draft=form_of(request, door.name, recorded_for(path, first(sent, "for"))),
        act=door.name,
    )
    if done.succeeded:
        return see_other(case_path(request))
    whose, paper = first(sent, "for"), first(sent, "paper") or None
    read = reader_at(request).read
    return await again_or_kept(
        request,
        sent,
        done,
        case_path(request),
        lambda: read(lambda db, seat: _form_page(request, db, seat, path, whose, paper, sent, done)),
    )


def _form_page(
    request: Request,
    db: Db,
    seat: Seat,
    path: str,
    whose: str,
    paper: str | None,
    sent: Sent = (),
    done: Done | None = None,
) -> Response:
    outline, language = read_outline(db, seat), language_of(request)
    person = _person(request, seat, outline, whose)
    door = next((one for one in _recordable(request, seat, person) if one.path == path), None)
    if door is None or door.schema is None:
        raise NotFound("address-unknown")
    refusal = refusal_of(done) if done else None
    known = known_to(seat, outline, path, language, settings_of(request).zone)
    known |= commitments_to_report(db, seat, language) if path == "check-ins" else {}
    known |= {"mark": marks_to_choose(db, seat, language, person.id)} if path == "corrections" else {}
    known |= questions_to(seat, person, language) if path == "screenings/answers" else {}
    form = form_of(request, door.name, recorded_for(path, whose))
    drafts = drafts_at(db, seat, [form])
    meant = [*_meant(db, seat, path, person)]
    before = sent or [*meant, *(written_in(drafts.get(form)) or [("language", language)])]
    shown = fields_of(seat, door, known, before, refusal, language)
    fields = of_interpreting(shown, asked=has_own_language(db, person.id))
    fields = [one for one in fields if one.name not in _HOW]
    return page(
        request,
        "recorded-form",
        status=done.status if done else 200,
        case=case_path(request),
        person=person,
        door=door,
        fields_of_act=fields,
        drafts={door.name: (form, drafts[form])} if form in drafts and takes_words(fields) else {},
        ways=_ways(seat, door, paper, language),
        chosen=first(before, "way"),
        confirmed=first(sent, "confirmed_name"),
        paper=paper,
        refusal=refusal and as_asked(refusal, fields),
        once=db.new_id(),
    )


def _ways(seat: Seat, door: Door, paper: str | None, language: str) -> Sequence[Choice]:
    if paper:
        return [Choice(Way.PAPER, say(f"way.{Way.PAPER.value}", language))]
    open_ways = [Way.IN_PERSON] if door.permissions & seat.workflow.own_hand else [Way.SAID, Way.IN_PERSON]
    return [Choice(one, say(f"way.{one.value}", language)) for one in open_ways]


def _meant(db: Db, seat: Seat, path: str, person: PersonLine) -> Iterator[tuple[str, str]]:
    """The text that is agreed to, or what is signed: the newest one of this person's."""
    if path in _TEXTS:
        kinds = {_TEXTS[path], *(f"{_TEXTS[path]}{role}" for role in person.roles)}
        texts = [one.id for one in read_agreed_texts(db, seat) if one.kind in kinds]
        yield from [("text", one) for one in texts[-1:]]
    agreement = newest_agreement(db, seat) if path == "agreement/signatures" else None
    if agreement is not None:
        yield "digest", digest_to_sign(db, seat, agreement, person.id)


def _person(request: Request, seat: Seat, outline: Outline, whose: str) -> PersonLine:
    if not seat.is_any(Trait.LEADS):
        raise NotPermitted("recorder-needed")
    person = next((one for one in recorded_by_others(seat, outline.participants or []) if one.id == whose), None)
    if person is None:
        raise NotFound("participant-not-found")
    return person


def _recordable(request: Request, seat: Seat, person: PersonLine) -> Iterator[Door]:
    """The doors of what is open to a person now and can be recorded for them."""
    theirs = {act for act, who in seat.open_acts().items() if {*person.roles} & {str(one) for one in who}}
    theirs -= seat.unasked
    for those in _doors(request).values():
        for one in those:
            if one.permissions & theirs and {"way", "paper"} <= (one.schema or {}).get("properties", {}).keys():
                yield one


def _doors(request: Request) -> Mapping[str, Sequence[Door]]:
    doors: Mapping[str, Sequence[Door]] = request.app.state.doors
    return doors
