"""One transition by django-fsm-2 on Django's models: load the case, ask the guards, lock by version, write the entry, commit."""

import json
import sys
from hashlib import sha256

import django
from django.conf import settings

DATABASE, CLIENTS = json.loads(sys.argv[1]), int(sys.argv[2])
settings.configure(DATABASES={"default": DATABASE}, INSTALLED_APPS=[], DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()

from django.db import connection, models, transaction  # noqa: E402 - once it is configured
from django_fsm import FSMField, transition  # noqa: E402
from turns import GUARDS, PARTIES, take_turns  # noqa: E402


class Case(models.Model):
    phase = FSMField(default="solutions", protected=False)
    version = models.IntegerField(default=0)
    head = models.CharField(max_length=64, default="")

    class Meta:
        app_label = "peer"

    def every_party_has(self, kind: str) -> bool:
        return set(PARTIES) <= self.marks[kind]

    @transition(phase, source="solutions", target="follow-up", conditions=[
        *(lambda case, kind=kind: case.every_party_has(kind) for kind in GUARDS)
    ])  # fmt: skip
    def begin_follow_up(self) -> None:
        """The move."""

    @transition(phase, source="follow-up", target="solutions")
    def return_to_solutions(self) -> None:
        """And back."""


class Mark(models.Model):
    case = models.ForeignKey(Case, models.CASCADE)
    who = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)

    class Meta:
        app_label = "peer"


class Entry(models.Model):
    case = models.ForeignKey(Case, models.CASCADE)
    position = models.IntegerField()
    act = models.CharField(max_length=40)
    hash = models.CharField(max_length=64)

    class Meta:
        app_label = "peer"


def move(number: int, act: str) -> None:
    """One transition, committed."""
    with transaction.atomic():
        case = Case.objects.get(pk=number)
        case.marks = {kind: set() for kind in GUARDS}
        for mark in Mark.objects.filter(case=case):
            case.marks[mark.kind].add(mark.who)
        getattr(case, act)()
        before = case.version
        case.version, case.head = before + 1, sha256(f"{case.head}{act}".encode()).hexdigest()
        changed = {"phase": case.phase, "version": case.version, "head": case.head}
        assert Case.objects.filter(pk=number, version=before).update(**changed) == 1
        Entry.objects.create(case=case, position=case.version, act=act, hash=case.head)


with connection.schema_editor() as editor:
    for one in (Case, Mark, Entry):
        editor.create_model(one)
for _ in range(CLIENTS):
    made = Case.objects.create()
    Mark.objects.bulk_create([Mark(case=made, who=who, kind=kind) for who in PARTIES for kind in GUARDS])
take_turns(move)
