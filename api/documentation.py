"""The OpenAPI document, and a page for people made of it: plain HTML that loads nothing from other servers."""

import json
from functools import lru_cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from api.http.content_policy import page_policy
from api.http.routes import public, router_for

router = router_for("", "documentation")

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem } pre { overflow-x: auto; background: #f4f4f4; padding: .5rem }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } pre { background: #222 } a { color: #9cf } }
.about { white-space: pre-line }
"""
_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ info.title }} {{ info.version }}: API</title>
<style>{{ style | safe }}</style>
<h1>{{ info.title }} {{ info.version }}</h1>
<p class="about">{{ info.description.strip() }}</p>
<p>For programs: <a href="/api/openapi.json">openapi.json</a></p>
<nav aria-label="Operations"><ul>
{% for one in operations %}
<li><a href="#{{ one.id }}"><code>{{ one.method }} {{ one.path }}</code></a></li>
{% endfor %}
</ul></nav>
<main>
{% for one in operations %}
<section id="{{ one.id }}" aria-labelledby="{{ one.id }}-name">
<h2 id="{{ one.id }}-name"><code>{{ one.method }} {{ one.path }}</code></h2>
<p>{{ one.description }}</p>
{% if one.parameters %}
<ul>
{% for parameter in one.parameters %}
<li><code>{{ parameter.name }}</code> ({{ parameter.in }}) {{ parameter.description }}</li>
{% endfor %}
</ul>
{% endif %}
{% if one.body %}
<h3>Request</h3>
<pre tabindex="0">{{ one.body | tojson(indent=2) }}</pre>
{% endif %}
<h3>Answers</h3>
<ul>
{% for status, answer in one.answers %}
<li>{{ status }} {{ answer }}</li>
{% endfor %}
</ul>
{% if one.example %}
<pre tabindex="0">{{ one.example | tojson(indent=2) }}</pre>
{% endif %}
</section>
{% endfor %}
</main>
</html>
"""
)


# Both are public, so each is made only once; and in a thread (`def`), for making it takes a second.


@router.get("/openapi.json", include_in_schema=False)
@public
def read_description(request: Request) -> Response:
    """The API for programs: the OpenAPI document."""
    return Response(_description(request.app), media_type="application/json")


@router.get("/docs", include_in_schema=False)
@public
def read_documentation(request: Request) -> HTMLResponse:
    """The API for people."""
    return HTMLResponse(_page(request.app), headers={"Content-Security-Policy": page_policy(style=_STYLE)})


@lru_cache(maxsize=1)
def _description(app: FastAPI) -> bytes:
    return json.dumps(app.openapi(), ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=1)
def _page(app: FastAPI) -> str:
    document = app.openapi()
    return _PAGE.render(info=document["info"], operations=_operations(document), style=_STYLE)


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


def _example(document: dict[str, Any], holder: dict[str, Any]) -> Any:
    for content in holder.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        examples = document["components"]["schemas"].get(name, {}).get("examples")
        if examples:
            return examples[0]
    return None
