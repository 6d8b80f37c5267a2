"""The form of a referral: what to write in each field and who will read it, and the answers checked before they are sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.cases import Referral
from api.http.callers import active, identify
from api.http.dependencies import Reading, ReadSelf
from api.http.languages import language_of
from api.http.pages import page
from api.http.routes import handed_on, router_for
from api.http.security import page_credentials, settings_of
from api.pages.answers import first, refusal_of, see_other, sent_form
from api.pages.drafting import keep_at
from api.pages.form_bodies import body_of
from api.pages.forms import Choice, Form, FormField, Known, Sent, schema_of
from api.pages.kept import again_or_kept
from api.pages.posting import Done, send
from mediation.case.drafts import Kept
from mediation.people import referral_drafts
from mediation.reading.me import list_colleagues, read_me
from mediation.reading.referrals import referral_form
from mediation.store.database import Db
from mediation.store.models import Person
from mediation.words.catalogue import has_words, say
from mediation.workflow.declaration import Trait, Workflow
from workflows import DEFAULT, WORKFLOWS

router = router_for("/refer", "referral-page")

_REFERRAL = schema_of(Referral)
_HERE = "/refer"
_FORM = "refer"  # the name of its draft
_PARTIES_FIRST = 2  # empty rows of a new referral
_NOT_ASKED = frozenset({"workflow", "person"})
# What few fill in, folded away at the end: of the matter, and of a party.
_FOLDED = frozenset({"language", "done_so_far", "consulted", "availability", "initiator", "after"})
_FOLDED |= {"parties.phone", "parties.availability"}
_ORDER = ("organisation", "commissioner", "subject", "wished_outcome", "parties", "parties_know", "attendance_basis")


@router.get("", include_in_schema=False)
def show(request: Request, caller: ReadSelf, db: Reading) -> Response:
    """The form of a referral."""
    return _form(request, db, caller)


@router.post("", include_in_schema=False)
@handed_on
async def refer(request: Request) -> Response:
    """Bring a matter to mediation, once the answers were looked through."""
    sent = await sent_form(request)
    if first(sent, "_more") or first(sent, "_change"):
        return await run_in_threadpool(_again, request, sent, None)
    if not first(sent, "_checked"):
        return await run_in_threadpool(_again, request, sent, None, checking=True)
    told = sent if first(sent, "initiator.name").strip() else [one for one in sent if one[0] != "initiator.language"]
    body = body_of(Form(_REFERRAL, language_of(request)).fields(told), told, settings_of(request).zone)
    token, once = first(sent, "_token"), first(sent, "_once")
    done = await send(request, "POST", "/api/cases", body, token=token, once=once, draft=_FORM)
    if done.succeeded:
        return _referred(request, done, by_another="commissioner" in body)
    return await again_or_kept(request, sent, done, "/", lambda: _again(request, sent, done))


@router.post("/drafts", include_in_schema=False)
@handed_on
async def keep(request: Request) -> Response:
    """Keep what is written in the referral so far, or throw it away."""
    return await keep_at(request, await sent_form(request), "/api/referral-draft", {}, _HERE, _HERE)


def _referred(request: Request, done: Done, *, by_another: bool) -> Response:
    """Go on to the status of the case; who refers for a commissioner has none, and is told its number."""
    number, warnings = done.told["number"], done.told["warnings"]
    if not by_another and not warnings:
        return see_other(f"/statuses/{number}")
    told = [("number", say("page.case", language_of(request), number=number))] if by_another else []
    to = "/" if by_another else f"/statuses/{number}"
    return page(request, "done", act="act.refer", warnings=warnings, told=told, to=to)


def _again(request: Request, sent: Sent, done: Done | None, *, checking: bool = False) -> Response:
    with request.app.state.installation.database.reading() as db:
        caller = active(identify(db, request, page_credentials(request), writing=False))
        return _form(request, db, caller, sent, done, checking=checking)


def _form(
    request: Request, db: Db, caller: Person, sent: Sent = (), done: Done | None = None, *, checking: bool = False
) -> Response:
    refusal = refusal_of(done) if done else None
    known = _known(db, caller)
    if not known["organisation"]:
        heading, fact = (say(one, language_of(request)) for one in ("act.refer", "page.refer-not-yours"))
        return page(request, "stated", status=403, heading=heading, fact=fact)
    draft = referral_drafts.read(db, caller.id) if not sent else None
    begun = sent or (draft[1] if draft else ())
    rows = 0 if checking else 1 if begun else _PARTIES_FIRST
    wished = request.query_params.get("workflow", DEFAULT)
    chosen = first(begun, "workflow") or wished
    request.state.workflow = workflow = WORKFLOWS.get(chosen, WORKFLOWS[DEFAULT])
    language = language_of(request)
    given: Sent = begun or [("language", language), ("organisation", _only(known)), ("workflow", workflow.code)]
    fields = Form(_REFERRAL, language, known, rows=rows).fields(given, refusal.faults if refusal else {})
    asked = [one for one in fields if _is_asked(one, known) and one.name not in workflow.not_referred]
    shown = _in_order([_guided(one, language, workflow) for one in asked])
    return page(
        request,
        "referral",
        status=done.status if done else 200,
        once=db.new_id(),
        checking=checking,
        workflow=workflow.code,
        workflows=[*WORKFLOWS],
        sent=[(name, value) for name, value in sent if not name.startswith("_")],
        fields_shown=shown,
        answers=_answers(shown, language) if checking else (),
        refusal=refusal,
        drafts={} if checking else {_FORM: (_FORM, Kept(_FORM, *draft) if draft else None)},
    )


def _is_asked(one: FormField, known: Known) -> bool:
    return one.name not in _NOT_ASKED and (one.name != "commissioner" or bool(known["commissioner"]))


def _in_order(fields: Sequence[FormField]) -> list[FormField]:
    place = {name: number for number, name in enumerate(_ORDER)}
    return sorted(fields, key=lambda one: place.get(one.name, len(place)))


def _guided(one: FormField, language: str, workflow: Workflow) -> FormField:
    """A field with what to write there, what not, and who will read it."""
    name = ".".join(part for part in one.name.split(".") if not part.isdigit())
    row = one.name.removeprefix("parties.")
    if row.isdigit():
        parts = [
            _of_a_party(_guided(part, language, workflow), int(row), language) for part in one.parts if _is_shown(part)
        ]
        return replace(one, parts=parts, label=say("page.party-number", language, number=int(row) + 1))
    said = f"refer-guide.{name}"
    guide = say(said, language) if has_words(said, language) else ""
    parts = [_in_language(_guided(part, language, workflow), language) for part in one.parts if _is_shown(part)]
    hint = " ".join(sentence for sentence in (guide, _readers(name, language, workflow)) if sentence)
    return replace(one, parts=parts, hint=hint, folded=name in _FOLDED)


def _is_shown(part: FormField) -> bool:
    return part.name.rpartition(".")[2] not in _NOT_ASKED


def _of_a_party(one: FormField, row: int, language: str) -> FormField:
    """A field of one party: the first two have to be named."""
    needed = one.name.endswith(".name") and row < _PARTIES_FIRST
    return replace(_in_language(one, language), needed=needed)


def _in_language(one: FormField, language: str) -> FormField:
    """A field of somebody; their language is the reader's where none was chosen."""
    is_unchosen = one.name.endswith(".language") and not one.value
    return replace(one, value=language, values=[language]) if is_unchosen else one


def _readers(name: str, language: str, workflow: Workflow) -> str:
    """Who will read a field, from the table of who sees what; nothing for what is no text."""
    of_party, code = name.startswith("parties."), name.removeprefix("parties.")
    consent = {str(one) for one in workflow.who(Trait.CONSENTS)}
    for one in referral_form(workflow):
        if (one.field, one.of_each_party, one.filled_by) == (code, of_party, "referrer"):
            read_by_parties = "themselves" if of_party else "parties"
            return say(f"page.read-by-{read_by_parties if consent & {*one.read_by} else 'mediators'}", language)
    return ""


def _answers(fields: Sequence[FormField], language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was answered, under the heading of each group, without what was left empty."""
    plain = [(one.label, _said(one)) for one in fields if not one.parts and _said(one)]
    groups = []
    for one in fields:
        for group in one.parts if one.kind == "rows" else [one] if one.parts else []:
            if any(part.kind != "choice" and _said(part) for part in group.parts):
                groups.append((group.label, [(part.label, _said(part)) for part in group.parts if _said(part)]))
    return [(say("page.the-matter", language), plain), *groups]


def _said(one: FormField) -> str:
    chosen = [each.words for each in one.choices if each.value in one.values]
    return ", ".join(chosen) if one.choices else one.value.strip()


def _known(db: Db, caller: Person) -> dict[str, Sequence[Choice]]:
    offices = [one for one in read_me(db, caller).offices if one.office in {"hr", "mediator"}]
    named = {one.organisation: one.organisation_name for one in offices}
    alone = [one for one in named if (one, "hr") not in {(each.organisation, each.office) for each in offices}]
    people: list[Any] = [each for one in alone for each in list_colleagues(db, one, besides=caller.id)]
    return {
        "organisation": [Choice(one, name) for one, name in named.items()],
        "commissioner": [Choice(one.person, f"{one.name}, {one.organisation_name}") for one in people],
        "person": (),
    }


def _only(known: Known) -> str:
    return known["organisation"][0].value if len(known["organisation"]) == 1 else ""
