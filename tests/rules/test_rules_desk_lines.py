"""What is for the desk yields no finding, and the answer says where it stands."""

from pathlib import Path

import own_guide
from monitor.app import Monitor
from monitor.settings import CheckSettings, Settings

STORY = "The unfortunate victim was asked."


def test_lines_for_the_desk_are_not_checked(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=str(own_guide.make(tmp_path))))
    with Monitor(settings) as monitor:
        slug = "Slug: unfortunate victim"
        text = f"{slug}\n\n{STORY}\n\nACCRA (AP) \u2014 {STORY}\n\n-30-\n"
        told = monitor.check_text(text)
        found = [finding["start"] for finding in told["findings"]]
        assert found == [at for at in range(len(text)) if text.startswith("unfortunate", at)][1:]
        assert told["findings"][0]["scope"] == "headline"
        spans = [(text[line["start"] : line["end"]], line["kind"]) for line in told["unchecked"]]
        assert spans == [(slug, "slug"), ("ACCRA (AP) \u2014", "dateline"), ("-30-", "sign-off")]
        assert told["unchecked"][0]["field"] == "text"
        in_markdown = monitor.check_text(f"*{slug}*\n\n{STORY}\n", format="md")
        (line,) = in_markdown["unchecked"]
        assert (line["start"], line["source_start"]) == (0, 1)
        assert len(in_markdown["findings"]) == 1
        assert "unchecked" not in monitor.check_text(STORY)
