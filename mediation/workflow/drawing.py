"""Draws a workflow from its declaration, as a Mermaid state diagram."""

from collections.abc import Iterator

from mediation.workflow.declaration import RESUME, Workflow

BACK = "↩"  # Mermaid draws all lines of a state diagram in one style, so the ways back are marked in their labels


def mermaid(workflow: Workflow) -> str:
    """The phases and transitions of a workflow as text that Mermaid draws (`stateDiagram-v2`), always the same.

    The forward transitions come first, then the backward ones, each in the order of the declaration; a note says
    what is open in every phase and does not move the case along the path.
    """
    names = {phase.code: phase.code.replace("-", "_") for phase in workflow.phases}  # Mermaid reads `-` as a line
    lines = [f'state "{code}" as {name}' for code, name in names.items()]
    lines.append(f"[*] --> {names[workflow.initial.code]}")
    lines.extend(_lines(workflow, names, forward=True))
    lines.append(f"{names[workflow.final.code]} --> [*]")
    lines.extend(_lines(workflow, names, forward=False))
    lines.extend(_everywhere(workflow, names))
    return "\n    ".join(["stateDiagram-v2", *lines]) + "\n"


def _everywhere(workflow: Workflow, names: dict[str, str]) -> Iterator[str]:
    acts = [act for act in ("pause", "suspend", RESUME, "withdraw", "discontinue") if act in workflow.in_every_phase]
    if acts:
        yield f"note left of {names[workflow.initial.code]}"
        yield f"    in every phase: {', '.join(acts)}"
        if "discontinue" in acts:
            yield f"    (discontinue ends the case: {workflow.final.code})"
        yield "end note"


def _lines(workflow: Workflow, names: dict[str, str], *, forward: bool) -> Iterator[str]:
    for phase in workflow.phases:
        for move in phase.transitions:
            if move.forward == forward:
                words = move.code if forward else f"{BACK} {move.code}"
                yield f"{names[phase.code]} --> {names[move.to]} : {words}"
