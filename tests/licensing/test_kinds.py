"""Forms say what is wrong in them, and a further kind is one folder."""

from __future__ import annotations

import datetime as dt

import pytest

from logistics.licensing import kinds, selectors, services
from logistics.licensing.kinds import KINDS, Type, kind_of
from logistics.licensing.kinds.cleaning import clean_all
from portal.core.errors import TooLarge
from tests.licensing.conftest import FORMS, NOW, TODAY, id_number

pytestmark = pytest.mark.django_db
YESTERDAY, TOMORROW = (TODAY + dt.timedelta(days=n) for n in (-1, 1))


def problems(kind: str, **changed) -> set[str]:
    return set(clean_all(kind_of(kind), FORMS[kind](**changed.pop("form", {}), **changed), TODAY)[1])


@pytest.fixture(autouse=True)
def places(world):
    """The forms name places of the small county."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_form_has_no_problem(kind):
    assert problems(kind) == set()


@pytest.mark.parametrize(
    ("kind", "wrong", "fields"),
    [
        ("enterprise", {"founded_on": str(TOMORROW)}, {"founded_on"}),
        ("enterprise", {"licence_until": "2018-01-01"}, {"licence_until"}),
        ("enterprise", {"permit_until": str(YESTERDAY)}, {"permit_until"}),
        ("enterprise", {"permit_until": str(TODAY)}, set()),
        ("enterprise", {"permit_from": "2025-02-30"}, {"permit_from"}),
        ("enterprise", {"credit_code": "91620825MA00000011"}, {"credit_code"}),
        ("enterprise", {"contact_phone": "0933-6621234"}, {"contact_phone"}),
        ("enterprise", {"hotline": "打给我"}, {"hotline"}),
        ("enterprise", {"website": "javascript:alert(1)"}, {"website"}),
        ("enterprise", {"division": "620000000000"}, {"division"}),
        ("enterprise", {"name": "长" * 81}, {"name"}),
        ("station", {"point": "35.21,106.05"}, {"point"}),
        ("station", {"point": "水洛镇"}, {"point"}),
        ("station", {"hours": "看情况"}, {"hours"}),
        ("station", {"capacity": "0"}, {"capacity"}),
        ("station", {"capacity": "一百"}, {"capacity"}),
        ("station", {"capacity": "１，２００"}, set()),
        ("station", {"capacity": "1,2"}, {"capacity"}),
        ("station", {"capacity": "1_200"}, {"capacity"}),
        ("station", {"premises": "leased", "lease_from": "20260501", "lease_until": "2026年12月1日"}, set()),
        (
            "station",
            {"premises": "leased", "lease_from": "2026501", "lease_until": "2026-1 2-1"},
            {"lease_from", "lease_until"},
        ),
        ("station", {"parent": "zl-nowhere"}, {"parent"}),
        ("station", {"services": ["pickup", "magic"]}, {"services"}),
        ("station", {"bank_card": "6222021234567890129"}, {"bank_card"}),
        ("station", {"premises": "leased", "lease_from": "2026-05-01", "lease_until": "2026-01-01"}, {"lease_until"}),
        ("station", {"premises": "leased"}, {"lease_from", "lease_until"}),
        ("vehicle", {"plate": "甘LD12345"}, {"plate"}),
        ("vehicle", {"plate_kind": "trailer", "plate": "甘L1234挂"}, {"plate_kind"}),
        ("vehicle", {"insurance_until": str(YESTERDAY)}, {"insurance_until"}),
        ("vehicle", {"insurance_from": "2027-06-01"}, {"insurance_until"}),
        ("vehicle", {"registered_on": str(TOMORROW)}, {"registered_on"}),
        (
            "vehicle",
            {"ownership": "leased", "lease_from": "2026-01-01", "lease_until": str(YESTERDAY)},
            {"lease_until"},
        ),
        ("vehicle", {"vin": ""}, {"vin"}),
        ("vehicle", {"vin": "", "type": "tricycle"}, set()),
        ("courier", {"id_number": id_number(birth=f"{TODAY.year - 17}0101")}, {"id_number"}),
        ("courier", {"id_number": "620825900307001"}, {"id_number"}),
        ("courier", {"form": {"kind": "driver"}}, {"licence_class", "licence_from", "licence_until"}),
    ],
)
def test_what_contradicts_itself_is_named(kind, wrong, fields):
    assert problems(kind, **wrong) == fields


def test_a_draft_cannot_be_stuffed(villager):
    row = services.start(kind="station", purpose="new", actor=villager.actor(), now=NOW)
    with pytest.raises(TooLarge):
        services.save_draft(application=row, values={"address": "长" * 2001}, actor=villager.actor(), now=NOW)
    services.save_draft(application=row, values={"address": "门\x00口"}, actor=villager.actor(), now=NOW)
    row.refresh_from_db()
    assert row.data == {"address": "门口"}


def test_a_bank_card_is_kept_encrypted_and_shown_masked(desk, county_official):
    card = "6222021234567890128"
    row = desk.submitted("station", bank_card=card)
    assert card not in str(row.data)
    values = selectors.values_of(application=row, actor=county_official.actor(), now=NOW)
    assert values["bank_card"].endswith("128")
    assert card not in str(values)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_kind_is_whole(kind):
    names = [field.name for field in kind.fields]
    assert len(set(names)) == len(names)
    codes = [item.code for item in (*kind.documents, *kind.checklist)]
    assert len(set(codes)) == len(codes)
    for spec in (*kind.fields, *kind.documents):
        assert spec.only_if is None or spec.only_if[0] in names
    for field in kind.fields:
        assert bool(field.choices) == (field.type in (Type.CHOICE, Type.CHOICES))
        assert field.personal or field.type not in (Type.ID_NUMBER, Type.BANK_CARD, Type.MOBILE)
        assert field.secret or field.type not in (Type.ID_NUMBER, Type.BANK_CARD)


def test_a_further_kind_is_one_folder(tmp_path, monkeypatch):
    folder = tmp_path / "depot"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from logistics.licensing.kinds.spec import Kind\n"
        "class Depot(Kind):\n    code, rank, label = 'depot', 9, 'Depot'\n"
        "KIND = Depot()\n"
    )
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    assert list(kinds._found()) == ["enterprise", "station", "vehicle", "courier", "depot"]
