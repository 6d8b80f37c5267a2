"""By HTTP and in Python, an act refuses the same arguments over its limits."""

from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from mediation.acts import agreements, cases, check_ins, options, problem_statements, screening, sessions
from mediation.acts.acting import ACTS, Act
from mediation.acts.agreements import CommitmentWords, Promise, TextWords
from mediation.acts.check_ins import Report
from mediation.acts.problem_statements import ProblemWords
from mediation.errors import Malformed

DAY, MOMENT = date(2027, 3, 1), datetime(2027, 3, 1, 9, tzinfo=UTC)
TEXT = TextWords("Tieto ei kulje.")


def draft(text: TextWords = TEXT, *promises: Promise, language: str = "fi") -> dict[str, Any]:
    return {"prevailing": "fi", "texts": {language: text}, "commitments": promises}


# An act, what it is given, and the refusal: its code, the field, and what fills its words.
REFUSED: tuple[tuple[Act[..., Any], dict[str, Any], str, dict[str, object]], ...] = (
    (options.propose_option, {"words": "x" * 2_001}, "text-too-long", {"field": "words", "limit": 2_000}),
    (options.propose_option, {"words": "\n\u00a0"}, "text-empty", {"field": "words"}),
    (options.propose_option, {"words": "a\ud83d"}, "text-not-unicode", {"field": "words"}),
    (
        options.propose_option,
        {"words": "Vuoronvaihto", "language": "de"},
        "language-unknown",
        {"field": "language", "choices": "fi, sv, en"},
    ),
    (
        options.respond_to_option,
        {"option_id": "x", "response": "perhaps"},
        "choice-unknown",
        {"field": "response", "choices": "maybe, no, yes"},
    ),
    (options.respond_to_option, {"option_id": "../x", "response": "yes"}, "wrong-form", {"field": "option"}),
    (cases.order_mediation, {"terms": "Sovittelu.", "final_date": "2027"}, "not-a-day", {"field": "final_date"}),
    (
        sessions.plan_session,
        {"kind": "joint", "planned_at": MOMENT, "minutes": 4},
        "minutes-out-of-range",
        {"field": "minutes", "least": 5, "most": 720},
    ),
    (
        sessions.plan_session,
        {"kind": "joint", "planned_at": MOMENT.replace(tzinfo=None)},
        "time-zone-missing",
        {"field": "planned_at"},
    ),
    (
        screening.answer_screening,
        {"answers": {"S19": "no"}},
        "choice-unknown",
        {"field": "answers", "choices": ", ".join(sorted(one.code for one in screening.QUESTIONS))},
    ),
    (
        screening.answer_screening,
        {"answers": {"S1": "maybe"}},
        "choice-unknown",
        {"field": "answers.S1", "choices": "no, unknown, yes"},
    ),
    (
        check_ins.check_in,
        {"reports": {"C1": Report("fine")}, "audience": "table"},
        "choice-unknown",
        {"field": "reports.C1.answer", "choices": ", ".join(sorted(check_ins.REPORTS))},
    ),
    (
        check_ins.check_in,
        {"reports": {"C1": Report("kept", 6)}, "audience": "table"},
        "too-big",
        {"field": "reports.C1.rating", "limit": 5},
    ),
    (agreements.draft_agreement, draft(TextWords(" ")), "text-empty", {"field": "texts.fi.purpose"}),
    (agreements.draft_agreement, draft(language="de"), "language-unknown", {"field": "texts", "choices": "fi, sv, en"}),
    (
        agreements.draft_agreement,
        draft(TextWords("Tieto", goals=["Tieto kulkee.", ""])),
        "text-empty",
        {"field": "texts.fi.goals"},
    ),
    (agreements.draft_agreement, draft(TEXT, Promise(label="C 1")), "wrong-form", {"field": "commitments.label"}),
    (
        agreements.draft_agreement,
        draft(TEXT, Promise(texts={"fi": CommitmentWords("x" * 2_001)})),
        "text-too-long",
        {"field": "commitments.texts.fi.action", "limit": 2_000},
    ),
    (agreements.draft_agreement, draft(TEXT, *[Promise()] * 51), "too-many", {"field": "commitments", "limit": 50}),
    (
        problem_statements.draft_problem_statement,
        {"texts": {"fi": ProblemWords("Tieto")}, "issues": [{}]},
        "text-needed",
        {"field": "issues"},
    ),
)


@pytest.mark.parametrize(
    ("act", "given", "code", "details"), REFUSED, ids=[f"{one[0].code}-{one[2]}-{one[3]['field']}" for one in REFUSED]
)
def test_what_passes_a_limit_is_refused_before_anything_is_looked_at(
    act: Act[..., Any], given: dict[str, Any], code: str, details: dict[str, object]
) -> None:
    nobody = cast(Any, None)  # neither a database nor a seat is asked
    with pytest.raises(Malformed) as refused:
        act(nobody, nobody, **given)
    told = {name: value for name, value in refused.value.details.items() if name in {"field", *details}}
    assert (refused.value.code, told) == (code, details)


def test_every_argument_that_is_sent_has_a_type_that_can_be_looked_at() -> None:
    assert len(ACTS) > 70
    for act in ACTS.values():
        fields = act._limits.model_fields
        assert list(fields) == list(act.takes)
        assert "typeset" not in fields
        assert "manner" not in fields
