from django.urls import path

from portal.public.views import health, home, mine

urlpatterns = [
    path("", home.home, name="home"),
    path("my/", mine.my_parcels, name="my_parcels"),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health_ready"),
]
