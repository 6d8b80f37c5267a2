"""The templates that a workflow has of its own: they come before the product's of the same name."""

from functools import cache
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from mediation.words.workflow_words import own_folder


def own_templates(environment: Environment, room: str, language: str) -> Environment:
    """The same environment, in which the templates of `room` that the workflow of a language has come before the product's."""
    folder = own_folder(language)
    return environment if folder is None else _overlaid(environment, folder / room)


@cache
def _overlaid(environment: Environment, folder: Path) -> Environment:
    assert environment.loader is not None
    return environment.overlay(loader=ChoiceLoader([FileSystemLoader(folder), environment.loader]))
