"""Plays a story in a new installation, shows the result, and serves it until Ctrl-C."""

import shutil
import socket
import threading
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.commands import interrupted_by_sigterm, is_asked_to_stop
from api.serving import address_of, listen, server_of
from demo import breach, mixed_group, parents, smooth, supervision
from demo.cases import Played, play_cases
from demo.cast import MEDIATION, MIXED_GROUP, PARENTS, SUPERVISION, Cast
from demo.pages import Demonstration, demonstrated, newest_letter
from demo.smooth_words import PROVIDER
from demo.stage import Actor, Stage, StageClock, StoryBroken
from demo.supervision_words import PROVIDER as SUPERVISORS
from mediation.errors import BadSetup
from mediation.installation.commands import FAILED
from mediation.installation.installation import Installation, open_installation
from mediation.installation.starting import refuse_without_room
from mediation.letters.delivery import Delivered, deliver_due
from mediation.letters.post import post_for
from mediation.retention.run import run
from mediation.sealing.verification import verify_sealed
from mediation.settings import Settings
from mediation.words.fields import one_of

_SEALS = {MEDIATION.workflow: PROVIDER, SUPERVISION.workflow: SUPERVISORS}  # who provides it, by workflow


@dataclass(frozen=True)
class Told:
    """A story: it is played, the cases to try are played after it, and one can be those of its cast."""

    play: Callable[[Stage], str]
    play_cases: Callable[[Stage], list[Played]] = play_cases
    cast: Cast = MEDIATION
    waits: str | None = None  # what is shown of the played case itself, if anything


STORIES: dict[str, Told] = {
    "smooth": Told(smooth.play, waits="closed"),
    "breach": Told(breach.play),
    "supervision": Told(supervision.play, supervision.play_cases, SUPERVISION, "supervised"),
    "parents": Told(parents.play, parents.play_cases, PARENTS, "guided"),
    "mixed-group": Told(mixed_group.play, mixed_group.play_cases, MIXED_GROUP, "shared"),
}


def demo(arguments: Namespace, settings: Settings) -> int:
    """Play a story in an installation of its own. Refuses with `choice-unknown` and like `play_demo`."""
    story = one_of(arguments.story, tuple(STORIES), "story")
    with suppress(KeyboardInterrupt), interrupted_by_sigterm():
        return play_demo(settings.home / "demo", port=arguments.port, story=story, serve=not arguments.no_serve)
    return FAILED  # stopped while it played


def play_demo(home: Path, *, port: int, story: str, serve: bool) -> int:
    """Play `story` in a new installation under `home`, which replaces an earlier demonstration there.

    Returns the exit status: 0 only if everything held. Refuses with `demo-home-strange` a folder that is no demonstration's,
    with `address-unusable` and like `refuse_without_room`.
    """
    refuse_without_room()
    with listen("127.0.0.1", port) as listener:  # before anything is deleted: another demonstration may be running
        _make_room(home)
        clock, address = StageClock(), address_of(listener)
        seal_name = _SEALS[STORIES[story].cast.workflow]
        numbers = count(1)  # of the cases, the same in every demonstration
        installation = open_installation(
            Settings.under(home, {"base_url": address, "demonstration": True, "seal_name": seal_name}),
            clock=clock,
            draw=lambda bound: next(numbers) % bound,
        )
        try:
            went = list[Delivered]()
            connect, post = partial(_client, address), partial(_post, installation, went)
            letter = partial(newest_letter, home / "letters")
            stage = Stage(installation, clock, connect, print, post, newest_letter=letter)
            with _serving(create_app(installation), listener.dup()):
                shown = _played(stage, STORIES[story], home, went)
            for actor in stage.actors.values():
                actor.client.close()
            if serve and shown:
                run(
                    installation.database
                )  # the story's days were skipped: else its background job would doubt the clock
                clock.start()
                with _serving(demonstrated(installation, shown), listener):
                    _keep_open(stage, address)
        finally:
            installation.close()
    return 0 if shown else 1


def _make_room(home: Path) -> None:
    # Only what an earlier demonstration made is ever deleted.
    mark = home / "demonstration"
    if home.exists() and any(home.iterdir()) and not mark.exists():
        raise BadSetup("demo-home-strange", path=str(home))
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    mark.touch()


def _client(address: str, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=address, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"}, timeout=60
    )


@contextmanager
def _serving(app: FastAPI, listener: socket.socket) -> Iterator[None]:
    server = server_of(app, *listener.getsockname())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=20)


def _played(stage: Stage, story: Told, home: Path, went: Sequence[Delivered]) -> Demonstration | None:
    """The story, and then the cases to try; what there is to show, or None where something did not hold."""
    try:
        number = story.play(stage)
        print("\nWhat came of it")
        mediator = stage.actors[story.cast.people[story.cast.leads]]
        held = [_sealed_holds(stage, mediator, number, home), _record_holds(mediator, number)]
        closed = [Played(number, story.waits)] if story.waits else []
        cases = [*closed, *story.play_cases(replace(stage, tell=lambda line: None))]
        print(f"  more cases to try: {len(cases)}")
    except StoryBroken as broken:
        print(f"\nThe story broke off: {broken}")
        return None
    stage.let_letters_go()
    held.append(_letters_went(went, home))
    return Demonstration(stage.actors, cases, home / "letters", story.cast) if all(held) else None


def _sealed_holds(stage: Stage, mediator: Actor, number: str, home: Path) -> bool:
    agreement = mediator.get(f"/api/cases/{number}/agreement")
    sealed = next(one for one in agreement["documents"] if one["kind"] == "sealed")
    file = home / f"case-{number}-{sealed['name']}"
    file.write_bytes(mediator.fetch(f"/api/cases/{number}/documents/{sealed['id']}"))
    report = verify_sealed(file.read_bytes(), stage.installation.seal_key.certificate_pem)
    print(f"  sealed agreement: {file}")
    print(f"  its seal, its signatures and every file in it: {'hold' if report.ok else report.findings}")
    return report.ok


def _record_holds(mediator: Actor, number: str) -> bool:
    verdict = mediator.get(f"/api/cases/{number}/record")
    print(
        f"  the record of the case: {verdict['entries']} entries, {'it holds' if verdict['holds'] else verdict['why']}"
    )
    return bool(verdict["holds"])


def _post(installation: Installation, went: list[Delivered]) -> None:
    settings = installation.settings
    went.append(deliver_due(installation.database, post_for(settings), settings, limit=10_000))


def _letters_went(went: Sequence[Delivered], home: Path) -> bool:
    failed = sum(one.failed + one.given_up for one in went)
    print(f"  letters: {sum(one.count for one in went)} delivered to {home / 'letters'}, {failed} failed")
    return failed == 0


def _keep_open(stage: Stage, address: str) -> None:
    try:  # it may be stopped as soon as this is printed
        print(f"\nOpen {address}/demo and be each of them, until Ctrl-C.")
        print(f"For programs: the API is described at {address}/api/docs. A token goes as `Authorization: Bearer …`.")
        for actor in stage.actors.values():
            print(f"  {actor.called}: {actor.client.headers['Authorization'].removeprefix('Bearer ')}")
        while not is_asked_to_stop():
            time.sleep(1)
    except KeyboardInterrupt:
        print("\nClosed.")
