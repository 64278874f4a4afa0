"""What holders are told of their certificates."""

from portal.notify.states import Urgency
from portal.notify.templates import declare

ENDING = declare(
    "certificate_ending", "kind", "number", "days", "day",
    zh="您的{kind}（{number}）还有{days}天到期，最后一天是{day}。请在“认证”页办理续期，到期后不能再接新件。",
    en="Your certificate {number} ({kind}) ends in {days} days; its last day is {day}. Renew it on the Certification "
    "page: after that day you can't take on new parcels.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
EXPIRED = declare(
    "certificate_expired", "kind", "number", "day",
    zh="您的{kind}（{number}）已于{day}到期，不能再接新件；手上和在站的包裹照常派送、发放。请在“认证”页办理续期。",
    en="Your certificate {number} ({kind}) ended on {day}: you can't take on new parcels. Parcels you hold are still "
    "delivered and given out. Renew it on the Certification page.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
SUSPENDED = declare(
    "certificate_suspended", "kind", "number", "why",
    zh="您的{kind}（{number}）已被暂停，原因：{why}。即刻起不能再接新件；手上和在站的包裹照常派送、发放。请联系县级主管部门。",
    en="Your certificate {number} ({kind}) is suspended: {why}. From now on you can't take on new parcels; those you "
    "hold are still delivered and given out. Please call the county authority.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
REINSTATED = declare(
    "certificate_reinstated", "kind", "number",
    zh="您的{kind}（{number}）已恢复，可以照常工作。",
    en="Your certificate {number} ({kind}) is valid again: you can work as before.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
REVOKED = declare(
    "certificate_revoked", "kind", "number", "why",
    zh="您的{kind}（{number}）已被撤销，原因：{why}。不能再接新件；手上和在站的包裹照常派送、发放。要继续工作，请重新申请认证。",
    en="Your certificate {number} ({kind}) was revoked: {why}. You can't take on new parcels; those you hold are still "
    "delivered and given out. To go on working, apply for certification again.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
CANCELLED = declare(
    "certificate_cancelled", "kind", "number", "why",
    zh="您的{kind}（{number}）已注销，原因：{why}。如有疑问请联系县级主管部门。",
    en="Your certificate {number} ({kind}) was cancelled: {why}. If that is wrong, please call the county authority.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
