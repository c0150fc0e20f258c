"""Where the weights are, for tests that copy them or start a process that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ticketbench.edge.engines.minilm import MiniLM
from ticketbench.edge.engines.weights import _folder


@pytest.fixture(scope="session")
def weights(model: MiniLM) -> Path:
    """The folder of the weights, as the developer's shell or the package names it."""
    return _folder().resolve()


@pytest.fixture
def other_weights(weights: Path) -> Iterator[Path]:
    """A folder like `weights` to alter files in: links, and gone after the test (88 MB)."""
    with TemporaryDirectory() as name:
        for path in weights.glob("*.*"):
            (Path(name) / path.name).symlink_to(path)
        yield Path(name)
