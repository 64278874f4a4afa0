"""The buttons of the enterprise's desk begin applications for that very enterprise, station or vehicle."""

from __future__ import annotations

import re

import pytest

from logistics.licensing.models import Application

pytestmark = pytest.mark.django_db


def forms(text: str) -> list[dict[str, str]]:
    """What each of the buttons that start an application would send."""
    found = re.findall(r'action="/apply/start/">(.*?)</form>', text, re.S)
    return [dict(re.findall(r'name="(kind|purpose|enterprise|holder)" value="([^"]*)"', form)) for form in found]


@pytest.mark.parametrize("page", ["", "stations/", "vehicles/", "vehicle"])
def test_every_button_leads_to_a_form(firm, page):
    path = f"/firm/zto/vehicles/{firm.van.pk}/" if page == "vehicle" else f"/firm/zto/{page}"
    offered = forms(firm.admin.client.get(path).content.decode())
    assert offered
    for form in offered:
        Application.objects.all().delete()
        answer = firm.admin.client.post("/apply/start/", form)
        assert (answer.status_code, form) == (302, form)
        assert firm.admin.client.get(answer.headers["Location"]).status_code == 200
        assert Application.objects.get().enterprise == firm.row
