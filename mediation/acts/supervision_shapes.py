"""What was chosen of a work supervision: its form, its kind, the shape of its contract, and how many it is for at most."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from mediation.store.database import Db
from mediation.store.models import Mark
from mediation.words.fields import choices, counted

FORMS = ("individual", "group", "work-community", "leaders-individual", "leaders-group")
PARENT_GUIDANCE, MANAGER_AND_SUPERIOR = "parent-guidance", "manager-and-superior"
KINDS = ("client-work", "work-community", "leadership", "change", PARENT_GUIDANCE)
SHAPES = ("supervisees", "with-manager", MANAGER_AND_SUPERIOR, "parents")
WORK_COMMUNITY, PARENTS = "work-community", "parents"
OF_ONE = frozenset({"individual", "leaders-individual"})  # the forms in which one person is supervised
OF_PARENTS = frozenset({"individual", "group"})  # one parent alone by agreement, or both
WITH_MANAGER = frozenset({"with-manager", MANAGER_AND_SUPERIOR})
MOST_TOGETHER, USUAL_CAP = 30, 8

FORM, KIND, SHAPE, CAP = CHOSEN = ("form-chosen", "kind-chosen", "shape-chosen", "cap-set")  # kinds of marks

FormCode = Annotated[str, choices(FORMS)]
KindCode = Annotated[str, choices(KINDS)]
ShapeCode = Annotated[str, choices(SHAPES)]
Cap = Annotated[
    int,
    Field(ge=1, le=MOST_TOGETHER, description="How many are supervised together at most; of one person always 1."),
    BeforeValidator(counted),
]


def chosen_in(db: Db, case_id: str) -> Mapping[str, str]:
    """What was chosen, by the kind of its mark; empty before that."""
    rows = select(Mark.kind, Mark.value).where(Mark.case_id == case_id, Mark.kind.in_(CHOSEN), Mark.ended_at.is_(None))
    return {one.kind: one.value for one in db.execute(rows)}
