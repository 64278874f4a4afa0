"""`./run`: the whole portal on one machine, for trial and development.

bootstrap   makes .venv with any Python ≥ 3.11 and nothing installed, then hands over
__main__    the order of the steps
options     the command line            say         progress in two languages
keys        var/portal.env              servers     embedded or given PostgreSQL and Redis
children    child processes             instance    one run per folder, leftovers of a killed one
care        what is looked after while it runs: dead children, dead servers, room on the disk
prepare     migrations, texts, static files, roles, demo county (a child process with Django)
"""
