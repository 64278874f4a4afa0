"""Reads: courses and progress, exams of one's own, results of others, and whether somebody has passed."""

from logistics.training.selectors.exams import own_attempt, own_attempts
from logistics.training.selectors.learning import CourseProgress, course_page, lesson_page, my_courses
from logistics.training.selectors.passes import Pass, Passes, passed, passes_of
from logistics.training.selectors.results import visible_attempts

__all__ = [
    "CourseProgress",
    "Pass",
    "Passes",
    "course_page",
    "lesson_page",
    "my_courses",
    "own_attempt",
    "own_attempts",
    "passed",
    "passes_of",
    "visible_attempts",
]
