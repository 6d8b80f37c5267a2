"""The command line: its commands with their arguments; the commands themselves lie with what they do."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias, cast

from mediation.errors import BadSetup, MediationError
from mediation.logs import set_up_logs
from mediation.settings import PREFIX, Settings, old_names
from mediation.words.catalogue import LANGUAGES, say

Run = Callable[[Namespace, Settings], int]
_Group: TypeAlias = "_SubParsersAction[ArgumentParser]"

REFUSED = 2

EPILOGUE = """\
settings, from the environment:
  MEDIATION_HOME          the folder of this installation: databases, keys, letters (var)
  MEDIATION_DATABASE_URL  the content database: postgresql://user@host/name (SQLite in the home)
  MEDIATION_KEYS_URL      the key store, never in the same database (SQLite in the home)
  MEDIATION_MAIL          where letters go: folder:PATH or smtp://[user@]host:port (letters in the home)
  MEDIATION_MAIL_FROM     the sender of letters
  MEDIATION_SMTP_PASSWORD
                          the password of the mail user
  MEDIATION_BASE_URL      where people reach this server, as https://mediation.example.org (where it listens)
  MEDIATION_TRUSTED_PROXY the proxy in front of the server, whose X-Forwarded-For is believed: addresses or networks
  MEDIATION_MODE          development, or production: then nothing is served before the master key can be
                          recovered, nor over plain HTTP
  MEDIATION_ACCESSIBILITY_CONTACT
                          who answers for accessibility, with an e-mail address or telephone number (none)
  MEDIATION_SEAL_NAME     the organisation that the certificate of the electronic seal names (who provides the mediations)
  MEDIATION_SEAL_PKCS12   the file of a certificate of your own with its key and chain (none)
  MEDIATION_SEAL_PKCS11   the same in a token: pkcs11:token=LABEL;object=LABEL?module-path=FILE (none)
  MEDIATION_SEAL_PASSPHRASE_FILE
                          the file whose first line is the passphrase or the PIN
  MEDIATION_TIMESTAMP_URL, MEDIATION_TIMESTAMP_ROOTS
                          a time-stamp authority (RFC 3161), and the file of its root certificates (none)
  MEDIATION_SEAL_LEVEL    b-b, b-t or b-lta: what the authority stamps (b-t where there is one)
  MEDIATION_POOLER        transaction: a connection pooler (PgBouncer) in transaction mode stands before PostgreSQL (none)
  MEDIATION_KEEP_WORDS_DAYS, MEDIATION_KEEP_AGREEMENT_MONTHS, MEDIATION_KEEP_RECORD_MONTHS,
  MEDIATION_KEEP_GRACE_DAYS
                          how long what is written is kept (14 days, 24 months, 24 months more; 7 days of grace)
  MEDIATION_KEEP_PEOPLE_MONTHS
                          how long people without a case or an office are kept after that (24 months)
a name that begins with MEDIATION_ and is not one of these is refused

exit status: 0 done, 1 something does not hold or did not go through, 2 refused
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; a refusal is one line on standard error."""
    set_up_logs()
    arguments = _parser().parse_args(argv)
    try:
        settings = Settings.from_environment(os.environ)
        for old in old_names(os.environ):
            print(
                f"mediation: {old} is called {PREFIX}{old} now; the old name is read for the last time", file=sys.stderr
            )
        return _loaded(arguments.run)(arguments, settings)
    except MediationError as error:
        print(f"mediation: {_explained(error)}", file=sys.stderr)
        return REFUSED


def _loaded(named: str) -> Run:
    # Only the module that a command needs is imported, and only when it runs: `--help` stays fast. The workflows are
    # declared by being imported: what looks at many cases knows them by then.
    module, _, function = named.partition(":")
    package = "" if "." in module else "mediation.installation."
    import_module("workflows")
    return cast(Run, getattr(import_module(package + module), function))


def _explained(error: MediationError) -> str:
    try:
        words = say(f"error.{error.code}", "en", **error.details)
    except KeyError:
        words = error.code
    # The operator also reads where it fails and what can be chosen, which the words for everybody may leave out.
    details = [str(one) for name, one in error.details.items() if name == "choices" or isinstance(error, BadSetup)]
    more = [one for one in details if one not in words]
    return f"{words} ({', '.join(more)})" if more else words


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "mediation",
        description="A case-workflow engine for workplace mediation.",
        epilog=EPILOGUE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('mediation')}")
    added = _commands(parser)
    _add_serving(added)
    _add_verifying(added)
    _add_people(added)
    drawn = _group(added, "workflow", "draw a workflow")
    draw = _command(drawn, "draw", "api.commands:draw", "print a workflow as a Mermaid diagram")
    draw.add_argument("code", metavar="CODE", help="which one: mediation")
    sight = _group(added, "visibility", "tell who sees what")
    _command(sight, "table", "commands:print_visibility", "print the page of role by item (docs/visibility.md)")
    tables = _group(added, "migrations", "look after the tables of the database")
    _command(tables, "upgrade", "commands:upgrade", "bring the database to the newest version")
    _command(tables, "check", "commands:check_migrations", "check that they lead to the tables of this program")
    _add_keys(_group(added, "keys", "look after the keys"))
    _add_backups(added)
    clocks = _group(added, "retention", "delete what has been kept long enough")
    _command(clocks, "run", "commands:run_retention", "destroy the keys whose time is over, once, and certify it")
    ahead = _command(clocks, "preview", "commands:preview_retention", "tell what will go and when; by case number only")
    ahead.add_argument("--days", type=int, default=30, help="how far to look ahead (%(default)s)")
    return parser


def _commands(parser: ArgumentParser) -> _Group:
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _group(added: _Group, name: str, about: str) -> _Group:
    return _commands(added.add_parser(name, help=about, description=about))


def _command(added: _Group, name: str, run: str, about: str) -> ArgumentParser:
    """A command; `run` is its function as `module:name`, in mediation/installation where no package is given."""
    one = added.add_parser(name, help=about, description=about)
    one.set_defaults(run=run if "." in run else f"mediation.installation.{run}")
    return one


def _add_serving(added: _Group) -> None:
    serve = _command(added, "serve", "api.commands:serve", "serve the API, and deliver letters meanwhile")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s: this machine alone)")
    serve.add_argument("--port", type=_port, default=8000, help="the port to listen on (%(default)s)")
    demo = _command(
        added, "demo", "demo.play:demo", "play a whole case in a fresh installation under var/demo, and serve it"
    )
    demo.add_argument("--port", type=_port, default=8000, help="the port to listen on (%(default)s)")
    demo.add_argument(
        "--story",
        default="smooth",
        help="which case to play: smooth, breach, supervision, parents or mixed-group (%(default)s)",
    )
    demo.add_argument("--no-serve", action="store_true", help="end after playing; exit status 0 only if all held")
    deliver = _command(added, "deliver", "api.commands:deliver", "do what is due and deliver what waits, once")
    deliver.add_argument("--limit", type=int, default=10_000, help="at most so many (%(default)s)")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError("a port is a number up to 65535 (0: any that is free)")
    return int(text)


def _add_verifying(added: _Group) -> None:
    verify = _command(
        added, "verify", "commands:verify", "check the record of a case, or a sealed file or bundle offline"
    )
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument("--case", metavar="NUMBER", help="the case whose record is checked")
    what.add_argument("--all", action="store_true", help="every case, and what the key store knows of more")
    what.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the sealed PDF or the bundle (.zip) that is checked"
    )
    verify.add_argument("--roots", type=Path, metavar="PEM", help="the root certificates of a time-stamp authority")
    verify.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="what the file was sealed with (this installation's certificate)",
    )
    verify.add_argument("--json", action="store_true", help="of a file: the report for machines (docs/verifying.md)")
    verify.add_argument(
        "--head", metavar="DIGEST", help="with --case: also whether the record has this entry, which a bundle names"
    )


def _add_people(added: _Group) -> None:
    people = _group(added, "people", "add people, with an office and a token; remove a way in that is not theirs")
    add = _command(people, "add", "commands:new_person", "add a person, found again by the e-mail address")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--language", required=True, choices=LANGUAGES, help="the language they are written to in")
    add.add_argument("--email", metavar="ADDRESS", help="without one, letters to them are printed")
    add.add_argument("--office", help="what they are in the organisation: mediator, hr, admin or complaints")
    add.add_argument("--organisation", metavar="NAME", help="the organisation of the office, added before")
    add.add_argument("--token", action="store_true", help="make a bearer token for them; it is shown only now")
    add.add_argument("--days", type=int, default=365, help="how long the token is good (%(default)s)")
    drop = _command(
        people, "remove-way", "commands:remove_way", "remove a way in that somebody else holds; every address is told"
    )
    drop.add_argument("person", metavar="PERSON", help="whom you have met: their id, or their work address")
    drop.add_argument("way", metavar="WAY", help="one of: work-address, own-address, app")
    organisations = _group(added, "organisations", "add organisations")
    add = _command(organisations, "add", "commands:new_organisation", "add an organisation, found again by its name")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--country", default="FI", help="whose holidays it keeps, by two letters (%(default)s)")
    logo = _command(
        organisations, "logo", "commands:put_logo", "put a logo on the papers of its cases, or take it away"
    )
    logo.add_argument("name", metavar="NAME")
    logo.add_argument("file", nargs="?", type=Path, metavar="FILE", help="PNG or SVG, 200 kB at most; none: no logo")


def _add_keys(keys: _Group) -> None:
    init = _command(keys, "init", "key_commands:init", "make the master key, with a recovery kit of three shares")
    rotate = _command(keys, "rotate", "key_commands:rotate", "change the master key for a new one, with a new kit")
    for one in (init, rotate):
        one.add_argument("--into", type=Path, metavar="FOLDER", help="where the shares are written (in the home)")
    confirm = _command(keys, "confirm", "key_commands:confirm_kit", "let every holder read their share back")
    recover = _command(keys, "recover", "key_commands:recover", "bring the master key back from any two shares")
    for one in (confirm, recover):
        one.add_argument(
            "share", nargs="*", type=Path, metavar="SHARE", help="files; without any, you are asked to type"
        )
    _command(keys, "check", "key_commands:check", "check that all keys open, are there, and can be recovered")
    off = _command(keys, "write-off", "key_commands:write_off", "count keys that are lost for good as destroyed")
    off.add_argument("case", nargs="+", metavar="NUMBER", help="every case that `keys check` names")
    _command(keys, "new-seal", "key_commands:new_seal", "make another seal in the place of one that is lost for good")
    _command(keys, "renew-seal", "key_commands:renew_seal", "put a new seal in the place of the present one")


def _add_backups(added: _Group) -> None:
    backup = _command(added, "backup", "backup_commands:backup", "copy content and keys, in two parts to be kept apart")
    restore = _command(added, "restore", "backup_commands:restore", "put an empty installation together from a backup")
    doctor = _command(added, "doctor", "backup_commands:doctor", "look whether all is well, and say what to mend")
    for one in (backup, restore, doctor):
        one.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the backup, with both its parts")
        one.add_argument("--content", type=Path, metavar="FOLDER", help="the part with the content, where it is apart")
        one.add_argument("--keys", type=Path, metavar="FOLDER", help="the part with the keys, where it is apart")
    restore.add_argument("--finish", action="store_true", help="finish what was restored without its master key")


if __name__ == "__main__":
    sys.exit(main())
