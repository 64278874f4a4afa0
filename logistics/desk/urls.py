"""Where couriers and keepers work, under /work/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
