"""Indexes for all that is looked for, and when a case's deletion clocks are looked at: no table that grows is walked through."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"

_INDEXED = str.split(
    "attendance_bases.set_by breaches.agreement_id cases.deletion_due cases.linked_to cases.organisation_id "
    "challenges.expires_at challenges.session_id check_in_answers.commitment_id check_ins.participant_id "
    "check_ins.recorded_by check_ins.session_id check_ins.understanding_id commitment_owners.participant_id "
    "complaints.about complaints.participant_id concerns.about_id concerns.participant_id concerns.recorded_by "
    "declarations.participant_id drafts.at holds.placed_by hours_told.until idempotency_keys.at "
    "idempotency_keys.case_id idempotency_keys.person_id interpreter_services.participant_id letters.about "
    "letters.participant_id links.expires_at links.organisation_id marks.about marks.participant_id "
    "marks.recorded_by needs.recorded_by notes.author notices.agreement_id notices.given_by "
    "notices.understanding_id offices.organisation_id options.proposed_by options.recorded_by orders.ordered_by "
    "paces.rested_at reads.reader referral_drafts.at referrals.author room_sign_ins.expires_at "
    "room_sign_ins.person_id safeguards.put_by screening_answers.respondent sign_in_sessions.ended_at "
    "sign_in_sessions.expires_at signatures.participant_id signatures.recorded_by statements.participant_id "
    "statements.recorded_by statements.released_from time_entries.participant_id tokens.expires_at tokens.revoked_at"
)
_PARTLY = (
    ("ix_address_changes_until", "address_changes", "until", "ended_at IS NULL"),
    ("ix_cases_hours_at_end", "cases", "id", "outcome IS NOT NULL AND hours_due IS NOT NULL"),
    ("ix_letters_about_sign_in", "letters", "created_at", "person_id IS NOT NULL"),
    ("ix_letters_person_id", "letters", "person_id", "person_id IS NOT NULL"),
    ("ix_letters_unwiped", "letters", "good_until", "person_id IS NOT NULL AND params IS NOT NULL"),
    ("ix_marks_revocable", "marks", "at", "kind = 'withdrew' AND value = 'revocable' AND ended_at IS NULL"),
    ("ix_orders_waiting", "orders", "at", "waits_since IS NOT NULL AND replaced_at IS NULL"),
)


def upgrade() -> None:
    """Make the indexes; every case of which keys may still be destroyed is looked at by the next run."""
    op.add_column("cases", sa.Column("deletion_due", sa.DateTime(timezone=True), nullable=True))
    for column in _INDEXED:
        table, _, name = column.partition(".")
        op.create_index(f"ix_{table}_{name}", table, [name])
    for index, table, name, which in _PARTLY:
        op.create_index(index, table, [name], sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    cases = sa.table(
        "cases", sa.column("id"), sa.column("closed_at"), sa.column("deletion_due", sa.DateTime(timezone=True))
    )
    marks = sa.table("marks", sa.column("case_id"), sa.column("kind"))
    withdrawn = sa.select(marks.c.case_id).where(marks.c.kind == "withdrew")
    running = sa.or_(cases.c.closed_at.is_not(None), cases.c.id.in_(withdrawn))
    op.execute(sa.update(cases).where(running).values(deletion_due=datetime(2000, 1, 1, tzinfo=UTC)))
