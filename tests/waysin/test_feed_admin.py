"""Officials set up feeds in the admin site; secrets are seen once."""

import pytest
from django.db import IntegrityError

from logistics.parcels.models import CarrierFeed

ADD, LIST = "/admin/parcels/carrierfeed/add/", "/admin/parcels/carrierfeed/"
pytestmark = pytest.mark.django_db


def made(official, world, **data):
    response = official.client.post(ADD, {"enterprise": world.carrier.pk, "with_salt": "on"} | data)
    assert response.status_code == 200, response.content.decode()
    return response, CarrierFeed.objects.get()


def test_a_new_feed_shows_its_secrets_once(county_official, world):
    response, feed = made(county_official, world)
    page = response.content.decode()
    assert feed.key in page
    assert feed.salt in page
    assert "no-store" in response["Cache-Control"]
    for path in (LIST, f"{LIST}{feed.pk}/change/"):
        later = county_official.client.get(path, follow=True).content.decode()
        assert "feed:zto" in later
        assert feed.key not in later
        assert feed.salt not in later


def test_rotation_and_switching_off_ask_why(county_official, world):
    _response, feed = made(county_official, world)
    data = {"action": "rotate_salt", "_selected_action": [feed.pk]}
    assert county_official.client.post(LIST, data).status_code == 400
    page = county_official.client.post(LIST, data | {"reason": "例行更换"}).content.decode()
    renewed = CarrierFeed.objects.get()
    assert renewed.salt != feed.salt
    assert renewed.salt in page
    county_official.client.post(LIST, data | {"action": "switch_off", "reason": "停止合作"})
    assert CarrierFeed.objects.get().enabled is False


def test_feeds_of_another_county_are_not_there(county_official, neighbour_official, world, support):
    _response, feed = made(county_official, world)
    assert neighbour_official.client.get(f"{LIST}{feed.pk}/change/").status_code == 404
    assert "feed:zto" not in neighbour_official.client.get(LIST).content.decode()
    assert neighbour_official.client.post(
        ADD, {"enterprise": world.other_carrier.pk, "with_salt": "on"}
    ).status_code in (200, 404)
    assert CarrierFeed.objects.count() == 1
    assert support.client.get(LIST).status_code in (403, 404)


def test_a_feed_for_all_carriers_needs_a_salt(county_official):
    """Without one its address alone would write events of every carrier."""
    page = county_official.client.post(ADD, {"enterprise": ""}).content.decode()
    assert "接收多家企业的接入必须使用签名盐" in page
    assert CarrierFeed.objects.count() == 0
    county_official.client.post(ADD, {"enterprise": "", "with_salt": "on"})
    feed = CarrierFeed.objects.get()
    data = {"action": "drop_salt", "_selected_action": [feed.pk], "reason": "对方不支持"}
    response = county_official.client.post(LIST, data)
    assert response.status_code == 400
    assert "接收多家企业的接入必须使用签名盐" in response.content.decode()
    assert CarrierFeed.objects.get().salt == feed.salt != ""


def test_the_database_refuses_a_feed_for_all_without_a_salt(county_official):
    county_official.client.post(ADD, {"enterprise": "", "with_salt": "on"})
    with pytest.raises(IntegrityError, match="feed_for_all_has_salt"):
        CarrierFeed.objects.update(salt="")
