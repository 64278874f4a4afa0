"""Made-up people."""

from __future__ import annotations

import random
from dataclasses import dataclass

from portal.public.demo.cast import phone

SURNAMES = "李王张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗柳苏魏韩冯邓曹彭曾肖田董袁潘于蒋"
GIVEN = (
    "秀英", "桂兰", "建军", "志强", "玉梅", "海燕", "文斌", "小娟", "永红", "淑芳", "国强", "红霞", "伟", "静", "磊",
    "丽", "晓东", "春花", "满仓", "有福", "彩琴", "润生", "双喜", "巧玲",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str


def invent(rng: random.Random, number: int) -> Person:
    """A person with the demo phone of `number`."""
    return Person(rng.choice(SURNAMES) + rng.choice(GIVEN), phone(number))
