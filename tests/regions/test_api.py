"""The JSON face: public, cached, and bad input refused in words."""

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counties")]


def test_anyone_may_search_and_caches_may_keep_it(client):
    answer = client.get("/api/v1/divisions/", {"q": "hmc", "within": "620825"})
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    place = answer.json()["results"][0]
    assert place["path"] == ["甘肃省", "平凉市", "庄浪县", "水洛镇"]
    assert (place["township"], place["county"]) == ("620825100000", "620825000000")


def test_a_repeated_name_says_that_a_choice_is_needed(client):
    body = client.get("/api/v1/divisions/", {"q": "李庄", "within": "620825"}).json()
    assert body["ambiguous"] is True
    assert "李庄村" in body["question"]
    assert client.get("/api/v1/divisions/", {"q": "何马", "within": "620825"}).json()["ambiguous"] is False


def test_nothing_found_is_an_empty_list(client):
    assert client.get("/api/v1/divisions/", {"q": "qqqq"}).json() == {
        "count": 0, "ambiguous": False, "question": "", "results": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        {"q": "x", "limit": "0"},
        {"q": "x", "limit": "-1"},
        {"q": "x", "limit": "many"},
        {"q": "x", "within": "12345"},
        {"q": "x" * 61},
    ],
)
def test_bad_input_is_a_400_with_words(client, query):
    answer = client.get("/api/v1/divisions/", query)
    assert answer.status_code == 400
    assert answer.json()["error"]["hint"]


def test_an_address_is_sent_in_the_body_and_not_kept_by_caches(client):
    answer = client.post("/api/v1/divisions/resolve/", {"text": "庄浪县水洛镇何马村3社", "within": "620825"})
    assert answer.json()["certain"] is True
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/api/v1/divisions/resolve/", {"text": "何马村"}).status_code == 405
    assert client.post("/api/v1/divisions/resolve/", {"text": ""}).status_code == 400
