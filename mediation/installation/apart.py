"""Whether the content database and the key store are two databases, however their addresses are written."""

from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, Engine, text

from mediation.errors import BadSetup

# Which server (no two were started in the same microsecond), and which of its databases.
_WHERE = text("SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()")


def refuse_one_database(content: Engine, keys: Engine) -> None:
    """See that keys do not lie beside what they open: destroying one would destroy it nowhere.

    Of SQLite the files are compared, of PostgreSQL what the servers say of themselves: another spelling, another user or a
    pooler between makes no difference. Connects to PostgreSQL alone. Refuses with `keys-beside-content`.
    """
    backends = {content.dialect.name, keys.dialect.name}
    if (backends == {"sqlite"} and _one_file(content.url, keys.url)) or (
        backends == {"postgresql"} and _asked(content) == _asked(keys)
    ):
        raise BadSetup("keys-beside-content", address=keys.url.render_as_string())


def _asked(engine: Engine) -> tuple[object, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(_WHERE).one())


def _one_file(one: URL, other: URL) -> bool:
    first, second = _file(one), _file(other)
    if first.exists() and second.exists():
        return first.samefile(second)  # also by a second name of the same file
    return first.resolve() == second.resolve()


def _file(url: URL) -> Path:
    name = url.database or ""
    if name.startswith("file:"):  # as SQLite itself writes addresses: file:PATH?…
        name = unquote(name.removeprefix("file:").partition("?")[0])
    return Path(name)
