"""Pages of learners, and of those who keep the question bank."""
