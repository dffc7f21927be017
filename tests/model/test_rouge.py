"""ROUGE-L counts words in common order, against the nearest reference."""

import pytest

from sleepdoc_model.evaluation.rouge import rouge_l


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [
        ("police killed the gunman", ["police kill the gunman"], 0.75),
        ("the gunman police killed", ["police killed the gunman"], 0.5),
        ("Low water.", ["low water"], 1.0),
        ("tides", ["winds", "tides turn"], 2 / 3),
        ("", ["tides"], 0.0),
        ("tides", [], 0.0),
    ],
)
def test_by_hand(said: str, right: list[str], expected: float) -> None:
    assert rouge_l(said, right) == pytest.approx(expected)
