"""Writes: learning, exams, the catalogue of courses and papers, the question bank.

Another app may hold drills with the same services: it makes courses of `Purpose.DRILL` for an audience of its own
(logistics/training/audiences.py, services/catalogue.py) and asks `selectors.passed(purpose=…)`. Drills certify nobody.
"""

from logistics.training.services.exams import close_overdue, save_answers, settle, start, submit, take_seat
from logistics.training.services.learning import finish_lesson

__all__ = ["close_overdue", "finish_lesson", "save_answers", "settle", "start", "submit", "take_seat"]
