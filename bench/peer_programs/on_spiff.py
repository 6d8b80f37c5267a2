"""One transition by SpiffWorkflow: load the instance, ask the guards, run the task, lock by version, write the entry, commit."""

import json
import sqlite3
import sys
import threading
from contextlib import contextmanager
from hashlib import sha256

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.task import TaskState
from turns import GUARDS, PARTIES, take_turns

WHERE, CLIENTS = json.loads(sys.argv[1]), int(sys.argv[2])
MODEL = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="peer">
<process id="mediation" isExecutable="true">
<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="join"/>
<exclusiveGateway id="join"/><sequenceFlow id="b" sourceRef="join" targetRef="solutions"/>
<manualTask id="solutions"/><sequenceFlow id="c" sourceRef="solutions" targetRef="ask"/>
<exclusiveGateway id="ask" default="not"/>
<sequenceFlow id="yes" sourceRef="ask" targetRef="followed"><conditionExpression>{guards}</conditionExpression></sequenceFlow>
<sequenceFlow id="not" sourceRef="ask" targetRef="join"/>
<manualTask id="followed"/><sequenceFlow id="d" sourceRef="followed" targetRef="back"/>
<exclusiveGateway id="back" default="again"/><sequenceFlow id="again" sourceRef="back" targetRef="join"/>
<sequenceFlow id="end" sourceRef="back" targetRef="over"><conditionExpression>over</conditionExpression></sequenceFlow>
<endEvent id="over"/>
</process></definitions>""".format(guards=" and ".join(f"g{number}" for number, _ in enumerate(GUARDS)))
TABLES = (
    "CREATE TABLE cases (id INTEGER PRIMARY KEY, version INTEGER, head TEXT, state TEXT)",
    "CREATE TABLE marks (case_id INTEGER, who TEXT, kind TEXT)",
    "CREATE INDEX marks_of_case ON marks (case_id)",
    "CREATE TABLE entries (case_id INTEGER, position INTEGER, act TEXT, hash TEXT, PRIMARY KEY (case_id, position))",
)
SERIALIZER = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
HELD = threading.local()


def connect():
    """A connection of this thread, which commits by itself outside `transaction`."""
    if not hasattr(HELD, "connection"):
        if WHERE["driver"] == "sqlite":
            HELD.connection = sqlite3.connect(WHERE["name"], isolation_level=None, timeout=60)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                HELD.connection.execute(f"PRAGMA {pragma}")
        else:
            import psycopg  # noqa: PLC0415 - only where it is asked for

            HELD.connection = psycopg.connect(WHERE["name"], autocommit=True)
    return HELD.connection


def say(sql, *given):
    """A statement in the manner of this driver."""
    return connect().execute(sql if WHERE["driver"] == "sqlite" else sql.replace("?", "%s"), given)


@contextmanager
def transaction():
    """BEGIN and COMMIT."""
    say("BEGIN IMMEDIATE" if WHERE["driver"] == "sqlite" else "BEGIN")
    yield
    say("COMMIT")


def new_state():
    """A new instance, at the first task."""
    parser = BpmnParser()
    parser.add_bpmn_str(MODEL.encode())
    workflow = BpmnWorkflow(parser.get_spec("mediation"))
    workflow.do_engine_steps()
    return SERIALIZER.serialize_json(workflow)


START = new_state()


def move(number, act):
    """One transition, committed."""
    with transaction():
        version, head, state = say("SELECT version, head, state FROM cases WHERE id = ?", number).fetchone()
        marks = {(who, kind) for who, kind in say("SELECT who, kind FROM marks WHERE case_id = ?", number)}
        workflow = SERIALIZER.deserialize_json(state)
        [task] = workflow.get_tasks(state=TaskState.READY, manual=True)
        task.data = {f"g{at}": all((who, kind) in marks for who in PARTIES) for at, kind in enumerate(GUARDS)}
        task.data["over"] = False
        task.run()
        workflow.do_engine_steps()
        [ready] = workflow.get_tasks(state=TaskState.READY, manual=True)
        assert ready.task_spec.name == ("followed" if act == "begin_follow_up" else "solutions")
        # It keeps all that was ever done: whoever comes back begins an instance anew, so that it stays as short as it is.
        state = SERIALIZER.serialize_json(workflow) if act == "begin_follow_up" else START
        head = sha256(f"{head}{act}".encode()).hexdigest()
        given = version + 1, head, state, number, version
        assert (
            say("UPDATE cases SET version = ?, head = ?, state = ? WHERE id = ? AND version = ?", *given).rowcount == 1
        )
        say("INSERT INTO entries VALUES (?, ?, ?, ?)", number, version + 1, act, head)


for table in TABLES:
    say(table)
for case in range(1, CLIENTS + 1):
    say("INSERT INTO cases VALUES (?, 0, '', ?)", case, new_state())
    for who in PARTIES:
        for kind in GUARDS:
            say("INSERT INTO marks VALUES (?, ?, ?)", case, who, kind)
take_turns(move)
