"""The OpenAPI 3.1 description of the whole REST API."""

from drf_spectacular.views import SpectacularAPIView

from members.access.rest import DeclaredAccess
from portal.core.access import anyone


class SchemaView(SpectacularAPIView):
    access = anyone("the description of the API holds no data and lets developers start")
    authentication_classes = []
    permission_classes = [DeclaredAccess]
