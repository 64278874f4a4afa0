"""Third-party views stand without a declaration of ours only with a written reason, and only while in use."""

from portal.access_exceptions import ACCESS_EXCEPTIONS
from portal.core.checks import route_problems
from portal.core.labels import OUR_PACKAGES
from portal.core.routes import Route, iter_routes


def test_every_exception_is_a_view_in_use_with_a_reason():
    used = {route.path_to_view for route in iter_routes()}
    assert set(ACCESS_EXCEPTIONS) <= used
    assert all(len(reason) > 20 for reason in ACCESS_EXCEPTIONS.values())


def test_no_view_of_ours_is_excepted():
    assert not [name for name in ACCESS_EXCEPTIONS if name.startswith(OUR_PACKAGES)]


def test_third_party_view_that_nobody_thought_of_stops_the_start():
    def view(request):
        """A view that came with a new package."""

    view.__module__ = "somebody.views"
    assert route_problems(Route("x/", "x", view))
