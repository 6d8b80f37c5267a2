"""Return-to-work talks (työhönpaluukeskustelu): the example of docs/adding-a-workflow.md, a workflow that the product lacks."""

from docs.examples.return_to_work.procedure import RETURN_TO_WORK

__all__ = ["RETURN_TO_WORK"]
