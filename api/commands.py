"""What the command line does with an installation, its routes and its workflows."""

import signal
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from api.app import create_app
from api.serving import address_of, listen, server_of
from mediation.errors import NotFound
from mediation.installation import commands
from mediation.installation.commands import DONE, opened
from mediation.installation.due import do_what_is_due
from mediation.installation.installation import refuse_unguarded, refuse_without_recovery
from mediation.installation.proxies import trusted_proxies
from mediation.installation.starting import cautions, reached_at, refuse_unsafe, refuse_without_room
from mediation.letters.post import post_for
from mediation.logs import set_up_logs
from mediation.settings import Settings
from mediation.workflow.drawing import mermaid
from workflows import WORKFLOWS


def serve(arguments: Namespace, settings: Settings) -> int:
    """Serve until Ctrl-C or SIGTERM. Refuses like `listen`, `reached_at`, `refuse_unsafe`, `open_installation`, `post_for`."""
    host, port = arguments.host, arguments.port
    with suppress(KeyboardInterrupt), interrupted_by_sigterm(), listen(host, port) as listener:
        address = address_of(listener)
        settings = _fit_to_serve(reached_at(settings, address))
        trusted = trusted_proxies(settings)
        with opened(settings, make=True) as installation:
            refuse_without_recovery(installation)
            refuse_unguarded(installation)
            set_up_logs(requests=settings.production)
            server = server_of(create_app(installation, post_for(settings)), host, port, trusted)
            print(f"Serving on {address} until Ctrl-C; the API is described at {address}/api/docs", flush=True)
            server.run(sockets=[listener])
    return DONE


@contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """Handle SIGTERM, which service managers send, like Ctrl-C: the server stops in order and closes everything.

    By default SIGTERM ends the process at once (status 143), and the newest changes would stay in SQLite's log files.
    """

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one does not interrupt the closing
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def is_asked_to_stop() -> bool:
    """Whether SIGTERM has come. Python drops an interrupt that is raised in a finaliser, so who waits for one asks this too."""
    return signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def _fit_to_serve(settings: Settings) -> Settings:
    for caution in cautions(settings):
        print(f"mediation: {caution}", file=sys.stderr, flush=True)
    refuse_unsafe(settings)
    refuse_without_room()
    return settings


def deliver(arguments: Namespace, settings: Settings) -> int:
    """Do the background work that is due and deliver letters, once. Refuses like `refuse_unsafe`: letters carry links."""
    refuse_unsafe(settings)
    with opened(settings) as installation:
        do_what_is_due(installation.database, WORKFLOWS)
        return commands.deliver(installation, limit=arguments.limit)


def draw(arguments: Namespace, settings: Settings) -> int:
    """Print a workflow as a Mermaid diagram. Refuses with `workflow-unknown`."""
    if arguments.code not in WORKFLOWS:
        raise NotFound("workflow-unknown", choices=", ".join(WORKFLOWS))
    print(mermaid(WORKFLOWS[arguments.code]), end="")
    return DONE
