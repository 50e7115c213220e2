"""What was found in drafts, written for other programs: pure functions over the check's JSON."""

from monitor.findings.baseline import Baseline, make_baseline, only_new, read_baseline
from monitor.findings.batch import Batch, rules_by_name
from monitor.findings.fingerprints import with_fingerprints
from monitor.findings.redact import redacted

__all__ = [
    "Baseline",
    "Batch",
    "make_baseline",
    "only_new",
    "read_baseline",
    "redacted",
    "rules_by_name",
    "with_fingerprints",
]
