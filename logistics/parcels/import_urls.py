"""Pages under /work/imports/."""

from django.urls import path

from logistics.parcels.views import columns, imports, questions

urlpatterns = [
    path("", imports.import_list, name="work_imports"),
    path("template/<str:kind>.<str:extension>", imports.import_template, name="work_import_template"),
    path("<uuid:batch_id>/", imports.import_page, name="work_import"),
    path("answers/", questions.import_answers, name="work_import_answers"),
    path("answers/<int:answer_id>/forget/", questions.import_answer_forget, name="work_import_answer_forget"),
    path("answers/<int:answer_id>/", questions.import_answer_change, name="work_import_answer_change"),
    path("<uuid:batch_id>/columns/", columns.import_columns, name="work_import_columns"),
    path("<uuid:batch_id>/answers/", questions.import_answer, name="work_import_answer"),
    path("<uuid:batch_id>/run/", imports.import_run, name="work_import_run"),
    path("<uuid:batch_id>/result.<str:extension>", imports.import_result, name="work_import_result"),
]
