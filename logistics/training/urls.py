"""Addresses below /training/."""

from django.urls import path

from logistics.training.views import bank, courses, exams, files

urlpatterns = [
    path("", courses.home, name="training"),
    path("courses/<slug:course>/", courses.course, name="training_course"),
    path("courses/<slug:course>/<int:lesson_id>/", courses.lesson, name="training_lesson"),
    path("courses/<slug:course>/<int:lesson_id>/done/", courses.done, name="training_lesson_done"),
    path("courses/<slug:course>/<int:lesson_id>/file/", files.lesson_file, name="training_file"),
    path("courses/<slug:course>/<int:lesson_id>/captions/", files.captions, name="training_captions"),
    path("papers/<int:paper_id>/start/", exams.start_exam, name="exam_start"),
    path("exams/<uuid:exam_id>/", exams.exam, name="exam"),
    path("exams/<uuid:exam_id>/answers/", exams.answers, name="exam_answers"),
    path("exams/<uuid:exam_id>/here/", exams.here, name="exam_here"),
    path("exams/<uuid:exam_id>/submit/", exams.hand_in, name="exam_submit"),
    path("exams/<uuid:exam_id>/result/", exams.result, name="exam_result"),
    path("bank/", bank.bank_import, name="bank_import"),
    path("bank/template.xlsx", bank.template, name="bank_template"),
]
