"""The audit trail reads as sentences: who did what to which thing, by name; codes only on the page of one entry."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from logistics.parcels.services.consent import give_consent
from members.access.admin.deeds import ACTS, VERBS, deed_of
from members.access.models import BulkRun, DivisionGrant
from portal.audit.models import AuditEntry
from portal.audit.services import record
from portal.core.actor import system_actor

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"^[a-z_]+\.[a-z_]+$")
LIST = "/admin/audit/auditentry/"


def codes_in(path: Path) -> set[str]:
    """Actions that a module writes into the trail: what is passed as `action`, or put under that name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        parts: list[ast.expr] = []
        if (isinstance(node, ast.keyword) and node.arg == "action") or (
            isinstance(node, ast.Assign) and any(getattr(t, "id", "") in ("action", "LOOKED") for t in node.targets)
        ):
            parts = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_note", "_audit", "_record"):
            parts = node.args
        texts = [c for part in parts for c in ast.walk(part) if isinstance(c, ast.Constant)]
        found |= {c.value for c in texts if isinstance(c.value, str) and CODE.match(c.value)}
    return found


def test_every_action_is_put_into_words():
    used: set[str] = set()
    for floor in ("portal", "members", "logistics", "emergency"):
        for path in (ROOT / floor).rglob("*.py"):
            used |= codes_in(path)
    assert len(used) > 80
    silent = {code for code in used if code not in ACTS and code.partition(".")[2] not in VERBS}
    assert silent == set()


def test_a_change_of_a_record_names_its_kind():
    assert deed_of("station.changed", "registry.station") == "修改站点"
    assert deed_of("nobody.knows", "registry.station") == "nobody.knows"


@pytest.fixture
def trail(county_official, keeper, counter, world):
    parcel = counter.parcel()
    now = timezone.now()
    give_consent(parcel=parcel, channel="phone", actor=keeper.actor(), now=now)
    record(actor=keeper.actor(), now=now, action="station.presented", target=world.village, why="改了电话")
    record(actor=system_actor("demo"), now=now, action="parcel.lost", target=parcel)
    return parcel


def cells(client, **query) -> str:
    page = client.get(LIST, query).content.decode()
    return page.partition('id="result_list"')[2].partition("</table>")[0]


def test_the_list_says_who_did_what_to_which_thing(trail, county_official, world):
    shown = cells(county_official.client)
    for word in (
        "何守站",
        "登记收件人同意放站点",
        "修改站点信息",
        world.village.name,
        trail.waybill,
        "系统",
        "登记丢失",
    ):
        assert word in shown, word
    for code in ("user:", "system:", "consent.given", "registry.station"):
        assert code not in re.sub(r'href="[^"]*"', "", shown), code


@pytest.mark.parametrize(
    ("words", "lines"), [("何守站", 2), ("修改站点信息", 1), ("放站点", 1), ("何马村站", 1), ("没有这个人", 0)]
)
def test_it_is_searched_by_person_act_and_thing(trail, county_official, words, lines):
    assert county_official.client.get(LIST, {"q": words}).context["cl"].result_count == lines


def test_a_parcel_is_found_by_the_number_on_its_label(trail, county_official):
    assert county_official.client.get(LIST, {"q": trail.carrier_number}).context["cl"].result_count == 1
    assert county_official.client.get(LIST, {"q": trail.waybill}).context["cl"].result_count == 1


def test_the_page_of_one_entry_keeps_the_codes(trail, county_official):
    entry = AuditEntry.objects.get(action="consent.given")
    page = county_official.client.get(f"{LIST}{entry.pk}/change/").content.decode()
    assert "consent.given" in page
    assert entry.actor in page


def test_names_are_looked_up_for_the_page(trail, county_official, keeper, django_assert_max_num_queries, world):
    for _n in range(30):
        with_now = timezone.now()
        record(actor=keeper.actor(), now=with_now, action="station.presented", target=world.village)
    county_official.client.get(LIST)
    with django_assert_max_num_queries(18):
        county_official.client.get(LIST)


@pytest.mark.parametrize("name", ["access_divisiongrant", "access_bulkrun"])
def test_other_lists_name_who_acted_too(name, county_official, township_official, world, django_assert_max_num_queries):
    actor = county_official.actor()
    BulkRun.objects.create(action="stop_people", area="620825000000", created_at=timezone.now(), created_by=actor.id)
    DivisionGrant.objects.filter(user=township_official.user).update(granted_by=actor.id)
    address = reverse(f"admin:{name}_changelist")
    shown = county_official.client.get(address).content.decode()
    table = shown.partition('id="result_list"')[2].partition("</table>")[0]
    assert county_official.user.name in table
    assert "user:" not in re.sub(r'href="[^"]*"', "", table)
    with django_assert_max_num_queries(18):
        county_official.client.get(address)
