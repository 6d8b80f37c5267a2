"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, each after those it refers to."""
    for make in (
        _case_numbers,
        _organisations,
        _paces,
        _people,
        _authenticators,
        _cases,
        _idempotency_keys,
        _links,
        _offices,
        _sign_in_sessions,
        _tokens,
        _agreements,
        _certificates,
        _challenges,
        _documents,
        _holds,
        _participants,
        _problem_statements,
        _record_entries,
        _screenings,
        _sessions,
        _suspensions,
        _agreement_texts,
        _breaches,
        _check_ins,
        _commitments,
        _declarations,
        _issues,
        _letters,
        _marks,
        _notes,
        _notices,
        _options,
        _orders,
        _problem_texts,
        _reads,
        _roles,
        _screening_answers,
        _signatures,
        _statements,
        _check_in_answers,
        _commitment_owners,
        _commitment_texts,
    ):
        make()


def _case_numbers() -> None:
    op.create_table(
        "case_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_case_numbers")),
    )


def _organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("second_factor", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
    )


def _paces() -> None:
    op.create_table(
        "paces",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("rested_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_paces")),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("email_hash", sa.String(length=64), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("private_email_hash", sa.String(length=64), nullable=True),
        sa.Column("private_email", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_people_email_hash")),
        sa.UniqueConstraint("private_email_hash", name=op.f("uq_people_private_email_hash")),
    )


def _authenticators() -> None:
    op.create_table(
        "authenticators",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_authenticators_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticators")),
        sa.UniqueConstraint("person_id", name=op.f("uq_authenticators_person_id")),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("workflow", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("attendance_basis", sa.String(length=40), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("rung", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("screening_result", sa.String(length=40), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("next_milestone", sa.String(length=7), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("in_use", sa.Integer(), nullable=True),
        sa.Column("notice", sa.LargeBinary(), nullable=True),
        sa.Column("referral", sa.LargeBinary(), nullable=False),
        sa.Column("linked_to", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["linked_to"], ["cases.id"], name=op.f("fk_cases_linked_to")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_cases_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("key_digest", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_idempotency_keys_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_idempotency_keys_key_digest")),
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("through", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("organisation_id", sa.String(length=24), nullable=True),
        sa.Column("office", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_links_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index(op.f("ix_links_person_id"), "links", ["person_id"], unique=False)


def _offices() -> None:
    op.create_table(
        "offices",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.String(length=24), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_offices_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_offices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offices")),
    )
    op.create_index(op.f("ix_offices_person_id"), "offices", ["person_id"], unique=False)
    op.create_index(
        "uq_offices_standing",
        "offices",
        ["person_id", "organisation_id", "office"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )


def _sign_in_sessions() -> None:
    op.create_table(
        "sign_in_sessions",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("through", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proven_by", sa.String(length=40), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_in_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_sessions_digest")),
    )
    op.create_index(op.f("ix_sign_in_sessions_person_id"), "sign_in_sessions", ["person_id"], unique=False)


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=40), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index(op.f("ix_tokens_person_id"), "tokens", ["person_id"], unique=False)


def _agreements() -> None:
    op.create_table(
        "agreements",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("prevailing", sa.String(length=2), nullable=False),
        sa.Column("disclosure_decided", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("writings", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sign_by", sa.Date(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agreements_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_case_id"), "agreements", ["case_id"], unique=False)


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("clock", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=24), nullable=False),
        sa.Column("what", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_certificates_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("case_id", "clock", "owner", name="uq_certificates_once"),
    )
    op.create_index(op.f("ix_certificates_case_id"), "certificates", ["case_id"], unique=False)


def _challenges() -> None:
    op.create_table(
        "challenges",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("session_id", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proof_digest", sa.String(length=64), nullable=True),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_challenges_person_id")),
        sa.ForeignKeyConstraint(["session_id"], ["sign_in_sessions.id"], name=op.f("fk_challenges_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("proof_digest", name=op.f("uq_challenges_proof_digest")),
    )
    op.create_index(op.f("ix_challenges_person_id"), "challenges", ["person_id"], unique=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("owner", sa.String(length=24), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_documents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_about"), "documents", ["about"], unique=False)
    op.create_index(op.f("ix_documents_case_id"), "documents", ["case_id"], unique=False)


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("clocks", sa.String(length=80), nullable=False),
        sa.Column("placed_by", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=24), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_holds_case_id")),
        sa.ForeignKeyConstraint(["placed_by"], ["people.id"], name=op.f("fk_holds_placed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_case_id"), "holds", ["case_id"], unique=False)


def _participants() -> None:
    op.create_table(
        "participants",
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("capacity", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("supports", sa.String(length=24), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_how", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_participants_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_participants_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_index(op.f("ix_participants_case_id"), "participants", ["case_id"], unique=False)
    op.create_index("ix_participants_person_id_number", "participants", ["person_id", "number"], unique=False)
    op.create_index(
        "uq_participants_active",
        "participants",
        ["case_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )


def _problem_statements() -> None:
    op.create_table(
        "problem_statements",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("goal_count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_problem_statements_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_statements")),
        sa.UniqueConstraint("case_id", "version", name="uq_problem_statements_version"),
    )
    op.create_index(op.f("ix_problem_statements_case_id"), "problem_statements", ["case_id"], unique=False)


def _record_entries() -> None:
    op.create_table(
        "record_entries",
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=24), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("phase", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_record_entries_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_record_entries")),
    )


def _screenings() -> None:
    op.create_table(
        "screenings",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("safeguards", sa.String(length=400), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_screenings_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
    )
    op.create_index(op.f("ix_screenings_case_id"), "screenings", ["case_id"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("serves", sa.String(length=200), nullable=False),
        sa.Column("with_participant", sa.String(length=24), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_minutes", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("planned_by", sa.String(length=24), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sessions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_case_id"), "sessions", ["case_id"], unique=False)


def _suspensions() -> None:
    op.create_table(
        "suspensions",
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suspensions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(op.f("ix_suspensions_case_id"), "suspensions", ["case_id"], unique=False)


def _agreement_texts() -> None:
    op.create_table(
        "agreement_texts",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_texts_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_agreement_texts_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_texts")),
        sa.UniqueConstraint("agreement_id", "language", name="uq_agreement_texts_language"),
    )
    op.create_index(op.f("ix_agreement_texts_agreement_id"), "agreement_texts", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_agreement_texts_case_id"), "agreement_texts", ["case_id"], unique=False)


def _breaches() -> None:
    op.create_table(
        "breaches",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("lineage", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_breaches_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_breaches_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaches")),
    )
    op.create_index(op.f("ix_breaches_case_id"), "breaches", ["case_id"], unique=False)


def _check_ins() -> None:
    op.create_table(
        "check_ins",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("session_id", sa.String(length=24), nullable=True),
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=24), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_check_ins_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_check_ins_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_check_ins_participant_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_check_ins_recorded_by")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_check_ins_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index(op.f("ix_check_ins_agreement_id"), "check_ins", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_check_ins_case_id"), "check_ins", ["case_id"], unique=False)


def _commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("lineage", sa.String(length=24), nullable=False),
        sa.Column("label", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("lacks", sa.String(length=80), nullable=False),
        sa.Column("ended", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_commitments_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_commitments_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sa.UniqueConstraint("agreement_id", "lineage", name="uq_commitments_lineage"),
    )
    op.create_index(op.f("ix_commitments_agreement_id"), "commitments", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_commitments_case_id"), "commitments", ["case_id"], unique=False)


def _declarations() -> None:
    op.create_table(
        "declarations",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("has_ties", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_declarations_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_declarations_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declarations")),
    )
    op.create_index(op.f("ix_declarations_case_id"), "declarations", ["case_id"], unique=False)


def _issues() -> None:
    op.create_table(
        "issues",
        sa.Column("problem_statement_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_issues_case_id")),
        sa.ForeignKeyConstraint(
            ["problem_statement_id"], ["problem_statements.id"], name=op.f("fk_issues_problem_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
    )
    op.create_index(op.f("ix_issues_case_id"), "issues", ["case_id"], unique=False)
    op.create_index(op.f("ix_issues_problem_statement_id"), "issues", ["problem_statement_id"], unique=False)


def _letters() -> None:
    op.create_table(
        "letters",
        sa.Column("case_id", sa.String(length=24), nullable=True),
        sa.Column("participant_id", sa.String(length=24), nullable=True),
        sa.Column("person_id", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.LargeBinary(), nullable=True),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_id", sa.String(length=24), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) = (participant_id IS NULL)", name=op.f("ck_letters_of_a_case")),
        sa.CheckConstraint("(case_id IS NULL) = (person_id IS NOT NULL)", name=op.f("ck_letters_of_somebody")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_letters_participant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index(op.f("ix_letters_case_id"), "letters", ["case_id"], unique=False)
    op.create_index(
        "ix_letters_waiting",
        "letters",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NULL"),
        postgresql_where=sa.text("delivered_at IS NULL"),
    )


def _marks() -> None:
    op.create_table(
        "marks",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("paper", sa.String(length=24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_marks_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_marks_participant_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_marks_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_case_id"), "marks", ["case_id"], unique=False)
    op.create_index(
        "uq_marks_standing",
        "marks",
        ["participant_id", "kind", "about"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("author", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["author"], ["participants.id"], name=op.f("fk_notes_author")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_case_id"), "notes", ["case_id"], unique=False)


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("given_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_notices_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["given_by"], ["participants.id"], name=op.f("fk_notices_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_case_id"), "notices", ["case_id"], unique=False)


def _options() -> None:
    op.create_table(
        "options",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_options_case_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["participants.id"], name=op.f("fk_options_proposed_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_options_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_options")),
        sa.UniqueConstraint("case_id", "number", name="uq_options_number"),
    )
    op.create_index(op.f("ix_options_case_id"), "options", ["case_id"], unique=False)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("final_date", sa.Date(), nullable=True),
        sa.Column("ordered_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_orders_case_id")),
        sa.ForeignKeyConstraint(["ordered_by"], ["participants.id"], name=op.f("fk_orders_ordered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_case_id"), "orders", ["case_id"], unique=False)


def _problem_texts() -> None:
    op.create_table(
        "problem_texts",
        sa.Column("problem_statement_id", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("goals", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_problem_texts_case_id")),
        sa.ForeignKeyConstraint(
            ["problem_statement_id"], ["problem_statements.id"], name=op.f("fk_problem_texts_problem_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_texts")),
        sa.UniqueConstraint("problem_statement_id", "language", name="uq_problem_texts_language"),
    )
    op.create_index(op.f("ix_problem_texts_case_id"), "problem_texts", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_problem_texts_problem_statement_id"), "problem_texts", ["problem_statement_id"], unique=False
    )


def _reads() -> None:
    op.create_table(
        "reads",
        sa.Column("reader", sa.String(length=24), nullable=False),
        sa.Column("whose", sa.String(length=24), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reads_case_id")),
        sa.ForeignKeyConstraint(["reader"], ["participants.id"], name=op.f("fk_reads_reader")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
    )
    op.create_index(op.f("ix_reads_case_id"), "reads", ["case_id"], unique=False)
    op.create_index(op.f("ix_reads_whose"), "reads", ["whose"], unique=False)


def _roles() -> None:
    op.create_table(
        "roles",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_roles_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_roles_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_index(op.f("ix_roles_case_id"), "roles", ["case_id"], unique=False)
    op.create_index(op.f("ix_roles_participant_id"), "roles", ["participant_id"], unique=False)


def _screening_answers() -> None:
    op.create_table(
        "screening_answers",
        sa.Column("screening_id", sa.String(length=24), nullable=False),
        sa.Column("respondent", sa.String(length=24), nullable=False),
        sa.Column("question", sa.String(length=4), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_screening_answers_case_id")),
        sa.ForeignKeyConstraint(["respondent"], ["participants.id"], name=op.f("fk_screening_answers_respondent")),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_screening_answers_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_answers")),
        sa.UniqueConstraint("screening_id", "respondent", "question", name="uq_screening_answers_once"),
    )
    op.create_index(op.f("ix_screening_answers_case_id"), "screening_answers", ["case_id"], unique=False)
    op.create_index(op.f("ix_screening_answers_screening_id"), "screening_answers", ["screening_id"], unique=False)


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("agreement_id", sa.String(length=24), nullable=False),
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("paper", sa.String(length=24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name=op.f("fk_signatures_agreement_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_signatures_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_signatures_participant_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_signatures_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("agreement_id", "participant_id", name="uq_signatures_once"),
    )
    op.create_index(op.f("ix_signatures_agreement_id"), "signatures", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_signatures_case_id"), "signatures", ["case_id"], unique=False)


def _statements() -> None:
    op.create_table(
        "statements",
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("released_from", sa.String(length=24), nullable=True),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("recorded_by", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=24), nullable=True),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_statements_case_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], name=op.f("fk_statements_participant_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["participants.id"], name=op.f("fk_statements_recorded_by")),
        sa.ForeignKeyConstraint(["released_from"], ["statements.id"], name=op.f("fk_statements_released_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_case_id"), "statements", ["case_id"], unique=False)


def _check_in_answers() -> None:
    op.create_table(
        "check_in_answers",
        sa.Column("check_in_id", sa.String(length=24), nullable=False),
        sa.Column("commitment_id", sa.String(length=24), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_check_in_answers_case_id")),
        sa.ForeignKeyConstraint(["check_in_id"], ["check_ins.id"], name=op.f("fk_check_in_answers_check_in_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_check_in_answers_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_answers")),
    )
    op.create_index(op.f("ix_check_in_answers_case_id"), "check_in_answers", ["case_id"], unique=False)
    op.create_index(op.f("ix_check_in_answers_check_in_id"), "check_in_answers", ["check_in_id"], unique=False)


def _commitment_owners() -> None:
    op.create_table(
        "commitment_owners",
        sa.Column("commitment_id", sa.String(length=24), nullable=False),
        sa.Column("participant_id", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_commitment_owners_case_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_commitment_owners_commitment_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_commitment_owners_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_owners")),
    )
    op.create_index(op.f("ix_commitment_owners_case_id"), "commitment_owners", ["case_id"], unique=False)
    op.create_index(op.f("ix_commitment_owners_commitment_id"), "commitment_owners", ["commitment_id"], unique=False)


def _commitment_texts() -> None:
    op.create_table(
        "commitment_texts",
        sa.Column("commitment_id", sa.String(length=24), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.String(length=24), nullable=False),
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_commitment_texts_case_id")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_commitment_texts_commitment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_texts")),
    )
    op.create_index(op.f("ix_commitment_texts_case_id"), "commitment_texts", ["case_id"], unique=False)
    op.create_index(op.f("ix_commitment_texts_commitment_id"), "commitment_texts", ["commitment_id"], unique=False)
