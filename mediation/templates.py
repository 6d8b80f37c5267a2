"""The folder of the templates: beside the packages, in a checkout as in an installed wheel."""

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
