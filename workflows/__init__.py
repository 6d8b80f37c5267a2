"""The procedures, by code: declarations only."""

from mediation.workflow.declared import WORKFLOWS, declare
from workflows.mediation import MEDIATION

__all__ = ["WORKFLOWS"]

declare(MEDIATION)
