"""Results are written whole, and a log that was torn goes on."""

from pathlib import Path

import pytest

from sleepdoc_kernels import result_file


def test_figures_come_back_and_are_never_half_written(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "figures.json"
    result_file.write(path, {"arm": "größer", "f1": 0.5})
    with pytest.raises(TypeError):
        result_file.write(path, {"arm": "other", "f1": path})
    assert result_file.read(path) == {"arm": "größer", "f1": 0.5}
    assert [each.name for each in path.parent.iterdir()] == ["figures.json"]


def test_a_torn_line_is_left_out_and_another_follows_those_before_it(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    result_file.append(log, [{"step": 1}, {"step": 2, "says": "a\u2028b"}])
    whole = result_file.lines(log)
    assert [row["step"] for row in whole] == [1, 2]
    with log.open("a") as file:
        file.write('{"step": 3')
    assert result_file.lines(log) == whole
    result_file.mend(log)
    result_file.append(log, [{"step": 4}])
    assert result_file.lines(log) == [*whole, {"step": 4}]


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[1, 2]\n")
    with pytest.raises(ValueError, match=r"list\.json holds no JSON object"):
        result_file.read(path)
    with pytest.raises(ValueError, match=r"a line of list\.json"):
        result_file.lines(path)
