"""The demonstration's own pages: be one of its people with one press, and read every letter as its recipient would."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, Query, Request, Response

from api.app import create_app
from api.http.dependencies import Reading, Writing
from api.http.pages import page
from api.http.routes import public, router_for
from api.http.security import OwnPages, keep_session, session_key
from api.pages.answers import own_path, see_other
from demo.cases import Played
from demo.cast import MEDIATION, Cast
from demo.stage import Actor, StoryBroken
from mediation.errors import NotFound
from mediation.installation.installation import Installation
from mediation.letters.post import post_for
from mediation.people.sign_in import end_previous, open_session
from mediation.reading.lists import list_cases
from mediation.store.models import Person
from workflows import WORKFLOWS

LETTERS = 60  # on a page
_LINK = re.compile(r"(https?://[^\s<>]+[^\s<>.,)])")

router = router_for("/demo", "demonstration")


@dataclass(frozen=True)
class Demonstration:
    """What there is to show: the people of the stories, the cases to try, and the folder with the letters."""

    actors: Mapping[str, Actor]
    cases: Sequence[Played]
    letters: Path
    cast: Cast = MEDIATION

    def actor(self, who: str) -> Actor:
        """Somebody by the word for them. Refuses with `address-unknown` a word for nobody."""
        if who not in self.cast.people:
            raise NotFound("address-unknown")
        return self.actors[self.cast.people[who]]

    def name(self, who: str) -> str:
        """The whole name of somebody by the word for them."""
        return self.actor(who).called


@dataclass(frozen=True)
class ReadLetter:
    """A letter as its recipient reads it: its words in pieces, every second of which is a link; and its attachments."""

    name: str
    to: str
    subject: str
    language: str
    at: datetime
    paragraphs: Sequence[Sequence[str]]
    attachments: Sequence[str]


def demonstrated(installation: Installation, shown: Demonstration) -> FastAPI:
    """The application with the pages of the demonstration; it delivers letters, and does what falls due."""
    app = create_app(installation, post_for(installation.settings))
    app.state.demonstration = shown
    app.include_router(router)
    return app


def shown_by(request: Request) -> Demonstration:
    """What the application of a request shows."""
    shown: Demonstration = request.app.state.demonstration
    return shown


@router.get("", include_in_schema=False)
@public
def start(request: Request, db: Reading) -> Response:
    """Whom one can be, and the cases to try."""
    shown = shown_by(request)
    cast = shown.cast
    phases = {one.number: one.phase for one in list_cases(db, WORKFLOWS, shown.actor(cast.leads).person)}
    people = [(who, shown.name(who)) for who in cast.people]
    cases = [(one, phases.get(one.number), cast.at[one.waits]) for one in reversed(shown.cases)]
    return page(request, "demo/start", people=people, names=dict(people), cases=cases, cast=cast)


@router.post("/people/{who}", include_in_schema=False)
@public
def be(
    who: str, request: Request, db: Writing, _: OwnPages, to: Annotated[str, Form(max_length=200)] = "/"
) -> Response:
    """Be somebody from now on: a session like one that a letter's link opens."""
    actor = shown_by(request).actor(who)
    if before := session_key(request):
        end_previous(db, before)
    person = db.get_one(Person, actor.person)
    opened = open_session(db, person, "email", request.headers.get("user-agent", ""))
    response = see_other(own_path(to))
    keep_session(request, response, opened.secret)
    return response


@router.get("/letters", include_in_schema=False)
@public
def letters(request: Request, to: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The newest letters, of everybody or to one of them."""
    shown = shown_by(request)
    known = {f"{who}@example.org": shown.name(who) for who in shown.cast.people}
    found = [one for one in letters_in(shown.letters) if not to or one.to == to]
    return page(request, "demo/letters", letters=found[:LETTERS], known=known, to=to)


@router.get("/letters/{name}/{number}", include_in_schema=False)
@public
def attachment(name: str, number: int, request: Request) -> Response:
    """A file that came with a letter."""
    files = {one.stem: one for one in shown_by(request).letters.glob("*.eml")}
    parts = list(_message(files[name]).iter_attachments()) if name in files else []
    if not 0 <= number < len(parts):
        raise NotFound("address-unknown")
    part = parts[number]
    headers = {"Content-Disposition": f'attachment; filename="{part.get_filename("file")}"'}
    return Response(part.get_payload(decode=True), media_type=part.get_content_type(), headers=headers)


def letters_in(folder: Path) -> list[ReadLetter]:
    """The letters that were delivered into a folder, the newest first."""
    read = [_as_read(file) for file in folder.glob("*.eml")]
    return sorted(read, key=lambda one: (one.at, one.name), reverse=True)


def newest_letter(folder: Path, to: str, holding: str) -> str:
    """The newest letter to an address that holds these words, among those that were delivered into a folder."""
    letters = (
        "\n\n".join("".join(one) for one in letter.paragraphs) for letter in letters_in(folder) if letter.to == to
    )
    found = next((one for one in letters if holding in one), None)
    if found is None:
        raise StoryBroken(f"no letter to {to} that holds {holding}")
    return found


def _message(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


def _as_read(file: Path) -> ReadLetter:
    """A letter as a mail program shows it: lines that end in a space go on (format=flowed, RFC 3676)."""
    mail = _message(file)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    paragraphs = [one.replace(" \n", " ").strip("\n") for one in re.split(r"\n{2,}", text)]
    return ReadLetter(
        file.stem,
        str(mail["To"]),
        str(mail["Subject"]),
        str(mail["Content-Language"] or (body and body["Content-Language"]) or "fi"),
        mail["Date"].datetime,
        [_LINK.split(one) for one in paragraphs if one],
        [one.get_filename("file") for one in mail.iter_attachments()],
    )
