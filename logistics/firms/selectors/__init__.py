"""Reads of an enterprise's own desk, cut to the actor; what anybody may know is in lookup.py."""
