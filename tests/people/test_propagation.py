"""Names of one text found in another, in clear and by hashes; ordinary words stay."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.people.name_propagation import Names, SealedNames, names_of, seal_names, spread
from monitor.records.article import Article
from monitor.records.finding import Span
from monitor.records.hidden_names import WITHHELD, Mask, Seal, hide

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SEAL = Seal((b"k" * 32,))
H = WITHHELD


def article(title="", text="", url="https://n.example/1", **changes):
    return Article("a", url, title, text, "O", "en", None, NOW, "s", "feed", **changes)


def names(*told, sure=True):
    text = ". ".join(told)
    places = [text.index(name) for name in told]
    spans = tuple(Span("text", at, at + len(n)) for at, n in zip(places, told, strict=True))
    return names_of(article(text=text), Mask("b", "s", "n", spans, sure=spans if sure else ()))


def sealed(found):
    return Names(sealed=(SealedNames("b", frozenset(seal_names(found, SEAL, "b")), SEAL),))


def seen(found, title="", text="", **changes):
    apart = changes.pop("apart", ())
    one = article(title, text, **changes)
    mask = spread(one, Mask("a", "s", "n", apart=apart), found)
    return hide("title", title, mask.spans), hide("text", text, mask.spans), mask


AMINA = names("Amina Yusuf", "Hope Adjei-Mensah", "Bo Li")
FORMS = {
    "Amina Yusuf": H,
    "AMINA YUSUF'S": f"{H}'S",
    "Yusuf’s": f"{H}’s",
    "Yusuf, Amina": H,
    "Ámína": H,
    "amina yusuf": H,
    "#justiceforaminayusuf": f"#{H}",
    "@AminaYusuf": f"@{H}",
    "Hope Adjei": H,
    "Adjei-Mensah": H,
    "Bo Li": H,
    "Li": "Li",
    "amina": "amina",
    "Hope": "Hope",
    "Aminata": "Aminata",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kept", ["clear", "sealed"])
def test_a_name_is_found_as_it_may_be_written(form, kept):
    found = AMINA if kept == "clear" else sealed(AMINA)
    text = f"They met {form} who had hope."
    assert seen(found, text=text)[1] == f"They met {FORMS[form]} who had hope."


@pytest.mark.parametrize("kept", ["clear", "sealed"])
def test_addresses_files_and_bylines_tell(kept):
    found = AMINA if kept == "clear" else sealed(AMINA)
    tells = {
        "https://n.example/amina-yusuf-freed": True,
        "https://n.example/am%C3%ADna": True,
        "https://n.example/am%25C3%25ADna": True,
        "https://n.example/aminayusuf1": True,
        "https://n.example/theaminayusufstory": kept == "clear",  # of hashes, at a word's ends
        "https://n.example/bo-li-home": True,
        "https://n.example/liberty": False,
    }
    for url, told in tells.items():
        assert seen(found, text="Nothing.", url=url)[2].link_tells == told, url
    assert seen(found, text="Nothing.", authors=("By Amina Yusuf",))[2].byline_tells
    assert seen(found, text="Nothing.", summary="Saved: AMINA")[2].byline_tells
    assert not seen(found, text="Nothing.", authors=("By Ama Osei",))[2].byline_tells


def test_the_first_name_goes_with_the_surname():
    surname = names("Mensah")
    assert seen(surname, "Yaw Mensah freed", "Mensah said so. Yaw too.")[:2] == (
        f"{H} freed",
        f"{H} said so. {H} too.",
    )
    assert seen(surname, "Police Rescue Yaw Mensah", "Mensah was rescued.")[0] == (
        f"Police Rescue {H}"
    )
    double = names("Osei-Mensah")
    assert seen(double, text="according to Yaw Osei-Mensah today")[1] == f"according to {H} today"
    for surname in ("O’Mensah", "Mac Mensah"):
        told = seen(names(surname), text=f"according to Yaw {surname} today")[1]
        assert told == f"according to {H} today"


def test_of_a_name_hidden_to_be_safe_only_the_whole_is_hidden_and_not_an_officials():
    doubtful = names("Esi Boateng", sure=False)
    assert seen(doubtful, text="Boateng came.")[1] == "Boateng came."
    assert seen(doubtful, text="Esi Boateng came. Boateng left.")[1] == f"{H} came. {H} left."
    apart = (Span("text", 9, 20),)
    text = "Minister Esi Boateng came."
    assert seen(doubtful, text=text, apart=apart)[1] == text
    sure = names("Esi Boateng")
    assert seen(sure, text=text, apart=apart)[1] == f"Minister {H} came."
    other = "Minister Esi Agyeman came."
    assert seen(sure, text=other, apart=apart)[1] == other  # a first name is shared


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_and_places_lie_in_it(title, text):
    for found in (AMINA, sealed(AMINA)):
        mask = seen(found, title, text)[2]
        for span in mask.spans:
            assert 0 <= span.start < span.end <= len(title if span.field == "title" else text)


@given(st.text(max_size=9))
def test_hashes_tell_nothing_to_who_has_no_key_or_another_article(key):
    hashes = set(seal_names(AMINA, SEAL, "b"))
    assert hashes.isdisjoint(seal_names(AMINA, SEAL, "c"))
    assert hashes.isdisjoint(seal_names(AMINA, Seal((key.encode("utf-8", "replace"),)), "b"))
    assert SEAL.knows(hashes)
    assert not Seal((b"other",)).knows(hashes)
