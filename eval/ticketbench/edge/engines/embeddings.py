"""Vectors of tickets for a trained baseline, kept in a file beside the answers.

The file is disposable: one that is missing, damaged or of other weights is made anew.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.types import FloatArray
from ticketbench.edge.engines.encoder import DIMENSIONS, Floats
from ticketbench.edge.engines.weights import WEIGHTS_SHA256
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.reading import read_bytes

FILE_NAME = "minilm-v1-vectors.npz"
_DIGEST_BYTES = 32
_MOST_BYTES = 4_000_000_000


def embeddings(texts: Sequence[str], kept: Path | None) -> FloatArray:
    """One unit vector of all-MiniLM-L6-v2 a text: (len(texts), 384), from `kept` or the weights.

    Encodes what `kept` lacks and adds it there if it can be written; without a file all are encoded
    and none is kept. Raises MachineError when the weights are needed and missing.
    """
    digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in texts]
    known = _read(kept) if kept else {}
    missing = {d: t for d, t in zip(digests, texts, strict=True) if d not in known}
    if missing:
        from ticketbench.edge.engines.minilm import minilm

        vectors = minilm().vectors(list(missing.values()))
        known |= dict(zip(missing, vectors, strict=True))
        with suppress(TicketbenchError):  # a folder that takes no file only costs time again
            if kept:
                _write(kept, known)
    found = [known[digest] for digest in digests]
    return np.array(found, dtype=np.float64).reshape(len(texts), DIMENSIONS)


def _read(path: Path) -> dict[bytes, Floats]:
    """The vectors in the file by the sha256 of their text; none when it is unusable."""
    try:
        stream = io.BytesIO(read_bytes(path, most=_MOST_BYTES))
        with np.load(stream, allow_pickle=False) as file:
            digests, vectors, weights = file["digests"], file["vectors"], str(file["weights"])
        usable = weights == WEIGHTS_SHA256 and _are_unit_vectors(digests, vectors)
    except Exception:  # noqa: BLE001 - a damaged zip fails in a dozen ways, all mean the same
        return {}
    if not usable:
        return {}
    return {digest.tobytes(): vector for digest, vector in zip(digests, vectors, strict=True)}


def _are_unit_vectors(digests: NDArray[Any], vectors: NDArray[Any]) -> bool:
    n = len(vectors)
    shapes = digests.shape == (n, _DIGEST_BYTES) and vectors.shape == (n, DIMENSIONS)
    types = digests.dtype == np.uint8 and vectors.dtype == np.float32
    if not (shapes and types):
        return False
    return bool(np.allclose(np.einsum("ij,ij->i", vectors, vectors), 1, atol=1e-4))


def _write(path: Path, known: dict[bytes, Floats]) -> None:
    joined: NDArray[np.uint8] = np.frombuffer(b"".join(known), np.uint8)
    content = io.BytesIO()
    np.savez(
        content,
        weights=WEIGHTS_SHA256,
        digests=joined.reshape(len(known), _DIGEST_BYTES),
        vectors=np.stack(list(known.values())),
    )
    write_file(path, content.getvalue())
