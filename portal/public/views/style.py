"""The style page: every part in every state, beside each other in light and dark. Not there in production."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.access import public
from portal.core.errors import NotFound

_LIGHT = re.compile(r"^:root \{(.*?)\n\}", re.S | re.M)
_DARK = re.compile(r"prefers-color-scheme: dark\) \{\s*:root \{(.*?)\n  \}", re.S)


@public("for development only: answers 404 in production")
@require_safe
@never_cache
def page(request):
    _not_in_production()
    return render(request, "dev/style.html", {
        "looks": ["light", "dark"],
        "rail": ["县外", "县中心", "乡镇", "村里", "签收"],
        "bars": [
            {"label": "水洛镇", "value": 128, "link": "#bars"}, {"label": "南湖镇", "value": 64},
            {"label": "朱店镇", "value": 31, "warn": True}, {"label": "万泉镇", "value": 0},
        ],
        "results": [
            ("ok", "入库", "货架 A-03，收件人 王*，尾号 2019。", ""),
            ("repeat", "扫过了", "张三 10:32 已经入库。", "不用再扫，看下一件。"),
            ("ask", "要同意", "收件人还没有同意放到站点。", "打电话问一声，再点下面的按钮。"),
            ("refused", "不是本站", "这件应去 南湖镇站。", "放到“发错”筐里，交给下一班车。"),
        ],
        "steps": ["告诉站长取件码", "站长扫包裹，您核对面单", "拿走包裹，手机会收到一条签收消息"],
    })  # fmt: skip


@public("for development only: answers 404 in production")
@require_safe
@never_cache
def sheet(request):
    """The tokens of portal.css under class names, so that light and dark can stand beside each other."""
    _not_in_production()
    found = finders.find("css/portal.css")
    source = Path(str(found)).read_text(encoding="utf-8")
    (light,), (dark,) = _LIGHT.findall(source), _DARK.findall(source)
    body = "background: var(--ground); color: var(--ink);"
    rules = (
        f".show-light {{ {light} color-scheme: light; {body} }}",
        f".show-dark {{ {light} {dark} color-scheme: dark; {body} }}",
        ".show { padding: 1rem; border-radius: .5rem; }",
        ".shows { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }",
    )
    return HttpResponse("\n".join(rules), content_type="text/css")


def _not_in_production() -> None:
    if settings.PRODUCTION:
        raise NotFound()
