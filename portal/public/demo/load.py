"""Loads the demo county. Again: adds what is missing, changes nothing that is there."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from logistics.parcels.models import Parcel
from logistics.parcels.services.months import ensure_months
from portal.core.errors import Conflict
from portal.public.demo import (
    applications,
    carrier_desk,
    cast,
    certificates,
    journeys,
    parcels,
    people,
    places,
    sent_files,
    training,
)
from portal.public.demo.scenes import Scenes
from portal.regions.models import Division
from portal.regions.services import load_county

DAYS, PARCELS = 14, 1500
Say = Callable[[str], None]


class TooFew(Conflict):
    code = "demo_too_small"
    message = _("演示数据至少需要 1 天和 1 件包裹。")
    hint = _("请调大 --days 或 --parcels。")


def load(*, now: dt.datetime, say: Say, days: int = DAYS, count: int = PARCELS) -> bool:
    """Returns whether parcels were added: they are, unless demo parcels exist already."""
    if days < 1 or count < 1:
        raise TooFew()
    began = time.monotonic()
    if not Division.objects.filter(prefix=cast.HOME_VILLAGE).exists():
        load_county(cast.COUNTY, progress=lambda line: say(f"  {line}"))
    with transaction.atomic():
        network = places.build(now=now - dt.timedelta(days=days + 1))
    firms = len(cast.CARRIERS) + 1
    say(f"  {len(network.stations)} stations 站点, {firms} enterprises 企业, {network.made} of them new")
    made = people.build(now=now)
    say(f"  {len(cast.CAST)} accounts 账户, {made} of them new")
    say(f"  {training.build(now=now)} new courses 培训课程")
    with transaction.atomic():
        say(f"  {carrier_desk.build(now=now)} stations with services and market days 站点服务")
    with transaction.atomic():
        say(f"  {certificates.build(now=now)} certificates 证书")
    with transaction.atomic():
        say(f"  {applications.build(now=now)} applications 认证申请")
    with transaction.atomic():
        say(f"  {carrier_desk.people(now=now)} driver and invitation 驾驶员和邀请")
    fresh = _parcels(network, now, days, count, say)
    with transaction.atomic():
        say(f"  {sent_files.build(now=now)} files with warnings and questions 带提醒和问题的文件")
    certificates.suspend_one(now=now)
    say(f"  {time.monotonic() - began:.1f} s")
    return fresh


def _parcels(network: places.Network, now: dt.datetime, days: int, count: int, say: Say) -> bool:
    """All of them or none: a load that was cut off leaves nothing half made."""
    ensure_months(now=now)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two loads at once make one set
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_demo'))")
        if Parcel.objects.filter(demo=True).exists():
            say("  demo parcels are there already: nothing added 演示包裹已存在，未改动")
            return False
        plans = journeys.plan_all(network=network, now=now, days=days, count=count)
        plans += journeys.plan_scenes(network=network, now=now, first=len(plans))
        made = parcels.write(plans=plans, network=network, now=now, say=say)
        Scenes(plans=plans, parcels=made, network=network, now=now).play()
        say("  bags, handovers, pickups, a dispute, corrections 集包、交接、取件、争议、更正")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # fresh tables without statistics make the first pages slow
    return True
