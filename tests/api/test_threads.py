"""Of one request everything is done in one thread, but where it waits for what takes long."""

from inspect import iscoroutinefunction, unwrap
from threading import current_thread

from sqlalchemy import event

from api.app import PAGES, ROUTERS
from api.http.routes import Route
from tests.houses import House
from tests.world import case_at

# What is made one at a time, or received in parts, before a transaction is open.
IN_STEPS = {
    "attach_scan",
    "draft",
    "print_agreed_text",
    "print_draft",
    "print_letter",
    "read_closing_report",
    "send",
    "sign",
}


def test_a_request_asks_the_database_from_one_thread_of_its_kind(sqlite_house: House) -> None:
    room = case_at(sqlite_house, "opening")
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(current_thread().name.partition("_")[0] + str(current_thread().ident))

    tag = room.meri.asks("GET transitions").headers["etag"]
    event.listen(sqlite_house.installation.database.engine, "before_cursor_execute", note)
    for kind, act, given in (
        ("reading", "GET ", {}),  # and notes what was read
        ("reading", "GET transitions", {}),
        ("writing", "POST transitions", {"json": {"transition": "define-problem"}, "headers": {"If-Match": tag}}),
    ):
        asked.clear()
        method, _, path = act.partition(" ")
        answer = room.client("Meri").request(method, room.path(path), **given)
        assert answer.status_code == 200, answer.text
        assert len(asked) >= 3
        assert len(set(asked)) == 1
        assert asked[0].startswith(kind)


def test_every_route_is_done_in_one_thread_but_those_that_wait_for_something_slow() -> None:
    routes = [one for router in (*ROUTERS, *PAGES) for one in router.routes if isinstance(one, Route)]
    in_steps = {one.name for one in routes if not one.is_whole and not iscoroutinefunction(unwrap(one.endpoint))}
    assert in_steps == IN_STEPS
