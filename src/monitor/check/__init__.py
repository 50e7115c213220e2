"""What was found in drafts, written for other programs: pure functions over the check's JSON."""
