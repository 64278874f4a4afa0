"""The few signs that lesson texts know, written out as safe HTML.

An empty line parts paragraphs; `## ` begins a heading, `- ` a point of a list, `1. ` a step; `**so**` is strong.
Everything else is text: whatever looks like HTML is shown as it was typed.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_STEP = re.compile(r"\d{1,2}[.、]\s*")


def render(text: str) -> SafeString:
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return mark_safe("\n".join(_block(block.strip("\n")) for block in blocks if block.strip()))  # noqa: S308  escaped


def _block(block: str) -> str:
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    if lines[0].startswith("## "):
        rest = f"\n{_block(chr(10).join(lines[1:]))}" if lines[1:] else ""
        return f"<h2>{_inline(lines[0][3:])}</h2>{rest}"
    if all(line.startswith("- ") for line in lines):
        return _list("ul", [line[2:] for line in lines])
    if all(_STEP.match(line) for line in lines):
        return _list("ol", [_STEP.sub("", line, count=1) for line in lines])
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _list(tag: str, items: list[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</{tag}>"


def _inline(text: str) -> str:
    return _STRONG.sub(r"<strong>\1</strong>", str(escape(text)))
