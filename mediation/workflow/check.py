"""A declaration checks itself: what is wrong in a workflow, or has no words, is refused when it is declared."""

import re
from collections.abc import Iterable, Mapping

from mediation.templates import TEMPLATES
from mediation.words.catalogue import LANGUAGES, has_words
from mediation.workflow.declaration import NOBODY, RESUME, DeclarationError, Phase, Trait, Transition, Workflow
from mediation.workflow.mark_kinds import MARK_KINDS


def check(workflow: Workflow) -> Workflow:
    """The same workflow. Raises `DeclarationError` where it is declared wrongly."""
    codes = [one.code for one in workflow.phases]
    if len(set(codes)) != len(codes):
        raise DeclarationError(f"{workflow.code}: a phase is declared twice")
    for one in workflow.phases:
        for move in one.transitions:
            where = f"{workflow.code}: {one.code}: {move.code}"
            if move.to not in codes:
                raise DeclarationError(f"{where} leads to {move.to!r}, which is no phase")
            if not move.forward and codes.index(move.to) >= codes.index(one.code):
                raise DeclarationError(f"{where} is declared as a way back, yet leads to {move.to}")
            _check_guards(workflow, one, move, where)
            foreign = {guard.code for guard in move.asks or ()} - {guard.code for guard in workflow.forward_guards}
            _refuse(workflow, foreign, f"{move.code} asks {{}}, which is no forward guard")
        if len({move.code for move in one.transitions}) != len(one.transitions):
            raise DeclarationError(f"{workflow.code}: {one.code} declares a transition twice")
    _check_paths(workflow)
    _check_suspension(workflow)
    _check_roles(workflow)
    _check_contract(workflow)
    served = {phase for kind in workflow.session_kinds.values() for phase in kind.serves}
    least = {workflow.least.outcome} if workflow.least is not None else set[str]()
    _refuse(workflow, {*workflow.own_hand, *workflow.asked_where} - set(workflow.acts()), "no phase opens {}")
    _check_in_room(workflow)
    _refuse(workflow, least - set(workflow.outcomes), "{} is no outcome")
    _refuse(workflow, served - set(codes), "a session serves {}, which is no phase")
    return workflow


def _refuse(workflow: Workflow, wrong: Iterable[str], sentence: str) -> None:
    if names := ", ".join(sorted(wrong)):
        raise DeclarationError(f"{workflow.code}: {sentence.format(names)}")


def _check_in_room(workflow: Workflow) -> None:
    known = {*workflow.acts(), *workflow.items, *MARK_KINDS}
    in_room = {one for act, others in workflow.in_room.answered.items() for one in (act, *others)}
    _refuse(workflow, in_room - set(workflow.acts()), "no phase opens {}")
    _refuse(workflow, workflow.in_room.seen - set(workflow.items), "{} is no row of who sees what")
    _refuse(workflow, set(workflow.papers.values()) - set(workflow.items), "{} is no row of who sees what")
    closed = workflow.behind_second_factor | workflow.in_room.private
    _refuse(workflow, closed - known, "{} is no act, no row of who sees what and no kind of mark")
    guards = {one.code for phase in workflow.phases for move in phase.transitions for one in workflow.guards_of(move)}
    _refuse(workflow, workflow.in_room.untold - guards, "no move asks {}")


def _check_contract(workflow: Workflow) -> None:
    contract, acts = workflow.contract, workflow.acts()
    if "draft-agreement" in acts and not contract.document:
        raise DeclarationError(f"{workflow.code}: an agreement is drafted, but no contract says in which document")
    if acts.get("sign", NOBODY) & workflow.who(Trait.REPRESENTS) and not contract.annex:
        raise DeclarationError(f"{workflow.code}: who represents signs, but no contract says in which document")
    met_by = {"due": {"starts_on", "due_on", "rhythm"}, "measure": {"measure"}}
    unmet = {need for need, parts in met_by.items() if need in contract.needs and not parts & contract.commitment_parts}
    _refuse(workflow, unmet, "a commitment needs {}, but has no part for it")


def _check_roles(workflow: Workflow) -> None:
    named = {role for who in workflow.acts().values() for role in who}
    named |= {role for move in workflow.moves for who in (move.by, *(one.to for one in move.sends)) for role in who}
    named |= {role for kind in workflow.session_kinds.values() for role in kind.planned_by | kind.calls}
    named |= {role for pair in workflow.apart for who in pair for role in who}
    named |= set(workflow.contract.audiences.values())
    named |= {one.leaves_as for one in workflow.roles if one.leaves_as}
    if len(set(workflow.roles)) != len(workflow.roles):
        raise DeclarationError(f"{workflow.code}: a role is declared twice")
    _refuse(workflow, named - set(workflow.roles), "no role {}")
    seen = {item for one in workflow.roles for item in one.sees}
    _refuse(workflow, seen - set(workflow.items), "nothing says what {} is")


def _check_guards(workflow: Workflow, one: Phase, move: Transition, where: str) -> None:
    open_here = workflow.open_acts(one.code)
    for condition in workflow.guards_of(move):
        if not re.fullmatch(r"[a-z][a-z-]*", condition.code):
            raise DeclarationError(f"{where}: {condition.code!r} is no code")
        if not any(act in open_here for act in condition.met_by):
            raise DeclarationError(f"{where} waits for {condition.code}, but no act open in {one.code} can meet it")


def _check_suspension(workflow: Workflow) -> None:
    _refuse(workflow, workflow.always.keys() & workflow.always_unless_suspended, "in both groups: {}")
    trapped = {RESUME, "discontinue"} & workflow.always_unless_suspended.keys()
    _refuse(workflow, trapped, "a suspended case is a trap, {} is not open in it")
    for condition in workflow.resume_when:
        if not set(condition.met_by) & set(workflow.always):
            raise DeclarationError(f"{workflow.code}: no act open in a suspension can meet {condition.code}")


def _check_paths(workflow: Workflow) -> None:
    leads = {one.code: {move.to for move in one.transitions} for one in workflow.phases}
    for one in workflow.phases:
        if one.code not in _reach(leads, workflow.initial.code):
            raise DeclarationError(f"{workflow.code}: no path leads to {one.code}")
        if workflow.final.code not in _reach(leads, one.code):
            raise DeclarationError(
                f"{workflow.code}: {one.code} is a trap, no path leads from it to {workflow.final.code}"
            )
    if workflow.final.transitions:
        raise DeclarationError(f"{workflow.code}: {workflow.final.code} is the end, yet a transition leaves it")


def _reach(leads: Mapping[str, set[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for target in leads[waiting.pop()] - reached:
            reached.add(target)
            waiting.append(target)
    return reached


def check_words(workflow: Workflow) -> None:
    """Raise `DeclarationError` where a phase, act, transition, guard or outcome has no words in one of the languages.

    So does a text that a role is to undertake confidentiality in and that no template has.
    """
    codes = [f"{family}.{one.code}" for one in workflow.phases for family in ("phase", "status")]
    codes += [f"warning.{one.code}" for move in workflow.moves for one in move.warns]
    codes += [f"act.{act}" for act in workflow.acts()] + [f"outcome.{code}" for code in workflow.outcomes]
    codes += [f"{family}.{one.coarse}" for one in workflow.outcomes.values() for family in ("coarse", "status-line")]
    codes += [f"error.{one.refused_as}" for one in workflow.outcomes.values() if one.refused_as]
    codes += [f"commissioner-sees.{code}" for code in workflow.commissioner_sees]
    codes += [f"notice-audience.{code}" for code in workflow.contract.audiences]
    codes += [f"suspension.{code}" for code in workflow.causes]
    codes += [f"role.{one}" for one in workflow.roles] + [f"session-kind.{code}" for code in workflow.session_kinds]
    codes += [f"transition.{move.code}" for move in workflow.moves]
    guards = {one.code for move in workflow.moves for one in (*workflow.guards_of(move), *workflow.resume_when)}
    codes += [f"guard.{code}" for code in guards] + [f"guard.{code}.unmet" for code in guards]
    spoken = [workflow.speaking(language) for language in LANGUAGES]
    silent = {f"{code} ({language})" for code in codes for language in spoken if not has_words(code, language)}
    _refuse(workflow, silent, "no words for {}")
    folders = [one / "texts" for one in (workflow.words, TEMPLATES) if one is not None]
    undertaken = [f"undertaking-{role}" for role in workflow.acts().get("undertake-confidentiality", ())]
    files = {f"{text}.{language}.txt" for text in undertaken for language in LANGUAGES}
    _refuse(workflow, {one for one in files if not any((at / one).exists() for at in folders)}, "no text {}")
