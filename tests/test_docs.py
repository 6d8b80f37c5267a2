"""What the pages of `docs/` say is so: who sees what, and which test proves each claim."""

import ast
import re
from itertools import product
from pathlib import Path

import pytest

from mediation.case.visibility import Level, knows_phase, sees_full, table_page
from mediation.case.visibility import sees as seen_by
from mediation.letters.kinds import KINDS
from mediation.store.models import Base
from mediation.words.catalogue import LANGUAGES
from tests.houses import House
from tests.role_codes import Role
from tests.walked_routes import walk_routes
from workflows import WORKFLOWS
from workflows.mediation import MEDIATION
from workflows.mediation_visibility import ITEMS

HOUSE = Path(__file__).parent.parent
DOCS = HOUSE / "docs"

# Each row of the table, as the roles of the workflow see it.
TABLE = {item: {str(one): one.sees[item] for one in MEDIATION.roles if item in one.sees} for item in MEDIATION.items}


def sees(roles: frozenset[str], item: str) -> Level:
    """What these roles see of an item."""
    return seen_by(MEDIATION.roles_of(roles), item)


NOTHING, STATUS, RELEASED = Level.NOTHING, Level.STATUS, Level.RELEASED
FACT, OWN, SHARED, FULL = Level.FACT, Level.OWN, Level.SHARED, Level.FULL

# Whom each column of the page is about. "Other parties" are the same role as "the party": what differs is whose the item
# is, and that is what the levels OWN and SHARED say. Other offices and outsiders have no role, and so no cell.
COLUMNS = (
    (Role.MEDIATOR, Role.CO_MEDIATOR),
    (Role.PARTY,),
    (Role.SUPPORT_PERSON,),
    (Role.INTERPRETER,),
    (Role.EMPLOYER_REPRESENTATIVE,),
    (Role.COMMISSIONER,),
    (Role.INITIATOR,),
    (Role.ADMIN,),
)

# The page that decides, cell by cell, in the words of our levels:
# mediators, party (own and others'), support person, interpreter, representative, commissioner, initiator, admin.
DECIDED: dict[str, tuple[Level, ...]] = {
    "case": (FULL, FULL, FULL, FULL, FULL, FULL, FACT, FACT),
    "phase": (FULL, FULL, STATUS, NOTHING, STATUS, STATUS, NOTHING, NOTHING),
    "participants": (FULL, FULL, FULL, FULL, FULL, RELEASED, NOTHING, NOTHING),
    "attendance": (FULL, SHARED, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "private-statement": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "own-language": (FULL, OWN, NOTHING, SHARED, NOTHING, NOTHING, NOTHING, NOTHING),
    "quiet-time": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "separate-meeting": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "concern": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "table-statement": (FULL, FULL, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "draft": (OWN, OWN, OWN, OWN, OWN, OWN, NOTHING, NOTHING),
    "note": (OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "screening": (FULL, OWN, NOTHING, NOTHING, NOTHING, STATUS, NOTHING, NOTHING),
    "declaration": (FULL, FULL, NOTHING, NOTHING, NOTHING, FACT, NOTHING, NOTHING),
    "terms": (FULL, FULL, NOTHING, NOTHING, NOTHING, RELEASED, NOTHING, NOTHING),
    "attendance-basis": (FULL, OWN, NOTHING, NOTHING, NOTHING, RELEASED, NOTHING, NOTHING),
    "ground-rules": (FULL, FULL, FULL, FULL, NOTHING, NOTHING, NOTHING, NOTHING),
    "referral": (FULL, FULL, NOTHING, NOTHING, NOTHING, RELEASED, NOTHING, NOTHING),
    "referral-rest": (FULL, OWN, NOTHING, NOTHING, NOTHING, RELEASED, NOTHING, NOTHING),
    "needs": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "problem-statement": (FULL, FULL, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "option": (FULL, FULL, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "agreement": (FULL, FULL, NOTHING, NOTHING, OWN, RELEASED, NOTHING, NOTHING),
    "signature-state": (FULL, SHARED, NOTHING, NOTHING, OWN, NOTHING, NOTHING, NOTHING),
    "understanding": (FULL, FULL, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "check-in": (FULL, SHARED, NOTHING, NOTHING, OWN, NOTHING, NOTHING, NOTHING),
    "unmet-guard": (FULL, OWN, NOTHING, NOTHING, OWN, STATUS, NOTHING, NOTHING),
    "outcome": (FULL, FULL, NOTHING, NOTHING, NOTHING, STATUS, NOTHING, NOTHING),
    "hours": (FULL, NOTHING, NOTHING, NOTHING, NOTHING, STATUS, NOTHING, NOTHING),
    "time-entry": (FULL, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "record": (FULL, OWN, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, STATUS),
    "statistics": (FULL, NOTHING, NOTHING, NOTHING, NOTHING, STATUS, NOTHING, STATUS),
}

# Where the code differs from the page, and why that is no more than the page allows.
ALLOWED = {
    # A party reads all that was said at the table since they came: what was said before is not handed over.
    ("table-statement", Role.PARTY): SHARED,
    # The operator of the machine can verify a record (`mediation verify --case`); an administrator in the application
    # reads not even its length. Less than the page gives.
    ("record", Role.ADMIN): NOTHING,
    # Its author and the mediator: a co-mediator reads their own.
    ("time-entry", Role.CO_MEDIATOR): OWN,
    # Their own: what the page closes to them is that of a party.
    ("own-language", Role.SUPPORT_PERSON): OWN,
    ("own-language", Role.EMPLOYER_REPRESENTATIVE): OWN,
}

# Read by office and of no case: it stands in no row (tests/statistics).
OF_NO_CASE = {"statistics"}

# What the page says nothing of, because its rows speak of the whole: each narrower than the row it belongs to, or a
# document that its readers wrote or must answer.
OURS = {
    "session-plan": "attendance: when the table meets; who is called hears when and where (rule 17), the community when",
    "undertaking": "terms: own undertaking, of companions as of the representative",
    "order": "price and engagement between employer and mediator",
    "linked-process": "private statement: one's own wish for another process, and nobody else's matter",
    "complaint": "private statement: for whoever the provider named, and for no mediator",
    "breach": "check-in: what was told to the table and not carried out",
    "suspension": "attendance: that the case stands still is a fact for the table",
    "signature-evidence": "signature state: of one's own signature, for oneself alone",
    "notice": "agreement: what all signatories released, to the audience it was released to",
    "mark": "attendance and agreement: what each accepted is their own",
    "retention": "agreement and private statement: when each goes, to those whose it is",
}

# Roles that the page has no column for. A former party keeps their own; a member of the community reads what was released.
OTHERS = {
    Role.COMMUNITY_MEMBER: {"case": FACT, "session-plan": FACT, "notice": OWN},
    Role.FORMER_PARTY: dict.fromkeys(
        [
            "case",
            "own-language",
            "quiet-time",
            "private-statement",
            "complaint",
            "draft",
            "concern",
            "needs",
            "table-statement",
            "agreement",
            "signature-state",
            "signature-evidence",
            "check-in",
            "mark",
            "record",
            "retention",
        ],
        OWN,
    ),
    Role.FORMER_MEDIATOR: {"case": OWN, "note": OWN, "time-entry": OWN, "retention": OWN},
}


def test_the_page_of_who_sees_what_is_up_to_date() -> None:
    assert (DOCS / "visibility.md").read_text("utf-8") == table_page(WORKFLOWS.values()), (
        "mediation visibility table > docs/visibility.md"
    )


@pytest.mark.parametrize("item", DECIDED)
def test_the_table_gives_what_was_decided_cell_by_cell(item: str) -> None:
    if item in OF_NO_CASE:
        assert item not in TABLE
        return
    for roles, decided in zip(COLUMNS, DECIDED[item], strict=True):
        for role in roles:
            assert sees(frozenset({role}), item) == ALLOWED.get((item, role), decided), role


def test_nothing_stands_in_the_table_that_was_not_decided_or_is_not_accounted_for() -> None:
    assert TABLE.keys() == ITEMS.keys() == (DECIDED.keys() - OF_NO_CASE) | OURS.keys()
    for role, known in OTHERS.items():
        assert {item: row[role] for item, row in TABLE.items() if role in row} == known
    assert {role for row in TABLE.values() for role in row} == {one for both in COLUMNS for one in both} | OTHERS.keys()
    assert {*Role} == {one for both in COLUMNS for one in both} | OTHERS.keys()


def test_what_a_companion_and_the_initiator_see_beyond_the_page_is_no_more_than_a_time_a_notice_or_their_own() -> None:
    beyond = {
        (role, item): TABLE[item][role]
        for item in OURS
        for role in (Role.SUPPORT_PERSON, Role.INTERPRETER, Role.EMPLOYER_REPRESENTATIVE, Role.INITIATOR)
        if role in TABLE[item]
    }
    assert set(beyond.values()) <= {FACT, OWN}
    assert {item for _, item in beyond} == {"session-plan", "undertaking", "mark", "notice", "signature-evidence"}


def test_without_a_role_nothing_is_seen() -> None:
    assert {sees(frozenset(), item) for item in TABLE} == {NOTHING}


def test_of_several_roles_the_one_that_sees_most_counts() -> None:
    widest = [Level.FULL, Level.SHARED, Level.OWN, Level.FACT, Level.RELEASED, Level.STATUS, NOTHING]
    for item in TABLE:
        for one, other in product(Role, Role):
            alone = {sees(frozenset({role}), item) for role in (one, other)}
            assert sees(frozenset({one, other}), item) == next(level for level in widest if level in alone)


def test_what_is_wholly_theirs_to_see_is_what_the_table_gives_in_full() -> None:
    assert {role for role in Role if sees_full(MEDIATION.roles_of({role}), "note")} == set()
    assert {role for role in Role if sees_full(MEDIATION.roles_of({role}), "hours")} == {
        Role.MEDIATOR,
        Role.CO_MEDIATOR,
    }
    assert {role for role in Role if knows_phase(MEDIATION.roles_of({role}))} == {
        Role.MEDIATOR,
        Role.CO_MEDIATOR,
        Role.PARTY,
    }


# The assurance: each claim, and the tests that prove it.


ASSURANCE = (DOCS / "assurance.md").read_text("utf-8")
OF_NO_CASE_YET = "## Claimed, and not built yet"

# The rows of the page that decides, as they are headed there.
ROWS = (
    "case exists",
    "phase",
    "who the participants are",
    "attendance, no-show, pause, withdrawal",
    "reason of a withdrawal",
    "private statement, separate meeting, caucus",
    "statement to the table",
    "mediator's private notes",
    "screening answers",
    "declaration of ties",
    "referral: subject, wished outcome",
    "referral: the rest",
    "own language",
    "problem statement, goals, options",
    "agreement text",
    "signature state",
    "check-ins",
    "unmet guards",
    "outcome",
    "hours for billing",
    "record",
)


def claims() -> dict[str, list[str]]:
    """The proofs of every claim, by its words and those of its section."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in ASSURANCE.partition(OF_NO_CASE_YET)[0].splitlines():
        section = line if line.startswith("## ") else section
        cells = [one.strip() for one in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "claim" and not cells[0].startswith("---"):
            assert len(cells) == 3, line
            found[f"{section}: {cells[0]}"] = re.findall(r"`([\w/.]+::\w+)`", cells[1])
    return found


def known_tests() -> set[str]:
    """Every test, by file and name."""
    return {
        f"{path.relative_to(HOUSE / 'tests')}::{node.name}"
        for path in (HOUSE / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_claim_has_a_proof_and_every_proof_is_there() -> None:
    found, there = claims(), known_tests()
    assert len(found) > 80
    assert len(there) > 500
    assert [claim for claim, proofs in found.items() if not proofs] == []
    assert sorted({proof for proofs in found.values() for proof in proofs} - there) == []


def test_every_row_and_every_rule_of_what_was_decided_is_claimed() -> None:
    found = claims()
    for row in ROWS:
        assert [one for one in found if f"**{row}**" in one], row
    for number in range(1, 9):
        assert [one for one in found if one.startswith(f"## Rule {number}:")], number


def test_the_figures_that_can_be_counted_are_right(sqlite_house: House) -> None:
    roles = {role for row in TABLE.values() for role in row}
    figures = {
        f"{len(TABLE)} items × {len(roles)} roles",
        f"{len(MEDIATION.outcomes)} outcomes, 3 classes",
        f"{len(KINDS)} kinds × {len(LANGUAGES)} languages",
    }
    assert {one for one in figures if one not in ASSURANCE} == set()
    # These grow with the program; the page is looked over now and then.
    columns = [one for table in Base.metadata.sorted_tables for one in table.columns if "key_of" in one.info]
    for what, now in (("routes", len(walk_routes(sqlite_house.app))), ("encrypted columns", len(columns))):
        told = {int(figure) for figure in re.findall(rf"(\d+) {what}", ASSURANCE)}
        assert len(told) == 1, what
        assert max(told) <= now, what


def test_the_pages_lead_to_files_that_are_there() -> None:
    for page in (HOUSE / "SECURITY.md", *DOCS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
    readme = (HOUSE / "README.md").read_text("utf-8")
    for name in ("SECURITY.md", *(f"docs/{one.name}" for one in DOCS.glob("*.md"))):
        assert f"({name})" in readme, name
