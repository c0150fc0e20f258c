"""Row 15 of the fault matrix: who the server says it is, and who vouches for it."""

from __future__ import annotations

import re
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from fault_project import FaultProject, key_arrived, report_is_sound, speaks_plainly
from fault_server import FaultServer, Step

HOST = "127.0.0.1"


def _server_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def _issued(authority: trustme.CA, *names: str, valid: bool = True) -> ssl.SSLContext:
    now = datetime.now(UTC)
    until = now + timedelta(days=1) if valid else now - timedelta(days=1)
    certificate = authority.issue_cert(*names, not_before=now - timedelta(days=2), not_after=until)
    context = _server_context()
    certificate.configure_cert(context)
    return context


def _self_signed(authority: trustme.CA) -> ssl.SSLContext:
    own, context = trustme.CA(), _server_context()
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "both.pem"
        pem.write_bytes(own.private_key_pem.bytes() + own.cert_pem.bytes())
        context.load_cert_chain(pem)
    return context


REFUSED: Mapping[str, Callable[[trustme.CA], ssl.SSLContext]] = {
    "self_signed": _self_signed,
    "unknown_authority": lambda authority: _issued(trustme.CA(), HOST),
    "expired": lambda authority: _issued(authority, HOST, valid=False),
    "wrong_host": lambda authority: _issued(authority, "other.example"),
}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(project: FaultProject, authority: trustme.CA) -> FaultProject:
    """The project, with `authority` as the one that it trusts."""
    authority.cert_pem.write_to_path(str(project.folder / "authority.pem"))
    return project


OWN = "endpoint.ca_file=authority.pem"


@pytest.fixture(params=REFUSED)
def imposter(request: pytest.FixtureRequest, authority: trustme.CA) -> Iterator[FaultServer]:
    with FaultServer(tls=REFUSED[request.param](authority)) as running:
        yield running


def test_row15_a_certificate_that_is_not_right_stops_the_run_before_anything_is_sent(
    trusting: FaultProject, imposter: FaultServer
) -> None:
    trusting.point_to(imposter.url)
    error = trusting.ends_with(4, overrides=[OWN])
    assert re.search(rf"certificate of {HOST} was refused", str(error))
    assert "cannot be switched off" in error.problems[0].help
    assert imposter.seen == []
    assert not trusting.out.exists()
    assert not trusting.cache.exists()


def test_row15_an_authority_of_ones_own_is_trusted_only_when_the_config_names_it(
    trusting: FaultProject, authority: trustme.CA
) -> None:
    with FaultServer(tls=_issued(authority, HOST)) as server:
        trusting.point_to(server.url)
        trusting.ends_with(4)
        assert server.seen == []
        assert trusting.run(overrides=[OWN]).results.n_failed == 0
        assert len(server.seen) == trusting.n
        key_arrived(server.seen)
    report_is_sound(trusting, {})


@pytest.mark.parametrize("name", ["stall", "drop", "reset", "cut", "head_drip"])
def test_row15_faults_within_tls_are_those_of_the_connection(
    trusting: FaultProject, authority: trustme.CA, name: str
) -> None:
    faults = {
        "stall": (Step(stall=True), "timeout"),
        "drop": (Step(drop=True), "network"),
        "reset": (Step(reset=True), "network"),
        "cut": (Step(cut=10), "network"),
        "head_drip": (Step(head_drip_s=0.15), "timeout"),
    }
    step, kind = faults[name]
    with FaultServer(tls=_issued(authority, HOST)) as server:
        trusting.point_to(server.url)
        server.in_turn({trusting.text(5): (step,), trusting.text(8): (step, Step())})
        trusting.ends_with(3, overrides=[OWN])
        assert len(server.requests_for(trusting.text(8))) == 2
    report_is_sound(trusting, {5: kind})


def test_row15_a_file_without_certificates_is_refused(project: FaultProject) -> None:
    (project.folder / "authority.pem").write_text("not a certificate\n")
    error = project.ends_with(2, overrides=[OWN])
    assert "authority.pem" in str(error)
    assert project.server.seen == []


def test_row15_the_command_names_the_server_and_knows_no_way_around(
    trusting: FaultProject, authority: trustme.CA
) -> None:
    with FaultServer(tls=_issued(authority, HOST, valid=False)) as server:
        trusting.point_to(server.url)
        ended = trusting.command("--set", OWN)
        assert server.seen == []
    assert ended.code == 4
    speaks_plainly(ended, HOST, "certificate", "ca_file")
