"""The words that a question in English may begin with that is answered by yes or no."""

AUXILIARIES = (
    "is|are|was|were|do|does|did|has|have|had|will|would|can|could|may|might|must|shall|should"
)
"""As alternatives of a regular expression."""
