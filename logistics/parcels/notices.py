"""What officials are told about work with parcels. Declared when the app starts."""

from __future__ import annotations

from portal.notify.states import Urgency
from portal.notify.templates import declare

MANY_LOOKS = declare(
    "many_looks", "person", "count",
    zh="账户{person}今天已{count}次查看收寄件人完整信息。请登录管理后台，在首页和操作记录中核实用途。",
    en="Account {person} has looked at people's full details {count} times today. Log in to the officials' site: its "
    "home page and the audit trail show for what.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
