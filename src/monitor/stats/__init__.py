"""Coverage, not incidence: trends, outlets and balance, counted from stored rows, never texts."""
