"""Every write answers: a view that leads on after a form says what was done, or leads to a page that shows it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEADS_ON = {"redirect", "HttpResponseRedirect", "SeeOther", "_back", "_here"}
TELLERS = {"messages", "message_user"}
READERS = {"require_GET", "require_safe"}

# Views that lead on without a word, and why nobody is left wondering.
QUIET = {
    "logistics/desk/api/places.py:choose_station": "the head of every work page names the station one is at",
    "logistics/desk/views/collect.py:collect_page": "leads to the page of the parcel just made, with its number",
    "logistics/desk/views/plain_acts.py:plain_act": "a scanned QR code leads to its handover; nothing is written",
    "logistics/parcels/admin/callers.py:callers_page": "leads to the list that was found, under the number asked for",
    "logistics/licensing/views/home.py:begin": "leads to the form just begun, which says that it keeps what is typed",
    "members/access/admin/bulk.py:plan_view": "leads to the page that shows the plan as chosen",
    "members/access/admin_base/scoped.py:history_view": "leads to the history in the audit",
    "members/access/officials.py:login": "leads to the one login page",
    "members/access/officials.py:logout": "leads to the logout of the account pages, which says so",
    "members/access/officials.py:password_change": "leads to the one page for it",
    "portal/core/middleware.py:page_above": "a form's address opened by hand; nothing is written",
    "portal/core/views.py:reading_setting": "the page itself changes",
    "portal/public/views/opened.py:confirm_code": "leads to the parcel that the code opened",
    "portal/public/views/opened.py:request_code": "leads to the page that says where the code went",
    "portal/public/views/track.py:answer_digits": "leads to what the digits opened; nothing is written",
    "portal/public/views/track.py:_sent_on": "a lookup; nothing is written",
    "portal/public/views/track.py:_to_one": "a lookup; nothing is written",
}


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} | {
        part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)
    }


def _called(node: ast.AST) -> set[str]:
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}


def silent(source: str) -> list[str]:
    """The functions with a request that lead on without telling anything, themselves or by a function beside them."""
    functions = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}

    def tells(name: str, seen: frozenset[str] = frozenset()) -> bool:
        node = functions[name]
        beside = (_called(node) & functions.keys()) - seen - {name}
        return bool(_names(node) & TELLERS) or any(tells(one, seen | {name}) for one in beside)

    def reads_only(node: ast.FunctionDef) -> bool:
        return any(_names(decorator) & READERS for decorator in node.decorator_list)

    asked = {name: node for name, node in functions.items() if "request" in [arg.arg for arg in node.args.args]}
    return [
        name for name, node in asked.items() if _called(node) & LEADS_ON and not reads_only(node) and not tells(name)
    ]


def found() -> set[str]:
    places = [path for part in ("portal", "logistics", "members") for path in (ROOT / part).rglob("*.py")]
    return {
        f"{path.relative_to(ROOT)}:{name}"
        for path in places
        if "migrations" not in path.parts
        for name in silent(path.read_text())
    }


def test_every_write_answers():
    assert found() - QUIET.keys() == set()


def test_nobody_is_excused_for_nothing():
    assert QUIET.keys() - found() == set()


def test_the_rule_bites():
    assert silent("def save(request):\n write()\n return redirect('home')") == ["save"]
    assert not silent("def save(request):\n messages.success(request, done)\n return redirect('home')")
    assert not silent("def save(request):\n say(request)\n return redirect('x')\ndef say(request):\n messages.info(1)")
    assert not silent("@require_GET\ndef look(request):\n return redirect('home')")
