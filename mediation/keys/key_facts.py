"""Facts that the key store keeps beside its keys: when its epoch began, and which seal is this installation's."""

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, inspect, select

metadata = MetaData()
_facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)


def fact(connection: Connection, name: str) -> str | None:
    """What the store says of `name`; None where it says nothing, or is of a version that kept no facts."""
    if not inspect(connection).has_table(_facts.name):
        return None
    return connection.scalar(select(_facts.c.value).where(_facts.c.name == name))


def keep_fact(connection: Connection, name: str, value: str) -> None:
    """Keep one fact in the place of what was said of it before. Part of a writing transaction that nobody shares."""
    connection.execute(delete(_facts).where(_facts.c.name == name))
    connection.execute(insert(_facts).values(name=name, value=value))
