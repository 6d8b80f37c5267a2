"""The form of a work supervision: who is supervised together, in what, and which shape its contract has."""

from collections.abc import Sequence

from mediation.acts.acting import Acting, act
from mediation.acts.confidentiality import keep_confidentiality
from mediation.acts.frames import renew_frame, take_back_contract
from mediation.acts.marks import end_marks, leave_mark
from mediation.acts.supervision_shapes import (
    CHOSEN,
    OF_ONE,
    OF_PARENTS,
    PARENT_GUIDANCE,
    PARENTS,
    USUAL_CAP,
    WITH_MANAGER,
    WORK_COMMUNITY,
    Cap,
    FormCode,
    KindCode,
    ShapeCode,
    chosen_in,
)
from mediation.errors import Malformed
from mediation.store.models import Mark


@act("choose-form", leaves=CHOSEN, correctable=False)
def choose_form(
    case: Acting, form: FormCode, kind: KindCode, shape: ShapeCode, *, cap: Cap | None = None
) -> Sequence[Mark]:
    """The supervisor notes the form, the kind and the shape of the contract, as they were agreed at the mapping.

    The words of confidentiality are kept for that shape, and the frame says the new form; a contract that was sent for signing
    is taken back. The same again changes nothing. Refuses with `shape-of-parents` parent guidance in another shape than its
    own, or that shape for anything else, with `form-of-parents` another form of it than one parent or both, with
    `manager-takes-part` a work community in a shape without its manager, with `cap-of-one` more than one in a form of one
    person, and with `group-of-one` a group for one.
    """
    most = _most(form, kind, shape, cap)
    told = dict(zip(CHOSEN, (form, kind, shape, str(most)), strict=True))
    if chosen_in(case.db, case.id) != told:
        # What an earlier supervisor chose is chosen anew by the present one.
        by_others = Mark.case_id == case.id, Mark.kind.in_(CHOSEN), Mark.participant_id != case.doer.id
        end_marks(case.db, "changed", *by_others)
        keep_confidentiality(case, told)
        renew_frame(case, told)
        take_back_contract(case)
        for mark, value in told.items():
            leave_mark(case, mark, value=value)
    return [one for one in case.rows(Mark, ended_at=None) if one.kind in CHOSEN]


def _most(form: str, kind: str, shape: str, cap: int | None) -> int:
    """How many are supervised together at most, once it is checked that all this fits together."""
    if (kind == PARENT_GUIDANCE) != (shape == PARENTS):
        raise Malformed("shape-of-parents", field="shape")
    if shape == PARENTS and form not in OF_PARENTS:
        raise Malformed("form-of-parents", field="form")
    if form == WORK_COMMUNITY and shape not in WITH_MANAGER:
        raise Malformed("manager-takes-part", field="shape")
    if form in OF_ONE:
        if cap not in {None, 1}:
            raise Malformed("cap-of-one", field="cap")
        return 1
    if cap == 1:
        raise Malformed("group-of-one", field="cap")
    return 2 if shape == PARENTS else cap or USUAL_CAP
