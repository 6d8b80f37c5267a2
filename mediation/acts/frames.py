"""The frame of a work supervision: how long and how often, how many times, where and how, and when it is evaluated."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter
from sqlalchemy import select

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text
from mediation.acts.agreement_versions import begin_amendment, unsend
from mediation.acts.marks import end_marks, leave_mark
from mediation.acts.rhythm import MINUTES, MOST_AGREED, WEEKS
from mediation.acts.supervision_shapes import (
    CAP,
    FORM,
    KIND,
    MANAGER_AND_SUPERIOR,
    PARENTS,
    SHAPE,
    WORK_COMMUNITY,
    chosen_in,
)
from mediation.documents.texts import text_in_every_language
from mediation.errors import Malformed, NotYet
from mediation.store.database import Db
from mediation.store.models import AgreedText, Agreement, Mark, get
from mediation.words.catalogue import LANGUAGES, say, say_date
from mediation.words.fields import SHORT, Day, Line, choices, counted, known, on_lines, on_one_line, sent
from mediation.workflow.facts_loading import load_facts

FRAME = "frame"
PLANNED = "evaluation-planned"
PLACES = ("on-site", "remote")

Number = Annotated[int, Field(ge=1, le=MOST_AGREED), BeforeValidator(counted)]
Minutes = Annotated[
    int, Field(ge=MINUTES[0], le=MINUTES[-1], description="How long a session lasts."), BeforeValidator(counted)
]
Weeks = Annotated[
    int, Field(ge=WEEKS[0], le=WEEKS[-1], description="From one session to the next."), BeforeValidator(counted)
]
After = Annotated[
    list[Number], Field(max_length=10, description="After which sessions there is an interim evaluation.")
]
Place = Annotated[str, Field(max_length=SHORT), on_one_line()]
Words = Annotated[Line, on_lines()]


@sent("FrameWordsBody")
@dataclass(frozen=True)
class FrameWords:
    """What was agreed in own words, in one language; what is left empty has a usual sentence."""

    methods: Words = ""
    participation: Words = ""
    evaluation: Words = ""
    ending: Words = ""


ByLanguage = Annotated[
    dict[Annotated[str, known(LANGUAGES, "language-unknown")], FrameWords],
    Field(max_length=len(LANGUAGES), description="What was agreed in own words, by language."),
]


@dataclass(frozen=True)
class Frame:
    """A frame as acts go by it: `session_count` sessions of so many `minutes`, one every so many `weeks`, from `starts_on` on.

    `ends_on` is the last day, where one was agreed; `evaluation_after` the sessions, counted from 1, after which there is an
    interim evaluation.
    """

    session_count: int
    minutes: int
    weeks: int
    starts_on: date
    ends_on: date | None
    where: str
    place: str
    evaluation_after: tuple[int, ...]
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@act("write-frame", leaves=PLANNED, correctable=False)
def write_frame(
    case: Acting,
    session_count: Number,
    starts_on: Day,
    *,
    minutes: Minutes = 90,
    weeks: Weeks = 3,
    ends_on: Day | None = None,
    where: Annotated[str, choices(PLACES)] = "on-site",
    place: Place = "",
    evaluation_after: After = [],  # noqa: B006 - never changed
    texts: ByLanguage = {},  # noqa: B006 - never changed
) -> AgreedText:
    """The supervisor writes the frame that was agreed; another one takes back a contract that was sent (workflow.md rule 3).

    The same again changes nothing. Refuses with `form-not-chosen` before the form is, with `ends-before-it-begins` a last day
    before the first, with `period-too-short` one by which so many sessions cannot be held, and with `evaluation-too-late`
    an interim evaluation after more sessions than there are.
    """
    chosen = chosen_in(case.db, case.id)
    if not chosen:
        raise NotYet("form-not-chosen")
    if ends_on is not None and ends_on < starts_on:
        raise Malformed("ends-before-it-begins", field="ends_on")
    if ends_on is not None and starts_on + timedelta(weeks=weeks * (session_count - 1)) > ends_on:
        raise Malformed("period-too-short", field="ends_on")
    if any(one > session_count for one in evaluation_after):
        raise Malformed("evaluation-too-late", field="evaluation_after", limit=session_count)
    after = tuple(sorted(set(evaluation_after)))
    own = {language: vars(words) for language, words in sorted(texts.items()) if any(vars(words).values())}
    frame = Frame(session_count, minutes, weeks, starts_on, ends_on, where, place, after, own)
    before = newest_text(case.db, case.id, FRAME)
    text = _keep(case, frame, chosen)
    if text is not before:
        take_back_contract(case)
        case.record(text.id, words=[str(asdict(frame))])
        _note_evaluations(case, len(after))
    return text


def _note_evaluations(case: Acting, planned: int) -> None:
    # Guards read no words: that there is an interim evaluation, and how many, stands in a mark beside the frame.
    kept = (Mark.participant_id == case.doer.id) & (Mark.value == str(planned))
    end_marks(case.db, "changed", Mark.case_id == case.id, Mark.kind == PLANNED, ~kept)
    if planned:
        leave_mark(case, value=str(planned))


def newest_frame(db: Db, case_id: str) -> Frame | None:
    """The frame that was written last, agreed or not."""
    return _read(db, newest_text(db, case_id, FRAME))


def agreed_frame(db: Db, case_id: str) -> Frame | None:
    """The frame of the contract in force: the newest of those that were there when it was sent."""
    sent_at = select(Agreement.sent_at).filter_by(case_id=case_id, state="sealed").order_by(Agreement.version.desc())
    kept = select(AgreedText).where(AgreedText.case_id == case_id, AgreedText.kind == FRAME)
    in_force = kept.where(AgreedText.at <= sent_at.limit(1).scalar_subquery())
    return _read(db, db.scalars(in_force.order_by(AgreedText.version.desc()).limit(1)).one_or_none())


def as_sent(frame: Frame) -> Mapping[str, Any]:
    """A frame as it is sent and kept: days are ISO dates."""
    return TypeAdapter(Frame).dump_python(frame, mode="json")  # type: ignore[no-any-return]


def renew_frame(case: Acting, chosen: Mapping[str, str]) -> None:
    """Let the frame, if there is one, say what is chosen now; part of an act that records itself."""
    frame = newest_frame(case.db, case.id)
    if frame is not None:
        _keep(case, frame, chosen)


def take_back_contract(case: Acting) -> None:
    """Take back a contract that was sent for signing, and open the next version where one is in force; part of an act."""
    facts = load_facts(case.db, case.seat.case)
    (unsend if facts.draft is not None else begin_amendment).write(case.db, case.seat, facts)


def _read(db: Db, text: AgreedText | None) -> Frame | None:
    data: Mapping[str, Any] | None = get(db, text, "data") if text is not None else None
    return TypeAdapter(Frame).validate_python(data) if data is not None else None


def _keep(case: Acting, frame: Frame, chosen: Mapping[str, str]) -> AgreedText:
    words = text_in_every_language(FRAME, lambda language: _in(language, frame, chosen), case.seat.workflow.code)
    return keep_text(case, FRAME, words, asks=False, data=as_sent(frame))


def _in(language: str, frame: Frame, chosen: Mapping[str, str]) -> Mapping[str, object]:
    """What fills the text of the frame in a language; own words are in another one where they were written in no more."""
    own = frame.texts.get(language) or next(iter(frame.texts.values()), vars(FrameWords()))
    return {
        **own,
        "form": say(f"supervision-form.{chosen[FORM]}", language),
        "kind": say(f"supervision-kind.{chosen[KIND]}", language),
        "one": int(chosen[CAP]) == 1,
        "cap": int(chosen[CAP]),
        "community": chosen[FORM] == WORK_COMMUNITY,
        "parents": chosen[SHAPE] == PARENTS,
        "bound": chosen[SHAPE] == MANAGER_AND_SUPERIOR,
        "number": frame.session_count,
        "minutes": frame.minutes,
        "weeks": frame.weeks,
        "starts_on": say_date(frame.starts_on, language),
        "ends_on": say_date(frame.ends_on, language) if frame.ends_on else "",
        "where": say(f"form.{frame.where}", language),
        "place": frame.place,
        "after": [f"{one}." for one in frame.evaluation_after],
    }
