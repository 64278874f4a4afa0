"""Courses, their question bank, papers, and what people did with them."""

from logistics.training.models.attempts import Attempt, AttemptQuestion
from logistics.training.models.bank import Option, Question
from logistics.training.models.courses import Course, Lesson, LessonDone
from logistics.training.models.papers import Paper, PaperPart

__all__ = [
    "Attempt",
    "AttemptQuestion",
    "Course",
    "Lesson",
    "LessonDone",
    "Option",
    "Paper",
    "PaperPart",
    "Question",
]
