"""Error pages say what is wrong and what to do next, in the reader's language, and leave a way out."""

import pytest
from django.test import Client, RequestFactory
from django.utils.translation import override

from portal.core.errors import BadInput, TooMany, Unavailable
from portal.core.middleware import error_response, plain_error
from portal.translations import HAN

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-CN", "en")


def browser(language, client=None):
    own = Client(REMOTE_ADDR="10.1.1.1", headers={"accept-language": language}, raise_request_exception=False)
    if client is not None:
        own.cookies = client.cookies
    return own


def is_helpful(answer, status, language):
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}"' in page
    assert 'href="/"' in page
    assert "viewport" in page
    main = page[page.index("<main") : page.index("</main")]
    assert bool(HAN.search(main)) == (language != "en"), main
    return main


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_of_pages(language, keeper, keeper_next_door):
    own = browser(language, keeper.client)
    is_helpful(own.get("/nowhere/"), 404, language)
    is_helpful(own.get("/work/parcels/XN00000000000/"), 404, language)
    is_helpful(own.get("/work/imports/"), 403, language)
    is_helpful(own.get("/my/relatives/ask/"), 405, language)
    is_helpful(own.get("/", headers={"host": "evil.example"}), 400, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_without_database(language):
    request = RequestFactory(headers={"accept-language": language, "accept": "text/html"}).get("/")
    answer = plain_error(request, Unavailable(retry_after=5))
    is_helpful(answer, 503, language)
    assert answer["Retry-After"] == "5"
    assert "Retry-After" not in plain_error(request, BadInput())


def test_a_pause_says_how_long(rf):
    with override("zh-hans"):
        assert "60 秒" in error_response(rf.get("/"), TooMany(retry_after=60)).content.decode()


def test_a_form_sent_after_the_login_expired_leads_back_to_the_form(villager):
    """What was sent is gone, and the page says so instead of asking for an address that takes forms only."""
    stranger = browser("zh-CN")
    answer = stranger.post(
        "/my/relatives/ask/", {"phone": "13800139999"}, headers={"referer": "http://testserver/my/relatives/"}
    )
    assert answer.url == "/accounts/login/?next=/my/relatives/"
    assert "登录已过期" in stranger.get(answer.url).content.decode()
    answer = stranger.post("/my/relatives/ask/", headers={"referer": "http://evil.example/my/relatives/"})
    assert answer.url == "/accounts/login/?next=/"
