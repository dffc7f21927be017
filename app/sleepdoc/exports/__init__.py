"""What leaves sleepdoc as a file or an object: summaries, transcripts, memories."""
