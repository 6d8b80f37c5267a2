"""Examples of bodies and answers in the OpenAPI document."""

from typing import Any

from pydantic import ConfigDict


def example(**fields: Any) -> ConfigDict:
    """The `model_config` of a model whose OpenAPI example has these fields."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
