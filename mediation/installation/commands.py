"""The commands for cases, people, retention and tables. Each prints its result and returns an exit status."""

from argparse import Namespace
from contextlib import closing
from datetime import timedelta

from sqlalchemy import select

from mediation.case import anchors, record
from mediation.case.record import Finding
from mediation.case.visibility import table_page
from mediation.documents.logos import LOGO_BYTES, look_into_logo
from mediation.errors import Malformed, NotFound
from mediation.installation.installation import Installation, open_installation, triggers_missing, upgrade_installation
from mediation.installation.named_files import read_given
from mediation.installation.sealed_files import verify_file
from mediation.keys import heads
from mediation.letters.delivery import deliver_due
from mediation.letters.post import post_for
from mediation.people import directory, letterheads
from mediation.people.sign_in_methods import end_access, remove_method
from mediation.people.wrong_codes import forget_wrong
from mediation.retention import run as retention
from mediation.settings import Settings
from mediation.store import migrations
from mediation.store.models import Case, RecordEntry
from mediation.workflow.declared import WORKFLOWS

DONE, FAILED = 0, 1  # exit statuses: 1 also where a check does not hold (2: refused, in __main__)

MOST_DAYS = 3650  # of a preview


def opened(settings: Settings, *, make: bool = False, whole: bool = True) -> closing[Installation]:
    """An open installation for a `with` statement; `make` and `whole` are those of `open_installation`."""
    return closing(open_installation(settings, make=make, whole=whole))


def deliver(installation: Installation, *, limit: int) -> int:
    """Deliver the letters that are due, `limit` at most, once."""
    settings = installation.settings
    went = deliver_due(installation.database, post_for(settings), settings, limit=limit)
    print(f"letters delivered: {went.count}, to be tried again: {went.failed}, given up: {went.given_up}")
    return FAILED if went.failed or went.given_up else DONE


def verify(arguments: Namespace, settings: Settings) -> int:
    """Check the record of a case, a sealed file or a bundle. Refuses with `file-unreadable` and `case-not-found`."""
    if arguments.all:
        return _verify_all(settings)
    if arguments.case is not None:
        return _verify_record(arguments.case, settings, arguments.head)
    return verify_file(arguments, settings)


def _verify_record(number: str, settings: Settings, head: str | None = None) -> int:
    with opened(settings, whole=False) as installation:
        with installation.database.reading() as db:
            case_id = db.scalar(select(Case.id).where(Case.number == number))
            verdict = record.verify(db, case_id) if case_id is not None else None
            known = head is None or db.scalar(select(RecordEntry.at).filter_by(case_id=case_id, hash=head)) is not None
        guarded = _guarded(installation)
        if verdict is None:
            if number not in {one.number for one in heads.read(installation.keyring.engine).values()}:
                raise NotFound("case-not-found")
            print(f"the record of case {number} does not hold: {record.LOST}")
            return FAILED
    print(f"the record of case {number} {_verdict_text(verdict)}")
    if head is not None:
        print(f"it {'has' if known else 'does not have'} an entry with the digest {head}")
    return DONE if verdict.holds and guarded and known else FAILED


def _verdict_text(verdict: record.Verdict) -> str:
    anchor = verdict.anchor
    if verdict.removed_at is not None:
        return f"was removed with a certificate at {verdict.removed_at.isoformat()}"
    if verdict.finding == Finding.OLDER and anchor is not None:
        behind = anchor.version - verdict.entries
        return f"is older than its anchor of {anchor.at}: {behind} entries are missing, as in a restored backup"
    if verdict.finding == Finding.CHANGED:
        return f"does not hold: entry {verdict.broken_at}: {verdict.why}{f' ({verdict.row})' if verdict.row else ''}"
    since = f", anchored from entry {anchor.since} on" if anchor is not None and anchor.since > 1 else ""
    return f"holds: {verdict.entries} entries, the last {verdict.head}{since}"


def _verify_all(settings: Settings) -> int:
    with opened(settings, whole=False) as installation:
        guarded = _guarded(installation)
        survey = anchors.verify_all(installation.database)
    for number, verdict in (*survey.changed, *survey.older):
        print(f"the record of case {number} {_verdict_text(verdict)}")
    for one in survey.lost:
        print(f"the record of case {one.number} does not hold: {record.LOST}")
    if survey.finding == Finding.OLDER:
        cases, since = len(survey.older) + len(survey.younger), min(one.at for one in survey.behind)
        print(
            f"the content is older than its anchors, as a restored backup is: {survey.entries_behind} entries of"
            f" {cases} cases are missing, the first anchored at {since}"
        )
    print(
        f"cases: {survey.cases}, entries: {survey.entries}, older than their anchor: {len(survey.older)},"
        f" changed or missing: {len(survey.changed) + len(survey.lost)}, known to the keys alone: {survey.unknown_keys}"
    )
    return DONE if survey.finding == Finding.HOLDS and guarded else FAILED


def _guarded(installation: Installation) -> bool:
    missing = migrations.unguarded(installation.database.engine)
    if missing:
        print(f"the triggers that keep the record are gone, switched off or changed: {', '.join(sorted(missing))}")
    return not missing


def new_person(arguments: Namespace, settings: Settings) -> int:
    """Add a person, perhaps with an office and a token, or find them again by the e-mail address and the name.

    Another name at the same address is another person, of which a line is printed. Refuses with
    `office-needs-organisation`, and with `person-known-otherwise` somebody known who has another language.
    """
    if bool(arguments.office) != bool(arguments.organisation):
        raise Malformed("office-needs-organisation", field="organisation")
    with opened(settings, make=True) as installation, installation.database.writing() as db:
        person = directory.add_person(db, arguments.name, arguments.language, arguments.email)
        if person.language != arguments.language:
            raise Malformed("person-known-otherwise", field="email")
        if arguments.office:
            organisation = directory.find_organisation(db, arguments.organisation)
            directory.give_office(db, person, organisation.id, arguments.office)
        token = directory.make_token(db, person.id, arguments.days) if arguments.token else None
        others = len(directory.people_at(db, arguments.email)) - 1 if arguments.email else 0
    print(f"person: {person.id}")
    if others > 0:
        print("others have this e-mail address, too: check the name, if that is not meant")
    if token:
        print(f"token: {token}")
    return DONE


def remove_way(arguments: Namespace, settings: Settings) -> int:
    """Remove an address or an app by which somebody else signs in as a person. Refuses like `remove_method`."""
    named = arguments.person
    with opened(settings) as installation, installation.database.writing() as db:
        person = directory.find_by_email(db, named) if "@" in named else directory.find_person(db, named)
        if person is None:
            raise NotFound("person-not-found")
        remove_method(db, person, arguments.way)
        end_access(db, person.id)
        forget_wrong(db, person.id)
    print(f"removed: {arguments.way}")
    return DONE


def new_organisation(arguments: Namespace, settings: Settings) -> int:
    """Add an organisation, or find it again by its name. Refuses with `organisation-known-otherwise` another country."""
    with opened(settings, make=True) as installation, installation.database.writing() as db:
        organisation = directory.add_organisation(db, arguments.name, arguments.country)
        if organisation.country != arguments.country:
            raise Malformed("organisation-known-otherwise", field="country")
    print(f"organisation: {organisation.id}")
    return DONE


def put_logo(arguments: Namespace, settings: Settings) -> int:
    """Put a logo on the papers of an organisation's cases; without a file take it away. Refuses like `look_into_logo`."""
    logo = look_into_logo(read_given(arguments.file, LOGO_BYTES)) if arguments.file else None
    with opened(settings) as installation, installation.database.writing() as db:
        organisation = letterheads.set_logo(db, arguments.name, logo)
    print(f"organisation: {organisation.id}, logo: {logo.kind if logo else 'none'}")
    return DONE


def run_retention(arguments: Namespace, settings: Settings) -> int:
    """Destroy the keys whose deletion clocks are due, once, and certify it."""
    with opened(settings) as installation:
        ran = retention.run(installation.database)
    print(f"keys destroyed and certified: {ran.keys}, in cases: {ran.cases}, cases that have to wait: {ran.waiting}")
    return FAILED if ran.waiting else DONE


def preview_retention(arguments: Namespace, settings: Settings) -> int:
    """Print which keys are due within some days unless something is written or held before. Refuses with `days-out-of-range`."""
    if not 0 <= arguments.days <= MOST_DAYS:
        raise Malformed("days-out-of-range", field="days", limit=MOST_DAYS)
    with opened(settings) as installation, installation.database.reading() as db:
        going = retention.preview(db, db.now() + timedelta(days=arguments.days))
        for number, clock in going:
            whose = " of one participant" if clock.name.owner else ""
            print(f"{clock.due:%Y-%m-%d %H:%M} UTC  case {number}: {clock.name.clock}{whose}")
    print(f"keys to be destroyed within {arguments.days} days: {len(going)}")
    return DONE


def upgrade(arguments: Namespace, settings: Settings) -> int:
    """Bring the database to the newest version."""
    upgrade_installation(settings)
    print("the database is of the newest version")
    return DONE


def check_migrations(arguments: Namespace, settings: Settings) -> int:
    """Check that the migrations lead to the tables of this program, and that an existing database has its triggers."""
    found = migrations.differences()
    found += [f"trigger missing in the database: {name}" for name in sorted(triggers_missing(settings))]
    for difference in found:
        print(difference)
    print("the migrations do not lead to the tables of the program" if found else "the migrations are up to date")
    return FAILED if found else DONE


def print_visibility(arguments: Namespace, settings: Settings) -> int:
    """Print who sees what, as the page `docs/visibility.md`; needs no installation."""
    print(table_page(WORKFLOWS.values()), end="")
    return DONE
