"""The help pages by address: topics for everybody and first steps for each role. Their texts are in templates/help/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.access.states import Role


@dataclass(frozen=True, slots=True)
class Page:
    """A help page: its address, its heading, one line about it, the outline beside it."""

    slug: str
    title: Any
    line: Any
    icon: str
    roles: frozenset[str] = frozenset()


def _by_slug(*pages: Page) -> dict[str, Page]:
    return {page.slug: page for page in pages}


TOPICS = _by_slug(
    Page("collect", _("怎样取件"), _("取件码、链接、身份证、请人代取"), "package-open"),
    Page("send", _("怎样寄件"), _("在村里交给站长，到县里交给快递"), "send"),
    Page("refuse", _("拒收和退回"), _("不想要、有破损、超期没取怎么办"), "undo-2"),
    Page("privacy", _("谁能看到我的信息"), _("别人能查到什么，查不到什么"), "shield-check"),
)
GUIDES = _by_slug(
    Page("villager", _("村民"), _("查包裹、收取件码、帮家人取"), "house", frozenset({Role.MEMBER})),
    Page("courier", _("快递员和司机"), _("接车、交接、送上门"), "truck", frozenset({Role.COURIER})),
    Page("keeper", _("站长"), _("入库、出库、盘点"), "store", frozenset({Role.KEEPER})),
    Page("hub", _("县级中心"), _("到件、分拣装袋、发车"), "warehouse", frozenset({Role.KEEPER})),
    Page(
        "enterprise", _("快递企业"), _("送数据、看被拒的行、打面单"), "package-plus",
        frozenset({Role.ENTERPRISE_ADMIN, Role.ENTERPRISE_STAFF}),
    ),
    Page("township", _("乡镇管理员"), _("看本乡镇的站点和积压"), "landmark", frozenset({Role.TOWNSHIP_OFFICIAL})),
    Page("county", _("县级管理员"), _("看全县、授权、导出"), "chart-column", frozenset({Role.COUNTY_OFFICIAL})),
)  # fmt: skip

FIRST_STEPS_COOKIE = "first_steps"  # the guide whose panel the reader has put away
# Who has several roles begins with the one that can do most.
_FIRST = ("county", "township", "enterprise", "keeper", "courier")


def guide_for(roles: frozenset[str]) -> Page:
    """The first steps of somebody with these roles."""
    return next((GUIDES[slug] for slug in _FIRST if GUIDES[slug].roles & roles), GUIDES["villager"])
