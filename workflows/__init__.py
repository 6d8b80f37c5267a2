"""The procedures, by code: declarations only."""

from mediation.workflow.declared import WORKFLOWS, declare
from workflows.mediation import MEDIATION
from workflows.supervision import SUPERVISION

__all__ = ["DEFAULT", "WORKFLOWS"]

DEFAULT = MEDIATION.code  # of a referral that names none

declare(MEDIATION)
declare(SUPERVISION)
