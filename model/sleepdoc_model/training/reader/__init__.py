"""Teaching the trunk to read: low-rank corrections trained on questions behind passages."""
