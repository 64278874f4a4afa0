"""Documents to print, under /work/print/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
