"""The seam: neither domain nor API names a role, phase or kind of session, but for what all workflows share.

Among the acts the mediation has its own, which are closed where they are not declared.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from mediation.acts.agreements import DATES, NEEDS, PARTS, WORDS
from mediation.documents.render import DOCUMENTS
from workflows import WORKFLOWS

HOUSE = Path(__file__).parents[2]

# What reads like a code of the mediation and is another thing, which every workflow shares.
OFFICE = "what somebody is in an organisation, whatever they are at a case"
AUDIENCE = "to whom words are told: who leads the case, or the table"
HOLD = "whose hold it is: of one of those whose documents they are, or of an authority"
SAFEGUARD = "what makes taking part safe; a code of the screening"
CAUCUS = "the kind of session that the acts of a caucus make"
PAPER = "the code of a paper that tells of it"
SHARED = {
    ("mediation/reading/papers.py", "closing-evaluation"): PAPER,
    ("mediation/reading/papers.py", "interim-evaluation"): PAPER,
    ("mediation/reading/papers_of_evaluation.py", "closing-evaluation"): PAPER,
    ("mediation/reading/papers_of_evaluation.py", "interim-evaluation"): PAPER,
    ("api/addresses.py", "mediator"): AUDIENCE,
    ("api/cases.py", "mediator"): OFFICE,
    ("api/http/dependencies.py", "admin"): OFFICE,
    ("api/http/problems.py", "party"): "in an example of an answer",
    ("api/inquiries.py", "admin"): OFFICE,
    ("api/inquiries.py", "inquiry"): "the noun of an address",
    ("api/inquiries.py", "mediator"): OFFICE,
    ("api/me.py", "admin"): OFFICE,
    ("api/referral_drafts.py", "mediator"): OFFICE,
    ("mediation/acts/agreements.py", "follow-up"): "what a draft lacks",
    ("api/statistics.py", "admin"): OFFICE,
    ("api/statistics.py", "mediator"): OFFICE,
    ("mediation/acts/attendance_bases.py", "separate"): "the kind of session that a waiver spares; the mediation's own",
    ("mediation/acts/cases.py", "commissioner"): "the name of a field that is sent",
    ("mediation/acts/cases.py", "initiator"): "the name of a field that is sent",
    ("mediation/acts/cases.py", "mediator"): OFFICE,
    ("mediation/acts/caucuses.py", "caucus"): CAUCUS,
    ("mediation/acts/check_ins.py", "mediator"): AUDIENCE,
    ("mediation/acts/choosing.py", "mediator"): OFFICE,
    ("mediation/acts/complaints.py", "mediator"): OFFICE,
    ("mediation/acts/holds.py", "admin"): OFFICE,
    ("mediation/acts/holds.py", "party"): HOLD,
    ("mediation/acts/hours.py", "preparation"): "a kind of work",
    ("mediation/acts/inquiries.py", "admin"): OFFICE,
    ("mediation/acts/inquiries.py", "mediator"): OFFICE,
    ("mediation/acts/interpreting.py", "interpreter"): "who interpreted, in what is sent and kept of a signature",
    ("mediation/acts/invitations.py", "mediator"): "a blank in a letter, for the name of who invites",
    ("mediation/acts/safeguards.py", "co-mediator"): SAFEGUARD,
    ("mediation/acts/safeguards.py", "interpreter"): SAFEGUARD,
    ("mediation/acts/signing_evidence.py", "interpreter"): "who interpreted, in what is kept of a signature",
    ("mediation/acts/statements.py", "mediator"): AUDIENCE,
    ("mediation/acts/statements.py", "opening"): "what a statement is about",
    ("mediation/acts/terms.py", "mediator"): OFFICE,
    ("mediation/acts/wellbeing.py", "mediator"): AUDIENCE,
    ("mediation/case/reads.py", "joint"): "whose words were read: everybody's, and nobody's own",
    ("mediation/case/access.py", "admin"): OFFICE,
    ("mediation/case/seat.py", "admin"): OFFICE,
    ("mediation/case/seat.py", "mediator"): OFFICE,
    ("mediation/documents/localise.py", "interpreter"): "who interpreted, in what is kept of a signature",
    ("mediation/documents/localise.py", "opening"): "the paragraphs of a text before its first part",
    ("mediation/letters/kinds.py", "mediator"): "a blank in a letter, for the name of who invites",
    ("mediation/people/calendar_feeds.py", "mediator"): OFFICE,
    ("mediation/people/directory.py", "admin"): OFFICE,
    ("mediation/people/directory.py", "mediator"): OFFICE,
    ("mediation/reading/evaluations.py", "evaluation"): "a row of who sees what",
    ("mediation/reading/inquiries.py", "inquiry"): "a row of who sees what",
    ("mediation/reading/me.py", "mediator"): OFFICE,
    ("mediation/reading/papers_of_ties.py", "mediator"): "a blank in a paper, for the name of who declared",
    ("mediation/reading/referrals.py", "party"): "who fills a field of the form",
    ("mediation/reading/timeline.py", "evaluation"): "a row of who sees what",
    ("mediation/reading/words.py", "mediator"): AUDIENCE,
    ("mediation/reading/own_part.py", "interpreter"): "who interpreted, in what is kept of a signature",
    ("mediation/reading/retention.py", "party"): "a kind of hold: by one of those whose documents they are",
    ("mediation/retention/contents.py", "mediator"): AUDIENCE,
    ("mediation/store/models/words.py", "mediator"): AUDIENCE,
}


def codes() -> set[str]:
    """Every code of a role, a phase or a kind of session of every workflow that is declared."""
    found = set[str]()
    for one in WORKFLOWS.values():
        found |= {*map(str, one.roles), *(phase.code for phase in one.phases), *one.session_kinds}
    return found


def named() -> Iterator[tuple[str, str]]:
    """Each module of domain and API, with the codes that stand in it other than in a docstring."""
    known = codes()
    for path in sorted(one for package in ("mediation", "api") for one in (HOUSE / package).rglob("*.py")):
        if path.is_relative_to(HOUSE / "api" / "pages"):
            continue  # pages are made for readers and phases of the mediation; another workflow has its forms
        if "versions" in path.parts:  # a migration says what was, not what is
            continue
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in told and node.value in known:
                yield str(path.relative_to(HOUSE)), node.value


def test_only_shared_roles_phases_and_sessions_are_named() -> None:
    assert len(codes()) > 20
    assert set(named()) == set(SHARED)


def test_the_domain_has_no_name_for_a_role_of_its_own() -> None:
    for path in sorted((HOUSE / "mediation").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert node.value.id != "Role", f"{path}:{node.lineno} names a role"
            if isinstance(node, ast.alias):
                assert node.name not in {"MEDIATORS", "COMPANIONS", "EVERYONE"}, path


def test_every_contract_has_parts_and_a_document_that_there_are() -> None:
    contracts = [one.contract for one in WORKFLOWS.values()]
    assert {part for one in contracts for part in one.parts} <= PARTS
    assert {part for one in contracts for part in one.commitment_parts} <= DATES | WORDS
    assert {part for one in contracts for part in one.needs} <= NEEDS
    assert {name for one in contracts for name in (one.document, one.annex) if name} <= set(DOCUMENTS)
