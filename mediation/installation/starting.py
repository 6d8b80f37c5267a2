"""What is looked at before anything is served: where people reach the server, what production asks for, room to typeset."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from mediation.errors import BadSetup
from mediation.settings import Settings

EVERYWHERE = ("0.0.0.0", "::")  # a server listens there, but nobody can follow a link there


def reached_at(settings: Settings, address: str) -> Settings:
    """The settings of a server that listens at `address` (`http://HOST:PORT`): its links lead there unless told otherwise.

    Refuses with `setting-missing-base-url` where it listens on all addresses and none was named.
    """
    if settings.base_url_given:
        return settings
    if urlsplit(address).hostname in EVERYWHERE:
        raise BadSetup("setting-missing-base-url")
    return replace(settings, base_url=address)


def refuse_unsafe(settings: Settings) -> None:
    """Let no real case be served over plain HTTP. Refuses with `setting-https-needed` in production."""
    if settings.production and not settings.base_url.startswith("https://"):
        raise BadSetup("setting-https-needed")


def cautions(settings: Settings) -> Iterator[str]:
    """What is to be said of the settings of a production that works but that somebody should know, a line for each."""
    if not settings.production:
        return
    if settings.mail.startswith("folder:"):
        place = settings.mail.removeprefix("folder:")
        yield (
            f"no mail server is named: letters stay in {place} as plain files, with links that sign people in "
            "(MEDIATION_MAIL)"
        )
    elif settings.mail_from == Settings.mail_from:
        yield f"letters are sent from {settings.mail_from}, which nobody can answer (MEDIATION_MAIL_FROM)"


def refuse_without_room() -> None:
    """See that a PDF can be made: typesetting writes into a temporary folder. Refuses with `temporary-folder-unusable`."""
    try:
        with TemporaryDirectory(prefix="mediation-") as folder:
            Path(folder, "room").write_bytes(b"0")
    except OSError as error:
        raise BadSetup("temporary-folder-unusable", reason=error.strerror or "") from error
