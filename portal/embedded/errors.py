"""The one error of the embedded servers."""


class EmbeddedError(Exception):
    """A server cannot be started or stopped. The text says what to do."""
