"""Recall: what of a text is put in front of a question. Pure Python, no model, one idea per file.

`passages` cuts pages, `folding` makes terms of words, an `index` holds them; `query` says what a
question asks for, `ranking` which passages have it, `packing` which sentences fit. `inquiry` is for
questions about the document itself: a page named, a word counted.
"""
