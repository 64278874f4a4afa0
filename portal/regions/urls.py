from django.urls import path

from portal.regions import api

urlpatterns = [
    path("", api.divisions, name="divisions"),
    path("resolve/", api.resolve, name="divisions_resolve"),
]
