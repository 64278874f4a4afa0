"""The web server: three services in production, one under `./run`. Knows no app.

services   which service answers which address, and how large each is
__main__   `python -m portal.web read`: checks the configuration once, then serves
"""
