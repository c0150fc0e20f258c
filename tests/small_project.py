"""A small project as text: seven tickets, two rubric sets, and a config on the lexical engine."""

from __future__ import annotations

from pathlib import Path

TICKETS = """\
id,text,label
t1,I was charged twice on the last invoice and want a refund,billing
t2,The payment for my subscription failed,billing
t3,The app crashes with an error when I open the export page,technical
t4,Nothing loads since the update and the page stays empty,technical
t5,I forgot my password and cannot sign in to my profile,account
t6,Please delete my account and all personal data,account
t7,"Buy cheap watches now, best offer",__none__
"""

V1 = """\
- {name: billing, rubric: "Is this about money?"}
- {name: technical, rubric: "Is this about a problem?"}
- {name: account, rubric: "Is this about an account?"}
"""

V2 = """\
extends: v1.yaml
labels:
  - {name: billing, rubric: "Is the customer asking about an invoice, a payment or a refund?"}
  - {name: technical, rubric: "Does the customer report an error, a crash or an empty page?"}
  - {name: account, rubric: "Is the customer asking about a password, a profile or sign in?"}
"""

CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv}
rubric_sets: {v1: v1.yaml, v2: v2.yaml}
cache: answers.sqlite
report: {figures: false}
"""


def write_project(folder: Path) -> None:
    """Write tickets.csv, v1.yaml, v2.yaml and eval.yaml into `folder`."""
    files = {"tickets.csv": TICKETS, "v1.yaml": V1, "v2.yaml": V2, "eval.yaml": CONFIG}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
