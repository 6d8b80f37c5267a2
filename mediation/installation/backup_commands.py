"""The commands for backups: make one, restore one; and the doctor."""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mediation.errors import Malformed
from mediation.installation.backup import back_up
from mediation.installation.commands import DONE, FAILED
from mediation.installation.copies import Parts
from mediation.installation.doctor import Checked, examine, examine_backup
from mediation.installation.restore import chosen, finish
from mediation.installation.restore import restore as put_back
from mediation.settings import Settings


def backup(arguments: Namespace, settings: Settings) -> int:
    """Make a backup of the installation, which may serve meanwhile, and examine it."""
    parts = _parts(arguments)
    made = back_up(settings, parts)
    print(f"the content: {made.content.folder}")
    print(f"the keys:    {made.keys.folder} (the only copy: older ones are gone)")
    print("keep the two apart; the master key is in neither: its backup is the recovery kit")
    return _print_findings(examine_backup(settings, parts))


def restore(arguments: Namespace, settings: Settings) -> int:
    """Restore an installation from a backup; with `--finish`, only finish it, now that its master key is there."""
    if not arguments.finish:
        parts = _parts(arguments)
        content, keys = chosen(parts.content, parts.keys)
        put_back(settings, content, keys)
        print(f"restored: the content of {content.made:%Y-%m-%d %H:%M} UTC, the keys of {keys.made:%Y-%m-%d %H:%M} UTC")
        if not settings.master_key_file.exists():
            print("the master key is not here yet: `mediation keys recover` with two shares of the recovery kit,")
            print("then `mediation restore --finish`")
            return DONE
    finished = finish(settings)
    accepted, destroyed = finished.accepted, finished.destroyed
    print(f"records older than their anchor, accepted: {accepted.older}; cases that are no more: {accepted.lost}")
    for number in accepted.refused:
        print(f"the record of case {number} was changed and is not accepted")
    print(f"destroyed again: {destroyed.keys} keys, in {destroyed.cases} cases; to be done later: {destroyed.waiting}")
    print("letters that went out after the backup was made go out once more when the server runs")
    return max(_print_findings(examine(settings)), FAILED if accepted.refused or destroyed.waiting else DONE)


def doctor(arguments: Namespace, settings: Settings) -> int:
    """Examine the installation in use or a backup, and print what to do about each fault."""
    if arguments.folder is None and arguments.content is None and arguments.keys is None:
        return _print_findings(examine(settings))
    return _print_findings(examine_backup(settings, _parts(arguments)))


def _parts(arguments: Namespace) -> Parts:
    folder: Path | None = arguments.folder
    if folder is None and (arguments.content is None or arguments.keys is None):
        raise Malformed("backup-folder-needed")
    parts = Parts.under(folder or Path())
    given = {"content": arguments.content, "keys": arguments.keys}
    return replace(parts, **{name: path for name, path in given.items() if path is not None})


def _print_findings(found: Iterable[Checked]) -> int:
    to_mend = 0
    for about, one in found:
        to_mend += bool(one.mend)
        print(f"{'mend' if one.mend else 'ok':4}  {about}: {one.text}{one.mend and f' -> {one.mend}'}")
    print(f"to mend: {to_mend}" if to_mend else "all is well")
    return FAILED if to_mend else DONE
