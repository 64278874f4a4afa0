"""Tests: what a person or a program can observe."""
