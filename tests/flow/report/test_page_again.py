"""Pages made again from a saved run: the same bytes, and everything else stays as it is."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from small_project import write_project
from ticketbench.core.errors import InputError
from ticketbench.flow.report.page_again import page_again
from ticketbench.flow.run import run

CONFIG = Path("eval.yaml")
TEXT = "The payment for my subscription failed"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The report of the small project, whose texts may be shown."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    return run(CONFIG, overrides=("report.texts=masked",)).out


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def set_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps(manifest), encoding="utf-8")


def test_every_file_has_the_same_bytes_where_config_and_tickets_are_the_same(out: Path) -> None:
    before = contents(out)
    (out / "index.html").write_text("lost", encoding="utf-8")
    (out / "summary.md").unlink()
    made = page_again(out)
    assert contents(out) == before
    assert made.notes == ()
    assert made.n_texts == 7
    assert TEXT in before["index.html"].decode("utf-8")


def test_figures_come_and_go_and_every_file_has_its_digest(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(out)
    # Drawing takes seconds and is tested where it is done.
    monkeypatch.setattr(
        "ticketbench.report.figures.figure_files",
        lambda one: {f"figures/{one.provenance.rubric_set}.png": b"drawn"},
    )
    assert page_again(out).files == ("index.html", "summary.md")
    drawn = page_again(out, figures=True)
    assert drawn.files[2:] == ("figures/v1.png", "figures/v2.png")
    digests = json.loads((out / "manifest.json").read_bytes())["files"]
    own = {name: value for name, value in contents(out).items() if name != "manifest.json"}
    assert digests == {name: hashlib.sha256(value).hexdigest() for name, value in own.items()}
    assert page_again(out).files == drawn.files
    page_again(out, figures=False)
    assert contents(out) == before


def test_what_the_config_lets_be_shown_now_decides_on_the_page(out: Path) -> None:
    set_manifest(out, overrides=["report.texts=none"])
    made = page_again(out)
    assert TEXT not in (out / "index.html").read_text(encoding="utf-8")
    assert made.n_texts == 0
    assert made.notes == (f"{out / 'changed.csv'} still holds the texts of its run",)


def test_without_its_config_the_page_has_no_texts_and_that_is_said(out: Path) -> None:
    CONFIG.rename("moved.yaml")
    kept = {
        name: contents(out)[name] for name in ("results.json", "predictions.csv", "changed.csv")
    }
    made = page_again(out)
    assert made.notes[0].startswith("no texts: eval.yaml cannot be read as it was: ")
    assert TEXT not in (out / "index.html").read_text(encoding="utf-8")
    assert kept.items() <= contents(out).items()


def test_files_of_the_user_stay_and_nothing_is_left_beside_the_report(out: Path) -> None:
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    page_again(out)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"
    left = sorted(path.name for path in out.parent.iterdir())
    assert left == [".gitignore", out.name]


def test_a_report_of_before_has_its_page_as_far_as_it_is_known(out: Path) -> None:
    path = out / "results.json"
    (out / "predictions.csv").unlink()
    set_manifest(out, files={"results.json": "", "index.html": "", "summary.md": ""})
    before = path.read_bytes()
    made = page_again(out)
    assert f"no charts and lists: {out} has no predictions.csv" in made.notes
    page = (out / "index.html").read_text(encoding="utf-8")
    assert 'id="audit"' in page
    assert 'id="tickets"' not in page
    assert path.read_bytes() == before


def test_a_folder_that_is_no_report_is_refused_and_stays(out: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"other is no report: it has no results\.json"):
        page_again(other)
    shutil.copy(out / "results.json", other)
    with pytest.raises(InputError, match="is no report of a run"):
        page_again(other)
    assert sorted(contents(other)) == ["mine.txt", "results.json"]
    with pytest.raises(InputError, match="there is no folder nowhere"):
        page_again(Path("nowhere"))


def test_the_folder_that_one_is_in_is_refused(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(out)
    with pytest.raises(InputError, match="the report is the folder you are in"):
        page_again(Path())


def test_a_manifest_leads_to_no_file_out_of_the_folder(out: Path) -> None:
    secret = out.parent / "secret.txt"
    secret.write_text("not yours", encoding="utf-8")
    names = ("../secret.txt", str(secret), "a/../../secret.txt", "..\\secret.txt", "c:secret.txt")
    own = json.loads((out / "manifest.json").read_bytes())["files"]
    set_manifest(out, files={**own, **dict.fromkeys(names, "")})
    before = secret.stat().st_mtime_ns
    page_again(out)
    assert not [name for name, value in contents(out).items() if value == b"not yours"]
    assert secret.stat().st_mtime_ns == before
