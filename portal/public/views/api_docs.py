"""The API for people to read: a page made from the same description that programs get at /api/schema/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator

from portal.core.access import public

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is the path to it, such as `events[].number`; `limits` is what the description says of its values."""

    name: str
    type: str
    required: bool
    limits: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    open: bool  # to anybody, without signing in
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]


@public("the description of the API holds no data and lets developers start")
def api_docs(request):
    return render(request, "public/api_docs.html", {"operations": operations()})


@lru_cache(maxsize=1)
def operations() -> tuple[Operation, ...]:
    """All operations of the API. Made once a process: the description changes only with the program."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return tuple(
        _operation(path, method, ops[method], schema)
        for path, ops in schema["paths"].items()
        for method in METHODS
        if method in ops
    )


def _operation(path: str, method: str, op: dict[str, Any], schema: dict[str, Any]) -> Operation:
    parameters = tuple(
        Field(p["name"], _type(p["schema"]), p.get("required", False), _limits(p["schema"]), p.get("description", ""))
        for p in op.get("parameters", ())
    )
    answers = tuple(
        Answer(status, answer.get("description", ""), _fields_of(answer, schema) if status.startswith("2") else ())
        for status, answer in op["responses"].items()
    )
    return Operation(
        anchor=op["operationId"],
        method=method.upper(),
        path=path,
        summary=op.get("summary", "") or op["operationId"],
        description=op.get("description", ""),
        open={} in op.get("security", [{}]),
        parameters=parameters,
        body=_fields_of(op.get("requestBody", {}), schema),
        answers=answers,
    )


def _fields_of(part: dict[str, Any], schema: dict[str, Any]) -> tuple[Field, ...]:
    for kind in part.get("content", {}).values():
        return tuple(_fields(kind.get("schema", {}), schema, "", 0))
    return ()


def _fields(node: dict[str, Any], schema: dict[str, Any], path: str, depth: int) -> Iterator[Field]:
    """The fields of an object and of the objects inside it, each under its path."""
    node = _resolved(node, schema)
    if node.get("type") == "array":
        yield from _fields(node.get("items", {}), schema, f"{path}[]", depth)
        return
    for name, inner in node.get("properties", {}).items():
        inner, label = _resolved(inner, schema), f"{path}.{name}" if path else name
        required = name in node.get("required", ())
        yield Field(label, _type(inner), required, _limits(inner), inner.get("description", ""))
        if depth < DEEPEST:
            yield from _fields(inner, schema, label, depth + 1)


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference names; of "this or null" the former."""
    if "$ref" in node:
        node = schema["components"]["schemas"][node["$ref"].rpartition("/")[2]]
    choices = [c for c in node.get("oneOf", node.get("anyOf", ())) if c.get("type") != "null"]
    if not choices:
        return node
    rest = {k: v for k, v in node.items() if k not in ("oneOf", "anyOf")}
    return _resolved(choices[0], schema) | rest | {"nullable": True}


def _type(node: dict[str, Any]) -> str:
    kinds = node.get("type", "object")
    kinds = list(kinds) if isinstance(kinds, list) else [kinds]
    if node.get("format"):
        kinds[0] = node["format"]
    if node.get("nullable") and "null" not in kinds:
        kinds.append("null")
    return " | ".join(kinds)


def _limits(node: dict[str, Any]) -> str:
    said = []
    if "enum" in node:
        said.append(" ".join(str(value) for value in node["enum"]))
    for low, high, unit in (
        ("minItems", "maxItems", " items"), ("minLength", "maxLength", " characters"), ("minimum", "maximum", "")
    ):  # fmt: skip
        if low in node and high in node:
            said.append(f"{node[low]} to {node[high]}{unit}")
        elif low in node or high in node:
            said.append(f"at least {node[low]}{unit}" if low in node else f"at most {node[high]}{unit}")
    said += [f"e.g. {example}" for example in node.get("examples", ())[:1]]
    return ", ".join(said)
