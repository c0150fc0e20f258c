"""Before the first run: a project of one's own or to try, the keys and the machine it needs.

In order: init, project, key, doctor.
"""
