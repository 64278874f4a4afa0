"""What people are told about where they work. Declared when the app starts."""

from __future__ import annotations

from portal.notify.states import Urgency
from portal.notify.templates import declare

declare(
    "staff_invited", "firm", "role", "days", "link",
    zh="{firm}邀请您担任{role}。请在{days}天内用本手机号登录后接受。不认识请忽略。{link}",
    en="{firm} invites you as {role}. Log in with this phone and accept within {days} days. Not you? Ignore it. {link}",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "staff_joined", "name", "firm", "role",
    zh="{name}已接受{firm}的邀请，担任{role}，即时生效。",
    en="{name} accepted the invitation of {firm} as {role}; it counts from now on.",
    urgency=Urgency.CALM, in_app=True,
)  # fmt: skip
declare(
    "staff_left", "firm",
    zh="您在{firm}的角色已全部结束，即时生效，已退出所有登录。如有疑问，请联系该单位。",
    en="All your roles at {firm} have ended as of now, and you were logged out everywhere. Questions? Ask the firm.",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
declare(
    "driver_asked", "firm", "plate", "link",
    zh="{firm}请您担任车辆{plate}的驾驶员，您同意后才生效。{link}",
    en="{firm} asks you to drive the vehicle {plate}. It counts only once you agree. {link}",
    urgency=Urgency.SOON, in_app=True,
)  # fmt: skip
