"""What somebody said, wrote, agreed to or was asked at a case, as text for them to keep: their own alone, whatever their role."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby

from sqlalchemy import select

from mediation.acts.annexes import reads_annexes
from mediation.acts.calls import TAKEN_BACK
from mediation.acts.goals import goals_in
from mediation.acts.referrals import NeedsWords
from mediation.case.drafts import read_drafts
from mediation.errors import NotFound
from mediation.reading import own_part
from mediation.reading.order import readable_part
from mediation.reading.own_entries import Entry, Reader
from mediation.reading.referrals import referral_by
from mediation.store.models import (
    CheckIn,
    CheckInAnswer,
    Commitment,
    Complaint,
    Concern,
    GoalRating,
    Needs,
    Note,
    Option,
    Order,
    ScreeningAnswer,
    Statement,
    get,
    remaining,
)
from mediation.words.catalogue import has_words, say_date, say_moment


def own_text(reader: Reader) -> str:
    """All that is one's own as one text, section by section; what was deleted says so."""
    told = ((name, list(read(reader))) for name, read in SECTIONS.items())
    return "\n\n\n".join(_section(reader, name, entries) for name, entries in told if entries) + "\n"


def _section(reader: Reader, name: str, entries: list[Entry]) -> str:
    heading = reader.say(f"own.{name}")
    return "\n\n".join([f"{heading}\n{'=' * len(heading)}", *(_entry(reader, one) for one in entries)])


def _entry(reader: Reader, one: Entry) -> str:
    line = f"{say_moment(one.at, reader.language, reader.db.zone)} · {one.line}"
    return f"{line}\n{one.words}" if one.words else line


def _statements(reader: Reader) -> Iterator[Entry]:
    own = select(Statement).filter_by(participant_id=reader.seat.participant_id, replaced_by=None)
    for one in reader.db.scalars(own.order_by(Statement.at, Statement.id)):
        yield Entry(one.at, reader.say(f"audience.{one.audience}"), reader.text(one))


def _needs(reader: Reader) -> Iterator[Entry]:
    own = select(Needs).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own):
        try:
            told = get(reader.db, one, "words")
            words = "\n".join(
                reader.field(each.name, told[each.name]) for each in fields(NeedsWords) if each.name in told
            )
        except NotFound as gone:
            words = reader.say(f"error.{gone.code}")
        yield Entry(one.at, reader.say(f"way.{one.way}"), words)


def _concerns(reader: Reader) -> Iterator[Entry]:
    own = select(Concern).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Concern.at, Concern.id)):
        words = reader.text(one)
        if one.settled_at is not None and one.settlement is not None:
            settled = reader.say("own.settlement"), say_moment(one.settled_at, reader.language, reader.db.zone)
            words += f"\n{' · '.join(settled)}\n{reader.text(one, 'settlement')}"
        if one.settled_how == TAKEN_BACK:
            words += f"\n{reader.say('own.concern-taken-back')}"
        yield Entry(one.at, reader.say(f"way.{one.way}"), words)


def _answers(reader: Reader) -> Iterator[Entry]:
    own = select(ScreeningAnswer).filter_by(respondent=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(ScreeningAnswer.at, ScreeningAnswer.question, ScreeningAnswer.id)):
        try:
            answer = reader.say(f"answer.{get(reader.db, one, 'answer')}")
        except NotFound as gone:
            answer = reader.say(f"error.{gone.code}")
        yield Entry(one.at, f"{one.question} {reader.say(f'screening.{one.question}')}", answer)


def _options(reader: Reader) -> Iterator[Entry]:
    own = select(Option).filter_by(proposed_by=reader.seat.participant_id).order_by(Option.number)
    for one in reader.db.scalars(own):
        yield Entry(one.at, f"{one.number} · {reader.say(f'option-state.{one.state}')}", reader.text(one))


def _check_ins(reader: Reader) -> Iterator[Entry]:
    rows = reader.db.execute(
        select(CheckIn, CheckInAnswer, Commitment.label)
        .outerjoin(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
        .outerjoin(Commitment, Commitment.id == CheckInAnswer.commitment_id)
        .where(CheckIn.participant_id == reader.seat.participant_id, CheckIn.replaced_by.is_(None))
        .order_by(CheckIn.at, CheckIn.id, Commitment.position)
    )
    for one, group in groupby(rows, key=lambda row: row[0]):
        # A label among all commitments would tell a representative how many there are: own ones are counted.
        reports = [(answer, label) for _, answer, label in group if answer is not None]
        labels = range(1, 1 + len(reports)) if reads_annexes(reader.seat) else [label for _, label in reports]
        lines = [f"{label}: {_reported(reader, answer)}" for label, (answer, _) in zip(labels, reports, strict=True)]
        yield Entry(one.at, reader.say(f"audience.{one.audience}"), "\n".join([*lines, _reported(reader, one)]).strip())


def _reported(reader: Reader, one: CheckIn | CheckInAnswer) -> str:
    try:
        told = get(reader.db, one, "words")
    except NotFound as gone:
        return reader.say(f"error.{gone.code}")
    parts = [reader.say(f"report.{told['answer']}")] if told.get("answer") else []
    parts += [reader.field(name, told[name]) for name in ("rating", "atmosphere") if told.get(name)]
    return " · ".join([*parts, *filter(None, [told.get("words")])])


def _goal_ratings(reader: Reader) -> Iterator[Entry]:
    own = select(GoalRating).filter_by(participant_id=reader.seat.participant_id, replaced_by=None)
    versions: dict[str, dict[str, str]] = {}
    for one in reader.db.scalars(own.order_by(GoalRating.at, GoalRating.id)):
        told = remaining(reader.db, one, "ratings")
        if told is None:
            yield Entry(one.at, "", reader.say("error.words-gone"))
            continue
        if one.agreement_id not in versions:
            versions[one.agreement_id] = goals_in(reader.db, one.agreement_id, reader.language)
        goals = versions[one.agreement_id]
        yield Entry(one.at, "", "\n".join(f"{goals[key]}: {told[key]}" for key in goals if key in told))


def _notes(reader: Reader) -> Iterator[Entry]:
    own = select(Note).filter_by(author=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Note.at, Note.id)):
        yield Entry(one.at, reader.say("own.note"), reader.text(one))


def _drafts(reader: Reader) -> Iterator[Entry]:
    for one in read_drafts(reader.db, reader.seat).values():
        act = f"act.{one.form.partition(' ')[0]}"
        line = reader.say(act) if has_words(act, reader.language) else reader.say("own.draft")
        yield Entry(one.at, line, "\n".join(_field(reader, *each) for each in one.written if each[1].strip()))


def _field(reader: Reader, name: str, value: str) -> str:
    last = name.rpartition(".")[2]
    return reader.field(last, value) if has_words(f"field.{last}", reader.language) else value


def _referral(reader: Reader) -> Iterator[Entry]:
    mine = referral_by(reader.db, reader.seat)
    if mine is None:
        return
    at, told = mine
    if told is None:
        yield Entry(at, reader.say("own.referred"), reader.say("error.words-gone"))
        return
    texts = {
        name: told[name] for name in ("subject", "wished_outcome", "done_so_far", "availability") if told.get(name)
    }
    if told.get("consulted"):
        texts["consulted"] = ", ".join(reader.say(f"consulted.{code}") for code in told["consulted"])
    if told.get("parties_know") is not None:
        texts["parties_know"] = reader.say("answer.yes" if told["parties_know"] else "answer.no")
    lines = [reader.field(name, value) for name, value in texts.items()]
    for one in told["parties"]:
        known = (one.get(name) for name in ("name", "capacity", "phone", "availability"))
        lines.append(" · ".join(filter(None, known)))
    yield Entry(at, reader.say("own.referred"), "\n".join(lines))


def _order(reader: Reader) -> Iterator[Entry]:
    own = select(Order).filter_by(ordered_by=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Order.at, Order.id)):
        last = say_date(one.final_date, reader.language) if one.final_date else "–"
        lines = [reader.text(one, "terms"), *_readable(reader, one)]
        yield Entry(one.at, reader.field("final_date", last), "\n".join(lines))


def _readable(reader: Reader, one: Order) -> Iterator[str]:
    """What they ordered for the parties to read; nothing where it was deleted, which the terms say by then."""
    part = readable_part(reader.db, one)
    if part is None:
        return
    for name in ("payer", "scope", "if_fails", "contact"):
        if written := getattr(part, name):
            yield reader.field(name, written)
    if part.billing_period:
        yield reader.field("billing_period", reader.say(f"billing-period.{part.billing_period}"))
    for language, lines in part.own_lines.items():
        named = f"{reader.say('field.own_lines')} ({reader.say(f'in-language.{language}')})"
        yield from (f"{named}: {line}" for line in lines)


def _complaints(reader: Reader) -> Iterator[Entry]:
    own = select(Complaint).filter_by(participant_id=reader.seat.participant_id)
    for one in reader.db.scalars(own.order_by(Complaint.at, Complaint.id)):
        contact = reader.text(one, "contact")
        yield Entry(one.at, reader.field("contact", contact) if contact else "", reader.text(one))


# In the order in which they are told; each needs its heading, `own.<name>`.
SECTIONS: Mapping[str, Callable[[Reader], Iterator[Entry]]] = {
    "particulars": own_part.particulars,
    "marks": own_part.marks,
    "statements": _statements,
    "screening": _answers,
    "needs": _needs,
    "attendance": own_part.attendance,
    "told-of-you": own_part.told_of_you,
    "concerns": _concerns,
    "options": _options,
    "check-ins": _check_ins,
    "goal-ratings": _goal_ratings,
    "notes": _notes,
    "drafts": _drafts,
    "safeguards": own_part.safeguards,
    "signatures": own_part.signatures,
    "time-entries": own_part.time_entries,
    "declarations": own_part.declarations,
    "referral": _referral,
    "order": _order,
    "complaints": _complaints,
    "quiet-times": own_part.quiet_times,
    "interpreted": own_part.interpreted,
}
