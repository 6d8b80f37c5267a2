"""The draft of an agreement as its document will say it: to be typeset, or to be read beside what is being written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mediation.acts.agreement_versions import WORKING, newest_agreement, newest_in
from mediation.acts.agreement_wording import AgreementWording, agreement_data, read_wording
from mediation.acts.agreements import draft_agreement
from mediation.acts.letterheads import logo_of
from mediation.case.permission import permit
from mediation.case.reads import JOINT, note_reads
from mediation.case.seat import Seat
from mediation.documents.line_breaks import without_break_points
from mediation.documents.localise import Language, localise
from mediation.documents.render import Sheet
from mediation.store.database import Db
from mediation.store.models import Agreement
from mediation.words.catalogue import LANGUAGES

_WORDS = ("action", "rhythm", "measure", "support")
_TEXT: Mapping[str, Any] = {"purpose": "", "goals": [], "new_problem": "", "confidentiality": "", "notices": {}}


@dataclass(frozen=True)
class DraftDocument:
    """A draft in one language, all that its document prints: the title, its fixed `words`, and its `data` as text."""

    language: str
    title: str
    words: Mapping[str, Any]
    data: Mapping[str, Any]


def draft_sheet(db: Db, seat: Seat, language: str) -> Sheet:
    """The saved draft in one of its languages (else in the prevailing one), marked as a draft, to be typeset.

    Refuses with `act-not-yours` who may not write it, and with `no-draft`.
    """
    permit(db, seat, draft_agreement.permission)
    wording = _completed(_saved(db, seat))
    code = language if language in wording.texts else wording.agreement.prevailing
    data = {**agreement_data(wording, code), "draft": True}
    spoken = seat.workflow.speaking(code)
    return Sheet(wording.contract.document, spoken, data, db.now(), db.zone, logo=logo_of(db, seat.case.id))


def read_draft_document(db: Db, seat: Seat, written: Mapping[str, Any] | None = None) -> Sequence[DraftDocument]:
    """The draft in each of its languages; with `written` what was sent to be drafted, saved or not.

    What is missing stays empty. Refuses with `act-not-yours`, and without `written` with `no-draft`.
    """
    permit(db, seat, draft_agreement.permission)
    wording = _completed(_saved(db, seat) if written is None else _as_written(db, seat, written))
    return [_document(db, wording, code) for code in wording.languages]


def _saved(db: Db, seat: Seat) -> AgreementWording:
    draft = newest_in(db, seat, ("draft",), "no-draft")
    note_reads(db, seat, "agreement", [(JOINT, draft.id)])
    return read_wording(db, seat, draft)


def _as_written(db: Db, seat: Seat, written: Mapping[str, Any]) -> AgreementWording:
    newest = newest_agreement(db, seat)
    version = 1 if newest is None else newest.version + (newest.state not in WORKING)
    texts = {code: {**_TEXT, **words} for code, words in written.get("texts", {}).items() if code in LANGUAGES}
    prevailing = written.get("prevailing")
    if prevailing not in texts:
        prevailing = next(iter(texts), seat.case.language)
    agreement = Agreement(id="", case_id=seat.case.id, version=version, prevailing=prevailing, state="draft")
    commitments = [_promise(number, one) for number, one in enumerate(written.get("commitments", ()), 1)]
    return replace(read_wording(db, seat, agreement), texts=texts or {prevailing: {**_TEXT}}, commitments=commitments)


def _promise(number: int, one: Mapping[str, Any]) -> Mapping[str, Any]:
    days = {name: _day(one.get(name)) for name in ("starts_on", "due_on")}
    label, ended = one.get("label") or str(number), one.get("ended")
    return {"owners": one.get("owners", ()), "texts": one.get("texts", {}), "label": label, "ended": ended, **days}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _completed(wording: AgreementWording) -> AgreementWording:
    """The same with every part that a document prints, empty where nothing is written yet."""
    texts = {code: {**_TEXT, **words} for code, words in wording.texts.items()}
    return replace(
        wording,
        texts=texts,
        commitments=[{**one, "texts": _of_each(texts, one["texts"])} for one in wording.commitments],
    )


def _of_each(codes: Iterable[str], texts: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    return {code: {name: texts.get(code, {}).get(name) or "" for name in _WORDS} for code in codes}


def _document(db: Db, wording: AgreementWording, code: str) -> DraftDocument:
    language = Language(wording.workflow.speaking(code))
    printed = localise(wording.contract.document, language, agreement_data(wording, code), db.today())
    printed = without_break_points(printed)
    return DraftDocument(code, printed["title"], printed["words"], printed["data"])
