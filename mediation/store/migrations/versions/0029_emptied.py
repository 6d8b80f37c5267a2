"""What was encrypted with a key that is destroyed: overwritten, as it is from now on when its key goes."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

EMPTIED = b"\x01"
# By deletion clock: tables, the column of their keys' owner, and the columns that are encrypted.
ENCRYPTED = {
    "private": (
        ("statements", "participant_id", "words"),
        ("concerns", "participant_id", "words settlement"),
        ("needs", "participant_id", "words"),
        ("screening_answers", "respondent", "answer"),
        ("documents", "owner", "content sha256"),
    ),
    "notes": (("notes", "author", "words"),),
    "content": (
        ("statements", "", "words"),
        ("screenings", "", "words"),
        ("referrals", "", "words"),
        ("safeguards", "", "words"),
        ("suspensions", "", "words"),
        ("sessions", "", "place"),
        ("problem_texts", "", "words goals"),
        ("issues", "", "words"),
        ("options", "", "words reason"),
    ),
    "agreement": (
        ("cases", "", "notice referral"),
        ("participants", "", "name capacity capacities own_language email"),
        ("address_changes", "", "email former"),
        ("complaints", "", "words contact"),
        ("orders", "", "terms readable"),
        ("declarations", "", "words"),
        ("agreed_texts", "", "digest words"),
        ("agreements", "", "manifest"),
        ("understandings", "", "words"),
        ("agreement_texts", "", "words"),
        ("commitment_texts", "", "words"),
        ("documents", "", "content sha256"),
        ("notices", "", "words"),
        ("check_ins", "", "words"),
        ("check_in_answers", "", "words"),
        ("signatures", "", "interpreted"),
        ("marks", "", "interpreted"),
        ("interpreter_services", "", "service"),
        ("letters", "", "params"),
    ),
}
# Where rows of one table belong to different clocks.
ONLY = {
    ("statements", "private"): "audience = 'mediator'",
    ("statements", "content"): "audience = 'table'",
    ("documents", "private"): "kind = 'private-scan'",
    ("documents", "agreement"): "kind <> 'private-scan'",
}


def upgrade() -> None:
    """Leave one byte of each value whose key has a certificate: that there was one. No key is needed for that."""
    for clock, tables in ENCRYPTED.items():
        for table, owner, columns in tables:
            case_id = "id" if table == "cases" else "case_id"
            whose = f"c.owner = {table}.{owner}" if owner else "c.owner = ''"
            only = ONLY.get((table, clock), "1 = 1")
            for column in columns.split():
                emptied = sa.text(
                    f"UPDATE {table} SET {column} = :emptied WHERE length({column}) > 1 AND {only} AND EXISTS "
                    f"(SELECT 1 FROM certificates c WHERE c.case_id = {table}.{case_id} AND c.clock = :clock AND {whose})"
                )
                op.execute(emptied.bindparams(emptied=EMPTIED, clock=clock))
