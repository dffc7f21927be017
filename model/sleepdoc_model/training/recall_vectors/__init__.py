"""Learning the vectors by which recall finds what shares no word with a question."""
