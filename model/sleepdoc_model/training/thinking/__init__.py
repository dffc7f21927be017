"""Training of passes that see each other: heads, and the corrections of a reader, together."""
