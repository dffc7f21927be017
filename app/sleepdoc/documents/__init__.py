"""A file on disk becomes pages of clean text with labels."""
