"""Where people apply for certification, under /apply/."""

from django.urls import path

from logistics.licensing.views import documents, form, home

urlpatterns = [
    path("", home.home, name="apply"),
    path("mine/", home.my_applications, name="apply_mine"),
    path("things/", home.my_things, name="apply_things"),
    path("start/", home.begin, name="apply_start"),
    path("kinds/<slug:kind_code>/", home.kind_page, name="apply_kind"),
    path("certificates/<str:certificate>/", home.again, name="apply_again"),
    path("<uuid:application_id>/", form.application, name="apply_form"),
    path("<uuid:application_id>/save/", form.save, name="apply_save"),
    path("<uuid:application_id>/submit/", form.hand_in, name="apply_submit"),
    path("<uuid:application_id>/withdraw/", form.take_back, name="apply_withdraw"),
    path("<uuid:application_id>/documents/<slug:evidence>/", documents.add, name="apply_document_add"),
    path("documents/<uuid:document_id>/", documents.document, name="apply_document"),
    path("documents/<uuid:document_id>/remove/", documents.remove, name="apply_document_remove"),
]
