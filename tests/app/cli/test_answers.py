"""Answers of the embedded model, as a person gets them."""

import pytest

from .conftest import Run

pytestmark = pytest.mark.slow

LEASE = """Lease of the Harbour Office

This agreement is made between Wren Holdings and Amara Osei. The tenant pays 1,350 euros a month.
The rent is due on the first day of every month.

The deposit is two months' rent. It is given back within 30 days after the keys were returned.

Dogs are not allowed in the building. The tenant may keep up to two cats.

The heating is looked after by Tobias Kern, who has his office on the third floor.
"""


MODEL = ("--model", "default")


def test_facts_are_found_and_what_is_not_there_is_not(run: Run, tmp_path) -> None:
    (tmp_path / "lease.txt").write_text(LEASE, "utf-8")
    questions = {
        "What does the tenant pay a month?": "1,350",
        "Who takes care of the heating?": "Tobias Kern",
        "How soon do I get the deposit back?": "30 days",
        "When does the lease end?": "found nothing",
    }
    (tmp_path / "questions.txt").write_text("\n".join(questions), "utf-8")
    done = run("ask", "lease.txt", "--questions", "questions.txt", "--json", *MODEL)
    for answer, expected in zip(done.json["answers"], questions.values(), strict=True):
        assert expected in answer["answer"]
        assert answer["found"] is ("nothing" not in expected)
        if answer["verdict"] == "verified":
            assert expected in answer["citations"][0]["quote"]


def test_what_a_document_is_about_is_never_refused(run: Run, tmp_path) -> None:
    (tmp_path / "lease.txt").write_text(LEASE, "utf-8")
    found = run("ask", "lease.txt", "What is this document about?", "--json", *MODEL).json
    assert found["found"] and found["answer"]
