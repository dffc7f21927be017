"""Models: which there are on this machine, and how another one gets here."""
