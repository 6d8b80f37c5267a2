"""What the command line does with backups: makes one, restores one, and looks whether all is well."""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mediation.errors import Malformed
from mediation.installation.backup import back_up
from mediation.installation.commands import DONE, NOT_SO
from mediation.installation.copies import Places
from mediation.installation.doctor import Told, examine, examine_backup
from mediation.installation.restore import chosen, finish
from mediation.installation.restore import restore as put_back
from mediation.settings import Settings


def backup(arguments: Namespace, settings: Settings) -> int:
    """Make a backup of the installation, which may serve meanwhile, and look at it."""
    places = _places(arguments)
    made = back_up(settings, places)
    print(f"the content: {made.content.folder}")
    print(f"the keys:    {made.keys.folder} (the only copy: older ones are gone)")
    print("keep the two apart; the master key is in neither: its backup is the recovery kit")
    return _told(examine_backup(settings, places))


def restore(arguments: Namespace, settings: Settings) -> int:
    """Put an installation together from a backup; or, without a folder, finish that with the master key at hand."""
    if not arguments.finish:
        places = _places(arguments)
        content, keys = chosen(places.content, places.keys)
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
    return max(_told(examine(settings)), NOT_SO if accepted.refused or destroyed.waiting else DONE)


def doctor(arguments: Namespace, settings: Settings) -> int:
    """Look at the living installation, or at a backup, and say what to mend."""
    if arguments.folder is None and arguments.content is None and arguments.keys is None:
        return _told(examine(settings))
    return _told(examine_backup(settings, _places(arguments)))


def _places(arguments: Namespace) -> Places:
    folder: Path | None = arguments.folder
    if folder is None and (arguments.content is None or arguments.keys is None):
        raise Malformed("backup-folder-needed")
    places = Places.under(folder or Path())
    given = {"content": arguments.content, "keys": arguments.keys}
    return replace(places, **{name: path for name, path in given.items() if path is not None})


def _told(found: Iterable[Told]) -> int:
    to_mend = 0
    for about, one in found:
        to_mend += bool(one.mend)
        print(f"{'mend' if one.mend else 'ok':4}  {about}: {one.told}{one.mend and f' -> {one.mend}'}")
    print(f"to mend: {to_mend}" if to_mend else "all is well")
    return NOT_SO if to_mend else DONE
