"""The kinds of marks: each is declared by the acts that leave it, and a guard cannot ask for one that no act leaves."""

from mediation.workflow.declaration import DeclarationError

MARK_KINDS: dict[str, bool] = {}  # all that are declared, and whether each can be taken back


def declare_mark(kind: str, *, correctable: bool) -> None:
    """Declare that an act leaves marks of `kind`; `correctable` where the participant can take back what it says of them.

    Raises `DeclarationError` when another act that leaves the same kind says otherwise.
    """
    if MARK_KINDS.setdefault(kind, correctable) != correctable:
        raise DeclarationError(f"one act lets the mark {kind} be taken back, another does not")


def mark_kind(kind: str) -> str:
    """Give `kind` back. Raises `DeclarationError` when no act leaves such marks: a guard that asks for one could never be met."""
    if kind not in MARK_KINDS:
        raise DeclarationError(f"no act leaves the mark {kind}")
    return kind


def correctable(kind: str) -> bool:
    """Whether a mark of `kind` says what a participant said or attended, so that they can take it back.

    They cannot take back what the mediator asked of them or marked for the case.
    """
    return MARK_KINDS.get(kind, False)
