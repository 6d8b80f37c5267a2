"""Ground rules: a default text and the table's own lines, in versions; a party accepts the words that were shown."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from mediation.acts.acting import Acting, act
from mediation.acts.agreed_texts import keep_text, newest_text, shown_text
from mediation.acts.marks import leave_mark
from mediation.case.seat import OWN, Manner, Seat
from mediation.documents.texts import text_in_every_language
from mediation.errors import Malformed
from mediation.store.database import Db
from mediation.store.models import AgreedText, Mark, get
from mediation.words.catalogue import LANGUAGES, say
from mediation.words.fields import Id, is_readable, known, must, on_one_line

GROUND_RULES = "ground-rules"
MOST_LINES = 20
TableLine = Annotated[str, Field(max_length=500), must(is_readable, "text-empty"), on_one_line()]
TableLines = Annotated[
    dict[
        Annotated[str, known(LANGUAGES, "language-unknown")], Annotated[list[TableLine], Field(max_length=MOST_LINES)]
    ],
    Field(
        max_length=len(LANGUAGES), description="The table's own lines by language; they stand below the default text."
    ),
]


def ground_rules_text(lines: Mapping[str, Sequence[str]], workflow: str = "") -> Mapping[str, Sequence[object]]:
    """The words of the ground rules by language, as a workflow words them, with the table's own `lines`."""
    return text_in_every_language(
        GROUND_RULES,
        lambda language: {
            "default": say("ground-rules", language).splitlines(),
            "lines": lines.get(language) or [line for some in lines.values() for line in some],
        },
        workflow,
    )


def own_lines(db: Db, seat: Seat, text: AgreedText) -> list[str]:
    """The table's own lines in a version of the ground rules, in every language."""
    default = ground_rules_text({}, seat.workflow.code)
    usual = {line for blocks in default.values() for line in _paragraphs(blocks)}
    return [line for blocks in get(db, text, "words").values() for line in _paragraphs(blocks) if line not in usual]


def _paragraphs(blocks: Sequence[Any]) -> list[str]:
    return [line for one in blocks for line in one["paragraphs"]]


def keep_default_rules(case: Acting) -> AgreedText | None:
    """Keep the default text as the first version, where a workflow has ground rules and none were kept; it gives the newest."""
    if GROUND_RULES not in case.seat.workflow.items:
        return None
    newest = newest_text(case.db, case.id, GROUND_RULES)
    return newest or keep_text(case, GROUND_RULES, ground_rules_text({}, case.seat.workflow.code))


@act("write-ground-rules")
def write_ground_rules(case: Acting, lines: TableLines) -> AgreedText:
    """The mediator writes the table's own lines beneath the default ground rules; what is new is accepted anew by each party.

    The same lines again change nothing.
    """
    # Who accepted the default rules before their text was kept accepted the first version.
    before = keep_default_rules(case)
    text = keep_text(case, GROUND_RULES, ground_rules_text(lines, case.seat.workflow.code))
    if text is not before:
        case.record(text.id, words=[str(lines)])
    return text


@act("accept-ground-rules", leaves="accepted-ground-rules")
def accept_ground_rules(case: Acting, text_id: Id | None = None, manner: Manner = OWN) -> Mark:
    """A party accepts the ground rules that were shown; without `text` the default ones, where the table has added none.

    Refuses with `text-not-named` where it has added some, with `text-not-found`, and with `text-replaced` rules that are not
    the newest.
    """
    if text_id is not None:
        return leave_mark(case, about=shown_text(case, GROUND_RULES, text_id).id)
    newest = keep_default_rules(case)
    if newest is not None and newest.version > 1:
        raise Malformed("text-not-named", field="text")
    return leave_mark(case, about=newest.id if newest is not None else "")
