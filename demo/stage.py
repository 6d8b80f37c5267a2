"""The stage of a story: people who use the HTTP API, each with a token, at times that the story sets."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import select

from mediation.installation.due import do_what_is_due
from mediation.installation.installation import Installation
from mediation.letters.waiting import QUARTER, UNSENT
from mediation.people.directory import add_organisation, add_person, give_office, make_token
from mediation.retention.run import run
from mediation.store.models import Letter
from workflows import WORKFLOWS

Json = dict[str, Any]


class StoryBroken(Exception):
    """Something did not happen as in the story."""


@dataclass
class StageClock:
    """The installation's clock: while a story is played it shows the time that the story has set, then it goes on from there."""

    at: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    started: float | None = None

    def __call__(self) -> datetime:
        return self.at if self.started is None else self.at + timedelta(seconds=monotonic() - self.started)

    def start(self) -> None:
        """Go from now on, second by second."""
        self.started = monotonic()


@dataclass
class Actor:
    """One person of the story, with a client of the API: `name` is what the story calls them, `called` their whole name."""

    name: str
    person: str
    client: httpx.Client
    called: str

    def get(self, path: str, **query: Any) -> Any:
        """Read something, as JSON."""
        return self._asked(self.client.get(path, params=query)).json()

    def fetch(self, path: str) -> bytes:
        """Read a file."""
        return self._asked(self.client.get(path)).content

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Json:
        """Do something; the answer as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Json = _json(self._asked(self.client.post(path, json=body if body is not None else {}, headers=named)))
        return answer

    def put(self, path: str, body: Mapping[str, Any], **headers: str) -> Json:
        """Put something in its place."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Json = _json(self._asked(self.client.put(path, json=body, headers=named)))
        return answer

    def _asked(self, response: httpx.Response) -> httpx.Response:
        if response.is_error:
            raise StoryBroken(f"{self.name}: {response.request.method} {response.request.url.path}: {response.text}")
        return response


def _json(response: httpx.Response) -> Json:
    return response.json() if response.content else {}


def _no_letter(to: str, holding: str) -> str:
    raise StoryBroken(f"nobody reads the letters to {to} here")


@dataclass
class Stage:
    """Where stories are played: an installation, its clock, `connect` (a client for a token), and `tell`, which prints.

    `post` delivers the letters that are due, before time goes on; `newest_letter` reads the one to an address that holds some
    words. The days of a story come `weeks` later than they are written. Who is in several stories is the same person in all.
    `marks` are for tests: see `Story.marked`.
    """

    installation: Installation
    clock: StageClock
    connect: Callable[[str], httpx.Client]
    tell: Callable[[str], None] = lambda line: None
    post: Callable[[], None] = lambda: None
    newest_letter: Callable[[str, str], str] = _no_letter
    weeks: int = 0
    marks: bool = False
    actors: dict[str, Actor] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)

    def organisation(self, name: str) -> str:
        """An organisation of the story, by its id."""
        if name not in self.organisations:
            with self.installation.database.writing() as db:
                self.organisations[name] = add_organisation(db, name).id
        return self.organisations[name]

    def person(
        self,
        name: str,
        *,
        called: str = "",
        organisation: str | None = None,
        office: str | None = None,
        language: str = "fi",
        email: str | None = None,
    ) -> Actor:
        """Somebody with a token, and with an office where one is named; who was added before is the same person."""
        if name in self.actors:
            return self.actors[name]
        with self.installation.database.writing() as db:
            person = add_person(db, called or name, language, email)
            if office and organisation:
                give_office(db, person, organisation, office)
            token = make_token(db, person.id, None)
            actor = Actor(name, person.id, self.connect(token), called or name)
        self.actors[name] = actor
        return actor

    def anybody(self, called: str) -> Actor:
        """Somebody without an account, whom nobody here knows yet."""
        client = self.connect("")
        client.headers.pop("Authorization", None)
        return Actor("anybody", "", client, called)

    def at(self, moment: str) -> None:
        """Set the clock to a moment in the workplace's time zone: `2027-01-28 09:00`."""
        local = self.local(moment)
        self.post()
        if self.clock.at + QUARTER < local:
            self.let_letters_go()
        for due_at in self._due_before(local):
            self.clock.at = due_at
            self.post()
        if local.date() != self.clock.at.astimezone(self.installation.settings.zone).date():
            self.tell(f"\n{local:%Y-%m-%d}")
        self.clock.at = local.astimezone(UTC)

    def _due_before(self, moment: datetime) -> Iterator[datetime]:
        """The moments before `moment` at which a letter is due, such as a reminder, in their order."""
        with self.installation.database.reading() as db:
            waiting = *UNSENT, Letter.gave_up_at.is_(None), Letter.good_until.is_(None), Letter.attempts == 0
            ahead = Letter.due_at > self.clock.at, Letter.due_at < moment.astimezone(UTC)
            due = db.scalars(select(Letter.due_at).where(*waiting, *ahead).distinct().order_by(Letter.due_at)).all()
        yield from due

    def let_it_fall_due(self) -> None:
        """What falls due by itself is done, such as telling a billing period that has closed."""
        run(self.installation.database)  # the days of a story were skipped, which is how a clock that jumped looks
        do_what_is_due(self.installation.database, WORKFLOWS, whole=False)

    def let_letters_go(self) -> None:
        """Let a quarter of an hour pass, after which all is posted that was written before."""
        self.post()
        self.clock.at += QUARTER
        self.post()

    def local(self, moment: str) -> datetime:
        """A moment in the workplace's time zone, written `2027-01-28 09:00`."""
        later = datetime.fromisoformat(moment) + timedelta(weeks=self.weeks)
        return later.replace(tzinfo=self.installation.settings.zone)

    def written(self, moment: str) -> str:
        """A moment with an offset as a story writes it: in local time, and without the weeks by which it comes later."""
        local = datetime.fromisoformat(moment).astimezone(self.installation.settings.zone)
        return (local.replace(tzinfo=None) - timedelta(weeks=self.weeks)).isoformat(" ", "minutes")

    def shifted(self, moment: str | None, *, days: int = 0, minutes: int = 0) -> str:
        """A moment with an offset, or now, some days later at the same local time, as the API takes it."""
        at = datetime.fromisoformat(moment) if moment else self.clock.at
        return (at.astimezone(self.installation.settings.zone) + timedelta(days=days, minutes=minutes)).isoformat()

    def day(self, written: str | None) -> str | None:
        """A day of the story, written `2027-01-28`, where there is one."""
        return (date.fromisoformat(written) + timedelta(weeks=self.weeks)).isoformat() if written else None

    def missing(self, mediator: Actor, case: str, transition: str) -> list[str]:
        """Print the unmet guards of a transition; returns their codes."""
        found = mediator.get(f"/api/cases/{case}/transitions")
        one = next(move for move in found["transitions"] if move["transition"] == transition)
        for unmet in one["unmet"]:
            self.tell(f"  before {transition!r}: {unmet['explanation']}")
        return [unmet["guard"] for unmet in one["unmet"]]

    def advance(self, mediator: Actor, case: str, transition: str) -> None:
        """Take the case through a transition."""
        path = f"/api/cases/{case}/transitions"
        read = mediator.client.get(path)
        moved = mediator.post(path, {"transition": transition}, If_Match=read.headers["ETag"])
        self.tell(f"  → {transition}: the case is now in {moved['phase']!r}")

    def end_of_day(self, commissioner: Actor, case: str, status: str, outcome: str | None = None) -> None:
        """Check that the commissioner sees what the story says, and print it."""
        seen = commissioner.get(f"/api/statuses/{case}")
        if (seen["status"], seen["outcome"]) != (status, outcome):
            raise StoryBroken(
                f"the commissioner sees {seen['status']!r}, {seen['outcome']!r} instead of {status!r}, {outcome!r}"
            )
        self.tell(f"  the commissioner sees: {status}{f' – {outcome}' if outcome else ''}")
