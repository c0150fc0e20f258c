"""An action that is installed as ours is, but small and without an index: one locked package, which
is the build backend, too.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

_BACKEND = """\
import json, os, sys, zipfile

def wheel(folder, name, files):
    with zipfile.ZipFile(os.path.join(folder, name + "-1.0-py3-none-any.whl"), "w") as made:
        info = name + "-1.0.dist-info/"
        own = {"METADATA": "Metadata-Version: 2.1\\nName: " + name + "\\nVersion: 1.0\\n",
               "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
               "RECORD": ""}
        for file, text in {**files, **{info + key: text for key, text in own.items()}}.items():
            made.writestr(file, text)
    return name + "-1.0-py3-none-any.whl"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    seen = {"environment": dict(os.environ), "path": sys.path}
    return wheel(folder, "ticketbench", {"ticketbench/seen.json": json.dumps(seen)})
"""


def made_small(folder: Path) -> Path:
    """The action in `folder`/action and its one wheel in `folder`/wheels; the action's folder.

    Installed, it leaves `ticketbench/seen.json`: the environment and the import path of its build.
    """
    action, wheels = folder / "action", folder / "wheels"
    (action / "locks").mkdir(parents=True)
    wheels.mkdir()
    scope: dict[str, object] = {}
    exec(_BACKEND, scope)  # its own text, which makes the wheel that carries it
    name = scope["wheel"](str(wheels), "small_backend", {"small_backend.py": _BACKEND})  # type: ignore[operator]
    assert zipfile.is_zipfile(wheels / name)
    digest = hashlib.sha256((wheels / name).read_bytes()).hexdigest()
    lock(action, f" --hash=sha256:{digest}")
    settings = '[build-system]\nrequires = ["small-backend"]\nbuild-backend = "small_backend"\n'
    (action / "pyproject.toml").write_text(settings, encoding="utf-8")
    return action


def lock(action: Path, hash: str) -> None:
    """Let the lock of the action pin its package with this option."""
    text = f"small-backend==1.0{hash}\n"
    (action / "locks" / "action.txt").write_text(text, encoding="utf-8")
