"""Sending: freeze the agreement in its languages, ask the signatories to sign it, and give them more time."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreement_versions import WORKING, draft_tag, newest_in
from mediation.acts.agreement_wording import AgreementWording, read_wording
from mediation.acts.agreements import Lack
from mediation.acts.sheets import FileSheet, Sheets, Typeset, annex_number, files_to_freeze, pdfs_of
from mediation.acts.signatories import signatories
from mediation.acts.signing_day import asks_for_a_day
from mediation.acts.stored_files import store
from mediation.case.permission import permit
from mediation.case.seat import Seat
from mediation.documents.localise import strings_in
from mediation.errors import CaseChanged, Malformed, NotYet, Outdated
from mediation.letters import outbox
from mediation.sealing import manifest as manifests
from mediation.sealing.file_names import annex_name
from mediation.sealing.manifest import AnnexManifest, Manifest
from mediation.store.database import Db
from mediation.store.models import Agreement, Letter, Participant, put
from mediation.words.fields import Day
from mediation.workflow.declaration import Guard, Trait
from mediation.workflow.facts import Facts
from mediation.workflow.facts_loading import load_facts

TIME_TO_SIGN = timedelta(days=14)


def prepare_sending(db: Db, seat: Seat, *, sign_by: date | None = None) -> Sheets | None:
    """What has to be typeset to send the draft; None where it was sent already. Reads only; refuses as `send_agreement`."""
    permit(db, seat, send_agreement.permission)
    agreement = newest_in(db, seat, WORKING, "no-draft")
    if agreement.state == "sent":
        return None
    wording, _ = _complete_wording(db, seat, agreement, sign_by)
    _check_printable(wording)
    return Sheets(files_to_freeze(db, wording, db.now()), db.now(), tag=draft_tag(agreement))


@act("send-agreement", beside=("typeset",))
def send_agreement(case: Acting, typeset: Typeset | None = None, *, sign_by: Day | None = None) -> Agreement:
    """Freeze the draft in every language and send it for signing; from now on any change is a new version.

    `typeset` are the PDFs of what `prepare_sending` gave. `sign_by` is a local date (default: in 14 days), also today: that
    invites, and the text stays open for seven days all the same; the signatories are reminded two days before. Refuses with
    `no-draft`, with all that is missing `agreement-incomplete`, with all fields that no font can print
    `agreement-unprintable`, with `date-not-ahead` and `sign-by-before-opening` (today, where signing opens tomorrow), and
    with `case-changed` when the draft was written anew since it was typeset or (Outdated, which is to be tried again)
    something else that it says has changed. Twice changes nothing.
    """
    db, seat = case.db, case.seat
    agreement = newest_in(db, seat, WORKING, "no-draft")
    if agreement.state == "sent":
        return agreement
    wording, facts = _complete_wording(db, seat, agreement, sign_by)
    if typeset is None:
        _check_printable(wording)  # else not: a long text takes a second, and what is sent is what was typeset
        raise Outdated("case-changed")
    if typeset.sheets.tag != draft_tag(agreement):  # whoever sends it has not read what it says now
        raise CaseChanged("case-changed")
    files = files_to_freeze(db, wording, typeset.sheets.at)
    manifest = _freeze(case, wording, files, pdfs_of(files, typeset))
    agreement.state, agreement.sent_at = "sent", db.now()
    agreement.sign_by = sign_by or db.today() + TIME_TO_SIGN
    put(db, agreement, "manifest", manifest.canonical().decode())
    agreement.digest = manifest.digest
    case.record(agreement.id, str(agreement.version), agreement.digest)
    _ask_to_sign(case, agreement, signatories(seat, facts))
    return agreement


def _complete_wording(db: Db, seat: Seat, agreement: Agreement, sign_by: date | None) -> tuple[AgreementWording, Facts]:
    wording, facts = read_wording(db, seat, agreement), load_facts(db, seat.case)
    missing = _missing(db, seat, wording, facts)
    if missing:
        raise NotYet("agreement-incomplete", missing=", ".join(missing))
    if sign_by is not None and sign_by < db.today():
        raise Malformed("date-not-ahead", field="sign_by")
    if sign_by == db.today() and asks_for_a_day(facts):  # a letter asks for nothing that cannot be done
        raise Malformed("sign-by-before-opening", field="sign_by")
    return wording, facts


def _check_printable(wording: AgreementWording) -> None:
    if unprintable := wording.unprintable_fields():
        raise NotYet("agreement-unprintable", field=unprintable)


def _reminder_at(db: Db, sign_by: date) -> datetime:
    return datetime.combine(sign_by - timedelta(days=2), time(8), db.zone)


def _ask_to_sign(case: Acting, agreement: Agreement, to: Iterable[str]) -> None:
    case.ask(to, "decision-waits", about=agreement.id, by=agreement.sign_by)
    if agreement.sign_by is not None and (due := _reminder_at(case.db, agreement.sign_by)) > case.db.now():
        case.tell(to, "reminder", about=agreement.id, params={"by": agreement.sign_by.isoformat()}, due_at=due)


def _missing(db: Db, seat: Seat, wording: AgreementWording, facts: Facts) -> list[str]:
    # What would hinder the move anyway hinders the sending: signatures for a text that cannot begin are asked of nobody.
    unmet = {guard.lack for guard in seat.workflow.unmet(_ahead(seat), facts)}
    missing = list[str]()
    if Lack.COMMITMENTS in unmet:
        lacking = [f"{one['label']}: {part}" for one in wording.binding() for part in one["lacks"]]
        missing += lacking or [Lack.COMMITMENTS]
    missing += [one for one in (Lack.DISCLOSURE, Lack.FOLLOW_UP) if one in unmet]
    missing += _left_but_named(wording)
    # To who has a language of their own, the text is interpreted when they sign (workflow.md rule 14).
    reading = Participant.id.in_([one.id for one in wording.having(Trait.CONSENTS)]), Participant.own_language.is_(None)
    if set(db.scalars(select(Participant.language).where(*reading))) - set(wording.texts):
        missing.append("party-language")
    if Lack.OWNER_SIGNS in unmet:
        allowed = signatories(seat, facts)
        missing += [f"{one['label']}: {Lack.OWNER_SIGNS}" for one in wording.binding() if set(one["owners"]) - allowed]
    return missing


def _ahead(seat: Seat) -> list[Guard]:
    """The guards of the way on from where the case stands."""
    return [guard for move in seat.workflow.phase(seat.case.phase).transitions if move.forward for guard in move.when]


def _left_but_named(wording: AgreementWording) -> list[str]:
    # The new text neither names who left nor says that somebody did (workflow.md rule 2).
    left = [one.name for one in wording.having(Trait.LASTS) if Trait.CONSENTS not in one.traits and len(one.name) > 1]
    written = list(strings_in([*wording.texts.values(), *(one["texts"] for one in wording.binding())]))
    # At the beginning of a word: Finnish and Swedish words go on after a name ("Sarille", "Saris").
    named = [name for name in left if re.search(rf"(?<!\w){re.escape(name)}", "\n".join(written))]
    return ["former-party-named"] if named else []


def _freeze(case: Acting, wording: AgreementWording, files: Sequence[FileSheet], pdfs: Sequence[bytes]) -> Manifest:
    agreement, listed = wording.agreement, dict[str | None, list[manifests.ListedFile]]()
    for one, pdf in zip(files, pdfs, strict=True):
        language, printed = one.sheet.language, one.sheet.part()
        if one.sheet.logo is not None and one.owner not in listed:  # once for all languages of a text
            printed["logo"] = one.sheet.logo.as_words()
        whose = {"language": language, "owner": one.owner}
        store(case, one.kind, agreement.id, one.name, "application/pdf", pdf, **whose, printed=printed)
        listed.setdefault(one.owner, []).append(manifests.ListedFile.of(one.name, language, pdf))
    head = wording.case_number, agreement.version, agreement.prevailing
    annexes = tuple(
        AnnexManifest(*head, annex_name(agreement.prevailing, annex_number(wording, own)), tuple(listed[own.id]))
        for own in wording.representatives()
    )
    for own, annex in zip(wording.representatives(), annexes, strict=True):
        name, content = annex.file_name, annex.canonical()
        store(case, "annex-manifest", agreement.id, name, "application/json", content, owner=own.id)
    return Manifest(*head, tuple(listed[None]), annexes)


@act("extend-signing")
def extend_signing(case: Acting, sign_by: Day) -> Agreement:
    """The mediator gives the signatories until another local date. Refuses with `nothing-to-sign` and `date-not-ahead`."""
    db, agreement = case.db, newest_in(case.db, case.seat, ("sent",), "nothing-to-sign")
    if sign_by <= db.today():
        raise Malformed("date-not-ahead", field="sign_by")
    if agreement.sign_by is not None and agreement.sign_by != sign_by:
        due = _reminder_at(db, agreement.sign_by)
        until_then = (Letter.kind == "decision-waits") | ((Letter.due_at == due) & (Letter.due_at > db.now()))
        outbox.call_off(db, Letter.about == agreement.id, until_then)
        case.change(agreement, str(sign_by), sign_by=sign_by)
        # Who has signed hears nothing: it would tell that others have not.
        facts = load_facts(db, case.seat.case)
        _ask_to_sign(case, agreement, signatories(case.seat, facts) - facts.agreements[-1].signed_by)
    return agreement
