"""Draws a workflow from its declaration, as a Mermaid state diagram."""

from collections.abc import Iterator

from mediation.workflow import Workflow

BACK = "↩"  # Mermaid draws every line of a state diagram alike, so the ways back are marked by their words


def mermaid(workflow: Workflow) -> str:
    """The phases and transitions of a workflow as text that Mermaid draws (`stateDiagram-v2`), always the same.

    The forward transitions come first, then the backward ones, each in the order of the declaration.
    """
    names = {phase.code: phase.code.replace("-", "_") for phase in workflow.phases}  # Mermaid reads `-` as a line
    lines = [f'state "{code}" as {name}' for code, name in names.items()]
    lines.append(f"[*] --> {names[workflow.initial.code]}")
    lines.extend(_lines(workflow, names, forward=True))
    lines.append(f"{names[workflow.final.code]} --> [*]")
    lines.extend(_lines(workflow, names, forward=False))
    return "\n    ".join(["stateDiagram-v2", *lines]) + "\n"


def _lines(workflow: Workflow, names: dict[str, str], *, forward: bool) -> Iterator[str]:
    for phase in workflow.phases:
        for move in phase.transitions:
            if move.forward == forward:
                words = move.code if forward else f"{BACK} {move.code}"
                yield f"{names[phase.code]} --> {names[move.to]} : {words}"
