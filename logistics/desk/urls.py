"""Where couriers and keepers work, under /work/."""

from django.urls import include, path

urlpatterns = [
    path("", include("logistics.desk.api_urls")),
    path("", include("logistics.desk.people_urls")),
]
