"""The archive: stored articles and stories, names on request, withdrawals."""
