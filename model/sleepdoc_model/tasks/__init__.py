"""Tasks: documents with questions whose answers need them, each made from a seed."""
