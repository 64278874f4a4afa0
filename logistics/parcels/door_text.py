"""What the portal says when a parcel is on its way to the door. Declared once, when the app starts."""

from __future__ import annotations

from portal.notify.states import Urgency
from portal.notify.templates import declare

NUMBER_TAIL = 4
POSTED = "见站点公示"  # text messages are Chinese unless their reader chose otherwise

OUT_FOR_DELIVERY = declare(
    "out_for_delivery", "tail", "code", "hotline",
    zh="您尾号{tail}的包裹正在派送，签收码{code}。收到包裹时把签收码告诉快递员，没收到请勿告诉任何人。电话{hotline}。",
    en="Your parcel ending in {tail} is out for delivery. Code {code}: tell the courier when you have the parcel in "
    "your hands, and nobody before. Phone {hotline}.",
    in_app=True, urgency=Urgency.SOON,
)  # fmt: skip
