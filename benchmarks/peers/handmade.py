"""What a competent user writes by hand, to be measured beside the tool: no part of it is ours.

python benchmarks/peers/handmade.py run FOLDER URL [resamples]
python benchmarks/peers/handmade.py score FILE [resamples]

`run` asks for both rubric sets of a made job ticket by ticket through a CachedSession; both
commands measure with pandas and scikit-learn, `run` draws with pyplot, too, and with resamples
each metric has a percentile interval over so many draws of tickets.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, recall_score


def asked(folder: Path, url: str, tickets: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row of scores for every ticket."""
    from requests_cache import CachedSession
    from ruamel.yaml import YAML

    labels = YAML(typ="safe").load(folder / f"{name}.yaml")
    session = CachedSession(str(folder / "handmade.sqlite"), allowable_methods=("POST",))
    rows = []
    for text in tickets["text"]:
        response = session.post(url, json={"text": text, "labels": labels})
        response.raise_for_status()
        rows.append(response.json()["scores"])
    return pd.DataFrame(rows)


def calibration_error(top: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean distance of score and accuracy over bins of equal width."""
    number = np.minimum((top * bins).astype(int), bins - 1)
    table = pd.DataFrame({"bin": number, "top": top, "right": right}).groupby("bin")
    gaps = (table["top"].mean() - table["right"].mean()).abs()
    return float((gaps * table.size()).sum() / len(top))


def metrics(truth: np.ndarray, scores: pd.DataFrame) -> dict[str, float]:
    """What is told of one rubric set."""
    values = scores.to_numpy()
    predicted, top = values.argmax(axis=1), values.max(axis=1)
    numbers = range(values.shape[1])
    recalls = recall_score(truth, predicted, labels=numbers, average=None)
    shares = values / values.sum(axis=1, keepdims=True)
    return {
        "accuracy": accuracy_score(truth, predicted),
        "macro_f1": f1_score(truth, predicted, average="macro"),
        "log_loss": log_loss(truth, shares, labels=numbers),
        "ece": calibration_error(top, predicted == truth),
        **{f"recall_{label}": x for label, x in zip(scores.columns, recalls, strict=True)},
    }


def resampled(truth: np.ndarray, sets: list[pd.DataFrame], n: int) -> dict[str, list[float]]:
    """95 % intervals of accuracy and macro-F1 of each set and of the differences of two; without
    resamples none.
    """
    if n == 0:
        return {}
    rng, draws = np.random.default_rng(0), []
    predicted = [scores.to_numpy().argmax(axis=1) for scores in sets]
    for _ in range(n):
        rows = rng.integers(0, len(truth), len(truth))
        values = []
        for one in predicted:
            values.append(accuracy_score(truth[rows], one[rows]))
            values.append(f1_score(truth[rows], one[rows], average="macro"))
        draws.append(values)
    table = np.array(draws)
    found = {f"set_{i}": table[:, 2 * i : 2 * i + 2] for i in range(len(sets))}
    if len(sets) == 2:
        found["difference"] = found["set_1"] - found["set_0"]
    return {name: np.quantile(x, [0.025, 0.975], axis=0).tolist() for name, x in found.items()}


def draw(folder: Path, name: str, truth: np.ndarray, scores: pd.DataFrame) -> None:
    """Confusion matrix, reliability, and precision over the share that is routed."""
    import matplotlib.pyplot as plt  # noqa: TID251  (as its users write it)

    values = scores.to_numpy()
    top, right = values.max(axis=1), values.argmax(axis=1) == truth
    figure, (left, middle, last) = plt.subplots(1, 3, figsize=(15, 4))
    left.imshow(confusion_matrix(truth, values.argmax(axis=1)))
    left.set_xticks(range(len(scores.columns)), scores.columns, rotation=45)
    left.set_yticks(range(len(scores.columns)), scores.columns)
    bins = pd.DataFrame({"top": top, "right": right}).groupby(pd.cut(top, 10), observed=True)
    middle.plot(bins["top"].mean(), bins["right"].mean(), marker="o")
    order = np.argsort(-top)
    routed = np.arange(1, len(top) + 1)
    last.plot(routed / len(top), np.cumsum(right[order]) / routed)
    figure.tight_layout()
    figure.savefig(folder / f"{name}.png")
    plt.close(figure)


def run(folder: Path, url: str, n_resamples: int) -> dict[str, object]:
    """Both rubric sets: metrics, which tickets changed, figures."""
    tickets = pd.read_csv(folder / "tickets.csv")
    sets = {name: asked(folder, url, tickets, name) for name in ("v1", "v2")}
    truth = pd.Categorical(tickets["label"], categories=sets["v1"].columns).codes
    for name, scores in sets.items():
        draw(folder, name, truth, scores)
    tops = pd.DataFrame({name: scores.idxmax(axis=1) for name, scores in sets.items()})
    tickets.join(tops)[tops["v1"] != tops["v2"]].to_csv(folder / "handmade-changed.csv")
    found: dict[str, object] = {name: metrics(truth, scores) for name, scores in sets.items()}
    return found | {"intervals": resampled(truth, list(sets.values()), n_resamples)}


def score(file: Path, n_resamples: int) -> dict[str, object]:
    """The same of a table of predictions."""
    table = pd.read_csv(file)
    scores = table.filter(like="score_").rename(columns=lambda c: c.removeprefix("score_"))
    truth = pd.Categorical(table["label"], categories=scores.columns).codes
    intervals = resampled(truth, [scores], n_resamples)
    return {**metrics(truth, scores), "intervals": intervals}


def main() -> None:
    """Print as JSON what the arguments ask for."""
    command, *words = sys.argv[1:]
    if command == "run":
        folder, url, *resamples = words
        found = run(Path(folder), url, int(resamples[0]) if resamples else 0)
    else:
        file, *resamples = words
        found = score(Path(file), int(resamples[0]) if resamples else 0)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
