"""What officials are told about work with parcels, and what recipients are asked. Declared when the app starts."""

from __future__ import annotations

from portal.notify.states import Urgency
from portal.notify.templates import Line, declare

MANY_LOOKS = declare(
    "many_looks", "person", "count",
    zh="账户{person}今天已{count}次查看收寄件人完整信息。请登录管理后台，在首页和操作记录中核实用途。",
    en="Account {person} has looked at people's full details {count} times today. Log in to the officials' site: its "
    "home page and the audit trail show for what.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip

# Asked while the parcel is still on its way, so that whoever shelves it need not. The answer is a word of
# services/consent_asks.py, or given on the page behind the link.
CONSENT_ASKED = declare(
    "consent_asked", "station", "count", "lines", "link",
    zh="您有{count}个包裹已到本县：{lines}。放在{station}等您来取可以吗？回复1同意，2以后都同意，3送上门。也可在这里答复：{link}",
    en="{count} of your parcels reached the county: {lines}. May they be left at {station} for you to collect? "
    "Answer 1 yes, 2 yes from now on, 3 to the door. Or answer here: {link}",
    urgency=Urgency.SOON, in_app=True,
    line=Line(variables=("tail",), zh="尾号{tail}", en="No. {tail}", first=("link",)),
)  # fmt: skip
