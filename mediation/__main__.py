"""The command line: serving, looking after people, keys, backups and what has to go, and verifying what was done."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from api.app import address_of, create_app, listen, server_of
from demo.play import STORIES, play_demo
from mediation import backup_commands, commands, key_commands
from mediation.commands import DONE, REFUSED, opened
from mediation.drawing import mermaid
from mediation.errors import BadSetup, MediationError, NotFound
from mediation.installation import refuse_unguarded, refuse_without_recovery
from mediation.logs import set_up_logs
from mediation.people import OFFICES
from mediation.post import post_for
from mediation.rounds import settle_what_is_due
from mediation.settings import Settings
from mediation.words import LANGUAGES, say
from workflows import WORKFLOWS

Run = Callable[[Namespace, Settings], int]

EPILOGUE = """\
settings, from the environment:
  MEDIATION_HOME   the folder of this installation: databases, keys, letters (var)
  DATABASE_URL     the content database: postgresql://user@host/name (SQLite in the home)
  KEYS_URL         the key store, never in the same database (SQLite in the home)
  MAIL             where letters go: folder:PATH or smtp://[user@]host:port (letters in the home)
  MAIL_FROM        the sender of letters
  SMTP_PASSWORD    the password of the mail user
  BASE_URL         the address under which people reach this server
  MODE             development, or production: then nothing is served before the master key can be recovered
  KEEP_WORDS_DAYS, KEEP_AGREEMENT_MONTHS, KEEP_RECORD_MONTHS, KEEP_GRACE_DAYS
                   how long what is written is kept (14 days, 24 months, 24 months more; 7 days of grace)
  MEDIATION_KEEP_PEOPLE_MONTHS
                   how long people without a case or an office are kept after that (24 months)

exit status: 0 done, 1 something does not hold or did not go through, 2 refused
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status; a refusal is one line on standard error."""
    set_up_logs()
    arguments = _parser().parse_args(argv)
    run: Run = arguments.run
    try:
        return run(arguments, Settings.from_environment(os.environ))
    except MediationError as error:
        print(f"mediation: {_explained(error)}", file=sys.stderr)
        return REFUSED


def _explained(error: MediationError) -> str:
    try:
        words = say(f"error.{error.code}", "en", **error.details)
    except KeyError:
        words = error.code
    # Whoever runs the installation is told where it fails, which the words, made for everybody, may leave out.
    where = [str(value) for value in error.details.values() if str(value) not in words]
    return f"{words} ({', '.join(where)})" if where and isinstance(error, BadSetup) else words


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "mediation",
        description="A case-workflow engine for workplace mediation.",
        epilog=EPILOGUE,
        formatter_class=RawDescriptionHelpFormatter,
    )
    added = _commands(parser)
    _add_serving(added)
    _add_verifying(added)
    _add_people(added)
    draw = _command(
        _group(added, "workflow", "draw a workflow"), "draw", _draw, "print a workflow as a Mermaid diagram"
    )
    draw.add_argument("code", metavar="CODE", help=f"one of: {', '.join(WORKFLOWS)}")
    sight = _group(added, "visibility", "tell who sees what")
    _command(sight, "table", commands.print_visibility, "print the page of role by item (docs/visibility.md)")
    tables = _group(added, "migrations", "look after the tables of the database")
    _command(tables, "upgrade", commands.upgrade, "bring the database to the newest version")
    _command(tables, "check", commands.check_migrations, "check that they lead to the tables of this program")
    _add_keys(_group(added, "keys", "look after the keys"))
    _add_backups(added)
    clocks = _group(added, "retention", "delete what has been kept long enough")
    _command(clocks, "run", commands.run_retention, "destroy the keys whose time is over, once, and certify it")
    ahead = _command(clocks, "preview", commands.preview_retention, "tell what will go and when; by case number only")
    ahead.add_argument("--days", type=int, default=30, help="how far to look ahead (%(default)s)")
    return parser


def _commands(parser: ArgumentParser) -> "_SubParsersAction[ArgumentParser]":
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _group(added: "_SubParsersAction[ArgumentParser]", name: str, about: str) -> "_SubParsersAction[ArgumentParser]":
    return _commands(added.add_parser(name, help=about, description=about))


def _command(added: "_SubParsersAction[ArgumentParser]", name: str, run: Run, about: str) -> ArgumentParser:
    one = added.add_parser(name, help=about, description=about)
    one.set_defaults(run=run)
    return one


def _add_serving(added: "_SubParsersAction[ArgumentParser]") -> None:
    serve = _command(added, "serve", _serve, "serve the API, and deliver letters meanwhile")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s: this machine alone)")
    serve.add_argument("--port", type=_port, default=8000, help="the port to listen on (%(default)s)")
    demo = _command(added, "demo", _demo, "play a whole case in a fresh installation under var/demo, and serve it")
    demo.add_argument("--port", type=_port, default=8000, help="the port to listen on (%(default)s)")
    demo.add_argument("--story", choices=STORIES, default="smooth", help="which case to play (%(default)s)")
    demo.add_argument("--no-serve", action="store_true", help="end after playing; exit status 0 only if all held")
    deliver = _command(added, "deliver", _deliver, "settle and deliver what is due, once")
    deliver.add_argument("--limit", type=int, default=10_000, help="at most so many (%(default)s)")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError("a port is a number up to 65535 (0: any that is free)")
    return int(text)


def _add_verifying(added: "_SubParsersAction[ArgumentParser]") -> None:
    verify = _command(added, "verify", commands.verify, "check the record of a case, or a sealed file offline")
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument("--case", metavar="NUMBER", help="the case whose record is checked")
    what.add_argument("--all", action="store_true", help="every case, and what the key store knows of more")
    what.add_argument("file", nargs="?", type=Path, metavar="FILE.pdf", help="the sealed file that is checked")
    verify.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="what the file was sealed with (this installation's certificate)",
    )


def _add_people(added: "_SubParsersAction[ArgumentParser]") -> None:
    people = _group(added, "people", "add people, with an office and a token")
    add = _command(people, "add", commands.new_person, "add a person, found again by the e-mail address")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--language", required=True, choices=LANGUAGES, help="the language they are written to in")
    add.add_argument("--email", metavar="ADDRESS", help="without one, letters to them are printed")
    add.add_argument("--office", choices=OFFICES, help="what they are in the organisation")
    add.add_argument("--organisation", metavar="NAME", help="the organisation of the office, added before")
    add.add_argument("--token", action="store_true", help="make a bearer token for them; it is shown only now")
    add.add_argument("--days", type=int, default=365, help="how long the token is good (%(default)s)")
    organisations = _group(added, "organisations", "add organisations")
    add = _command(organisations, "add", commands.new_organisation, "add an organisation, found again by its name")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--country", default="FI", help="whose holidays it keeps, by two letters (%(default)s)")


def _add_keys(keys: "_SubParsersAction[ArgumentParser]") -> None:
    init = _command(keys, "init", key_commands.init, "make the master key, with a recovery kit of three shares")
    rotate = _command(keys, "rotate", key_commands.rotate, "change the master key for a new one, with a new kit")
    for one in (init, rotate):
        one.add_argument("--into", type=Path, metavar="FOLDER", help="where the shares are written (in the home)")
    confirm = _command(keys, "confirm", key_commands.confirm_kit, "let every holder read their share back")
    recover = _command(keys, "recover", key_commands.recover, "bring the master key back from any two shares")
    for one in (confirm, recover):
        one.add_argument(
            "share", nargs="*", type=Path, metavar="SHARE", help="files; without any, you are asked to type"
        )
    _command(keys, "check", key_commands.check, "check that all keys open, are there, and can be recovered")
    off = _command(keys, "write-off", key_commands.write_off, "count keys that are lost for good as destroyed")
    off.add_argument("case", nargs="+", metavar="NUMBER", help="every case that `keys check` names")
    _command(keys, "new-seal", key_commands.new_seal, "make another seal in the place of one that is lost for good")


def _add_backups(added: "_SubParsersAction[ArgumentParser]") -> None:
    backup = _command(added, "backup", backup_commands.backup, "copy content and keys, in two parts to be kept apart")
    restore = _command(added, "restore", backup_commands.restore, "put an empty installation together from a backup")
    doctor = _command(added, "doctor", backup_commands.doctor, "look whether all is well, and say what to mend")
    for one in (backup, restore, doctor):
        one.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the backup, with both its parts")
        one.add_argument("--content", type=Path, metavar="FOLDER", help="the part with the content, where it is apart")
        one.add_argument("--keys", type=Path, metavar="FOLDER", help="the part with the keys, where it is apart")
    restore.add_argument("--finish", action="store_true", help="finish what was restored without its master key")


def _serve(arguments: Namespace, settings: Settings) -> int:
    host, port = arguments.host, arguments.port
    with listen(host, port) as listener, opened(settings, make=True) as installation:
        refuse_without_recovery(installation)
        refuse_unguarded(installation)
        set_up_logs(requests=settings.production)
        server, address = server_of(create_app(installation, post_for(settings)), host, port), address_of(listener)
        print(f"Serving on {address} until Ctrl-C; the API is described at {address}/api/docs", flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    return DONE


def _demo(arguments: Namespace, settings: Settings) -> int:
    # Beside the installation's own data, never in it.
    home = settings.home / "demo"
    return play_demo(home, port=arguments.port, story=arguments.story, serve=not arguments.no_serve)


def _deliver(arguments: Namespace, settings: Settings) -> int:
    with opened(settings) as installation:
        settle_what_is_due(installation.database, WORKFLOWS)
        return commands.deliver(installation, limit=arguments.limit)


def _draw(arguments: Namespace, settings: Settings) -> int:
    if arguments.code not in WORKFLOWS:
        raise NotFound("workflow-unknown", choices=", ".join(WORKFLOWS))
    print(mermaid(WORKFLOWS[arguments.code]), end="")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
