"""Back and forward among places."""

from sleepdoc.reading.trail import Place, Trail


def test_back_and_forward() -> None:
    trail = Trail()
    assert trail.here is None and trail.move(-1) is None
    for page in (1, 4, 4, 7):
        trail.go(Place(page))
    assert [trail.move(-1), trail.move(-1), trail.move(-1)] == [Place(4), Place(1), None]
    assert trail.here == Place(1)
    assert trail.move(1) == Place(4)


def test_a_new_place_cuts_off_what_lay_ahead() -> None:
    trail = Trail()
    for page in (1, 2, 3):
        trail.go(Place(page))
    trail.move(-1)
    trail.go(Place(9))
    assert trail.move(1) is None
    assert trail.move(-1) == Place(2)
