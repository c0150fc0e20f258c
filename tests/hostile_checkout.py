"""What a stranger lays into a checkout so that Python runs it in place of the real thing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

MODULES = (
    "venv.py", "pip/__init__.py", "pip/__main__.py", "ensurepip.py", "sitecustomize.py",
    "usercustomize.py", "ssl.py", "json.py", "signal.py", "click.py", "numpy.py",
    "scipy/__init__.py", "rich/__init__.py", "matplotlib.py", "hatchling/__init__.py",
    "hatchling/build.py", "backend.py",
)  # fmt: skip
PACKAGE = ("ticketbench/__init__.py", "ticketbench/__main__.py", "eval/ticketbench/__init__.py")

_FILES = {
    "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/none\n",
    "setup.cfg": "[install]\nuser = true\n",
    "setup.py": "import backend\n",
    "evil.pth": "import backend\n",
    ".env": "PYTHONPATH=.\n",
    "matplotlibrc": "backend: module://backend\n",
}


def made_hostile(checkout: Path, witness: Path, *, with_package: bool) -> None:
    """Lay the modules into `checkout`: each adds its name to `witness` when it is imported.

    `with_package` adds a package of our own name. A pyproject.toml that is there is kept, and asks
    for a build backend of the checkout's.
    """
    evil = f"open({str(witness)!r}, 'a').write(__name__ + chr(10))\n"
    for name in (*MODULES, *(PACKAGE if with_package else ())):
        _write(checkout / name, evil)
    for name, text in _FILES.items():
        _write(checkout / name, text)
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[build-system]\nrequires = []\nbuild-backend = "backend"\n')


def hostile_home(home: Path, witness: Path) -> None:
    """A home folder whose own packages and settings of pip would run or lead astray."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    evil = f"open({str(witness)!r}, 'a').write('home' + chr(10))\n"
    _write(home / ".local/lib" / version / "site-packages/usercustomize.py", evil)
    for place in (".config/pip/pip.conf", ".pip/pip.conf"):
        _write(home / place, _FILES["pip.conf"] + "user = true\n")


def leading_there(checkout: Path) -> dict[str, str]:
    """The variables of a job that lead Python into the checkout."""
    startup = str(checkout / "backend.py")
    return {"PYTHONPATH": f"{checkout}{os.pathsep}", "PYTHONSTARTUP": startup}


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
