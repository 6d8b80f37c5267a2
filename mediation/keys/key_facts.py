"""Single facts kept beside the keys: when the epoch began, and which seal is this installation's."""

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, inspect, select

metadata = MetaData()
_facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)


def fact(connection: Connection, name: str) -> str | None:
    """The fact called `name`; None if there is none, or the store is of a version that kept no facts."""
    if not inspect(connection).has_table(_facts.name):
        return None
    return connection.scalar(select(_facts.c.value).where(_facts.c.name == name))


def keep_fact(connection: Connection, name: str, value: str) -> None:
    """Keep a fact; it replaces what was kept under this name. Needs a writing transaction that runs alone."""
    connection.execute(delete(_facts).where(_facts.c.name == name))
    connection.execute(insert(_facts).values(name=name, value=value))
