"""How a case stops or ends, as a workflow declares it: causes of a suspension, outcomes, and when too few are left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from mediation.workflow.facts import Facts
from mediation.workflow.moves import Guard


@dataclass(frozen=True)
class Cause:
    """Why a case is suspended: `resume_when` are the guards of resuming it, `given` says whether a leader may name the cause."""

    resume_when: tuple[Guard, ...] = ()
    given: bool = True


@dataclass(frozen=True)
class Outcome:
    """How a case ended: the commissioner sees no more of it than `coarse`.

    It can be chosen if `when` is true, else it is `refused_as`; one that is `reached` is never chosen: it comes
    with the last phase, or did so in cases of before. `notice` is the code of the notice to the employer, if that is not
    the neutral one.
    """

    coarse: str
    when: Callable[[Facts], bool] = lambda facts: True
    refused_as: str = ""
    reached: bool = False
    notice: str = ""


class Least(NamedTuple):
    """The least number of those who consent; with fewer the case ends with an outcome."""

    number: int
    outcome: str
