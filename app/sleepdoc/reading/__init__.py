"""Reading, sleeping and answering as use cases: no Textual, no SQL."""
