"""What an export says of the figures of those who judged on this desk."""

from monitor.app import Monitor
from monitor.export.error_rates import desk_error_rates
from monitor.settings import Settings


def test_every_judge_of_this_desk_has_its_figures(tmp_path):
    with Monitor(Settings(home=tmp_path)) as monitor:
        found = desk_error_rates(monitor, monitor.stamps)
    guideline = next(stamp for stamp in monitor.stamps if stamp.startswith("thb-en@"))
    assert {row["stamp"] for row in found["rules"]} == {guideline}
    # who may judge which language is no judgement that could be measured
    assert [stamp.partition("@")[0] for stamp in found["unknown"]] == ["languages"]
    judges = {row["stamp"].partition("@")[0] for row in found["labels"]}
    assert {"relevance-en", "tags-en", "policy"} <= judges
    assert found["masking"]["unread"]["all"]["names"] > 100
