"""Pages of the officials' site: courses, lessons, questions, papers, results."""

from logistics.training.admin import bank, courses, papers, results

__all__ = ["bank", "courses", "papers", "results"]
