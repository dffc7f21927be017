"""English words that say nothing of what a question is about."""

_ENGLISH = """
    a about after all also am an and any are as at be because been before being but by can could d
    did do does doing don down during each else ever few for from further give had has have having
    he her here hers him his how i if in into is it its just ll m many may me more most much my no
    nor not now of off on once only or other our out over own please re s same shall she should so
    some such t tell than that the their them then there these they this those through to too under
    until up us ve very was we were what when where which while who whom whose why will with would
    you your
"""
STOP_WORDS = frozenset(_ENGLISH.split())

_IN_TITLES = "a an the and or but of in on at to for by from with as if is"
NEVER_NAMES = frozenset(_IN_TITLES.split())
"""Stop words that are written with a capital in titles without being names."""
