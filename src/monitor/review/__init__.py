"""Reviews: the queue and what is decided, practice, samples of what was not shown, recall."""
