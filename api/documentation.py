"""The OpenAPI document, and a page for people made of it: plain HTML that loads nothing from other servers."""

import json
from functools import lru_cache
from typing import Any

from fastapi import FastAPI, Request, Response

from api.http.packed import same_for_all
from api.http.pages import PAGE_HEADERS, rendered
from api.http.routes import public, router_for

router = router_for("", "documentation")

# Both are public, so each is made only once; and in a thread (`def`), because making it takes a second.


@router.get("/openapi.json", include_in_schema=False)
@public
def read_description(request: Request) -> Response:
    """The API for programs: the OpenAPI document."""
    return same_for_all(request, _description(request.app), "application/json")


@router.get("/docs", include_in_schema=False)
@public
def read_documentation(request: Request) -> Response:
    """The API for people."""
    return same_for_all(request, _page(request.app), "text/html", PAGE_HEADERS)


@lru_cache(maxsize=1)
def _page(app: FastAPI) -> bytes:
    document = app.openapi()
    return rendered("documentation", info=document["info"], operations=_operations(document)).encode()


@lru_cache(maxsize=1)
def _description(app: FastAPI) -> bytes:
    return json.dumps(app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "description": operation.get("description", ""),
            "parameters": operation.get("parameters", []),
            "body": _example(document, operation.get("requestBody", {})),
            "answers": [(status, answer["description"]) for status, answer in operation["responses"].items()],
            "example": next(
                (_example(document, answer) for status, answer in operation["responses"].items() if status < "300"),
                None,
            ),
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _example(document: dict[str, Any], node: dict[str, Any]) -> Any:
    for content in node.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        examples = document["components"]["schemas"].get(name, {}).get("examples")
        if examples:
            return examples[0]
    return None
