"""Checks before serving: the public address, what production requires, and a temporary folder for typesetting."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from mediation.errors import BadSetup
from mediation.settings import Settings

EVERYWHERE = ("0.0.0.0", "::")  # addresses to listen on, but not to put into links


def reached_at(settings: Settings, address: str) -> Settings:
    """The settings of a server that listens at `address` (`http://HOST:PORT`), which is its base URL where none is set.

    Refuses with `setting-missing-base-url` where it listens on all addresses and no base URL is set.
    """
    if settings.base_url_given:
        return settings
    if urlsplit(address).hostname in EVERYWHERE:
        raise BadSetup("setting-missing-base-url")
    return replace(settings, base_url=address)


def refuse_unsafe(settings: Settings) -> None:
    """Require HTTPS in production. Refuses with `setting-https-needed`."""
    if settings.production and not settings.base_url.startswith("https://"):
        raise BadSetup("setting-https-needed")


def cautions(settings: Settings) -> Iterator[str]:
    """Warnings about settings that work in production but may not be meant, one line each."""
    if not settings.production:
        return
    if settings.mail.startswith("folder:"):
        folder = settings.mail.removeprefix("folder:")
        yield (
            f"no mail server is named: letters stay in {folder} as plain files, with links that sign people in "
            "(MEDIATION_MAIL)"
        )
    elif settings.mail_from == Settings.mail_from:
        yield f"letters are sent from {settings.mail_from}, which nobody can answer (MEDIATION_MAIL_FROM)"


def refuse_without_room() -> None:
    """Require a temporary folder, which typesetting writes into. Refuses with `temporary-folder-unusable`."""
    try:
        with TemporaryDirectory(prefix="mediation-") as folder:
            Path(folder, "room").write_bytes(b"0")
    except OSError as error:
        raise BadSetup("temporary-folder-unusable", reason=error.strerror or "") from error
