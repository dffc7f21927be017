"""Words that questions in English begin with, as alternatives of a regular expression."""

AUXILIARIES = (
    "is|are|was|were|do|does|did|has|have|had|will|would|can|could|may|might|must|shall|should"
)
"""Such a question is answered by yes or no."""
PREPOSITIONS = (
    "about|after|around|at|before|below|by|during|for|from|in|into|of|on|over|since|to|under|until"
    "|with|within"
)
"""Before a question word: ``by whom``, ``in which year``."""
