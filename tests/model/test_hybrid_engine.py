"""The engine's promises on a tiny real network."""

import pytest

from sleepdoc_model.engine import Engine, Sampling, StateMismatch, WindowFull
from sleepdoc_model.load import ModelUnavailable, load

STORY = "Once upon a time there was a clockmaker who slept badly."
GREEDY = Sampling()
NEVER: frozenset[int] = frozenset()


@pytest.fixture
def engine() -> Engine:
    return load("tiny", seed=1)[0]


def ids(text: str) -> list[int]:
    return list(text.encode())


def answer(engine: Engine, question: str = "who?") -> list[int]:
    engine.reset_window([256])
    engine.prefill(ids(question))
    return list(engine.generate(12, stop=NEVER, sampling=Sampling(temperature=1.0, seed=4)))


def slept(engine: Engine, text: str = STORY, passes: int = 2) -> Engine:
    engine.reset_window([256])
    engine.prefill(ids(text))
    list(engine.sleep(passes))
    return engine


def test_sleep_evicts_the_window_and_keeps_the_prefix(engine: Engine) -> None:
    engine.reset_window([256, 257])
    engine.prefill(ids(STORY))
    assert engine.window_used == len(STORY) + 2
    empty = engine.state()
    reports = list(engine.sleep(2))
    assert [r.number for r in reports] == [1, 2]
    assert engine.window_used == 2
    assert engine.state() != empty


def test_the_memory_changes_answers_and_its_absence_restores_them(engine: Engine) -> None:
    def likely() -> list[float]:
        engine.reset_window([256])
        engine.prefill(ids("who?"))
        return engine.score(ids("owl"))

    before = likely()
    slept(engine)
    assert max(abs(a - b) for a, b in zip(likely(), before, strict=True)) > 0.1
    engine.load(None)
    assert likely() == before


def test_a_sleep_stopped_between_passes_leaves_everything(engine: Engine) -> None:
    engine.reset_window([256])
    engine.prefill(ids(STORY))
    state, used = engine.state(), engine.window_used
    sleeping = engine.sleep(3)
    next(sleeping)
    sleeping.close()
    assert (engine.state(), engine.window_used) == (state, used)
    list(engine.sleep(2))
    assert engine.state() == slept(load("tiny", seed=1)[0]).state()


def test_more_passes_give_another_memory(engine: Engine) -> None:
    one = slept(engine, passes=1).state()
    engine.load(None)
    assert slept(engine, passes=3).state() != one


def test_pieces_do_not_change_the_memory(engine: Engine) -> None:
    whole = slept(engine).state()
    engine.load(None)
    engine.reset_window([256])
    for token in ids(STORY):
        engine.prefill([token])
    list(engine.sleep(2))
    assert engine.state() == whole


def test_a_memory_survives_as_bytes(engine: Engine) -> None:
    expected = answer(slept(engine))
    state = engine.state()
    other = load("tiny", seed=1)[0]
    other.load(state)
    assert other.state() == state
    assert answer(other) == expected


def test_memories_of_other_models_and_damaged_ones_are_refused(engine: Engine) -> None:
    state = slept(engine).state()
    with pytest.raises(StateMismatch, match="another model"):
        load("tiny", seed=2)[0].load(state)
    for damaged in (b"", state[:40], state[:-1], b"\xff" * 64, state[:8] + b"[" + state[9:]):
        with pytest.raises(StateMismatch):
            engine.load(damaged)
    not_a_number = state[:-4] + b"\x00\x00\xc0\x7f"
    with pytest.raises(StateMismatch, match="not numbers"):
        engine.load(not_a_number)
    assert engine.state() == state


def test_what_does_not_fit_is_refused_whole(engine: Engine) -> None:
    engine.reset_window([256])
    engine.prefill(ids("x" * 120))
    with pytest.raises(WindowFull):
        engine.prefill(ids("y" * 8))
    assert engine.window_used == 121
    engine.prefill(ids("z" * 7))
    assert list(engine.generate(5, stop=NEVER, sampling=GREEDY)) == []


def test_generation_stops_where_it_should(engine: Engine) -> None:
    engine.reset_window([256])
    engine.prefill(ids("abc"))
    free = list(engine.generate(6, stop=NEVER, sampling=GREEDY))
    assert len(free) == 6 and engine.window_used == 10
    engine.reset_window([256])
    engine.prefill(ids("abc"))
    stopped = list(engine.generate(6, stop=frozenset({free[0]}), sampling=GREEDY))
    assert stopped == [] and engine.window_used == 4


def test_generation_goes_on_from_what_it_wrote(engine: Engine) -> None:
    engine.reset_window([256])
    engine.prefill(ids("abc"))
    first = list(engine.generate(4, stop=NEVER, sampling=GREEDY))
    rest = list(engine.generate(4, stop=NEVER, sampling=GREEDY))
    engine.reset_window([256])
    engine.prefill(ids("abc"))
    assert list(engine.generate(8, stop=NEVER, sampling=GREEDY)) == first + rest


def test_a_seed_fixes_the_draws(engine: Engine) -> None:
    warm = Sampling(temperature=1.5, top_p=0.9, repetition_penalty=1.2, seed=3)

    def draw(sampling: Sampling) -> list[int]:
        engine.reset_window([256])
        engine.prefill(ids("abc"))
        return list(engine.generate(16, stop=NEVER, sampling=sampling))

    assert draw(warm) == draw(warm)
    assert draw(warm) != draw(Sampling(temperature=1.5, top_p=0.9, seed=4))


def test_unknown_models_are_named() -> None:
    with pytest.raises(ModelUnavailable, match="gpt-9"):
        load("gpt-9")
    with pytest.raises(ModelUnavailable, match="checkpoint"):
        load("default")


def test_scores_are_those_of_one_token_after_another(engine: Engine) -> None:
    slept(engine)
    engine.prefill(ids("who?"))
    used = engine.window_used
    expected = list(engine.generate(6, stop=NEVER, sampling=GREEDY))
    engine.reset_window([256])
    engine.prefill(ids("who?"))
    together = engine.score(expected)
    assert engine.window_used == used
    for token, score in zip(expected, together, strict=True):
        alone = engine.score([token])[0]
        assert alone == pytest.approx(score, abs=1e-4)
        others = [engine.score([other])[0] for other in range(0, 256, 16)]
        assert alone >= max(others)
        engine.prefill([token])


def test_scoring_what_does_not_fit_is_refused(engine: Engine) -> None:
    engine.reset_window([256])
    engine.prefill(ids("who?"))
    with pytest.raises(WindowFull):
        engine.score([1] * engine.info.window)


def test_a_prefix_that_was_overwritten_is_computed_again(engine: Engine) -> None:
    before = answer(engine)
    engine.reset_window([])
    engine.prefill(ids("something else entirely"))
    list(engine.generate(3, stop=NEVER, sampling=GREEDY))
    assert answer(engine) == before


def test_sleeping_again_on_the_same_window_is_as_the_first_time() -> None:
    twice, once = (load("tiny", seed=1)[0] for _ in range(2))
    slept(twice, passes=1)
    twice.load(None)
    assert slept(twice, passes=3).state() == slept(once, passes=3).state()
    # Another prefix, and another window behind the same one, are seen anew.
    for prefix, text in (([257, 258], STORY), ([257, 258], STORY[::-1])):
        fresh, _ = load("tiny", seed=1)
        for engine in (twice, fresh):
            engine.load(None)
            engine.reset_window(prefix)
            engine.prefill(ids(text))
            list(engine.sleep(2))
        assert twice.state() == fresh.state()
