"""Sources of the labelled news in groups, each left out once to see how relevance travels."""

from __future__ import annotations

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "alerts": ("stopht_google_alerts",),
    "releases": ("us_prosecutor_press_releases",),
    "Sri Lanka": ("lk_news", "news_long_lk"),
    "full articles, world": (
        *("finescoop_dailymail2020", "adverse_media_ut2020", "masakhanews", "bbc_kaggle_2004"),
        *("newsagendas", "bbc_archive_2026", "intl_2024_topics", "aljazeera_2025"),
        "textyml_2016",
    ),
    "feeds, world": ("rss_link_db_2021", "rss_link_db_2022", "rss_link_db_2026"),
    "regional papers": (
        *("nepal_newsapi", "png_news", "ph_newspapers", "bangkokpost_2021", "bd_dailystar"),
        *("bd_clir", "ghana_news_feed", "africa_news_edition", "india_crime_2025"),
    ),
}
"""Six groups with at least 8 main-subject rows each."""
