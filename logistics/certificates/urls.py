"""A reader's certificates, under /certificates/. Verification is on the roof, under /verify/."""

from django.urls import path

from logistics.certificates import views

urlpatterns = [
    path("", views.mine, name="my_certificates"),
    path("<str:certificate>/pdf/", views.pdf, name="certificate_pdf"),
]
