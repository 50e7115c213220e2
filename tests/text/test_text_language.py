"""Language identification with the model that travels in the package."""

import socket
import threading

import pytest

from monitor.text.language import identify_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Police said the two girls were found in a motel near the airport.", "en"),
        ("A polícia disse que as crianças foram encontradas numa fábrica.", "pt"),
        ("La policía encontró a las niñas en una fábrica del norte.", "es"),
        ("ตำรวจพบเด็กหญิงสองคนในโรงแรมใกล้สนามบิน", "th"),
        ("La polizia ha trovato le ragazze in una fabbrica.", "it"),
        ("POLICE SAID THE TWO GIRLS WERE FOUND IN A MOTEL.", "en"),
    ],
)
def test_languages(text, code):
    assert identify_language(text) == code


@pytest.mark.parametrize("text", ["", "OK", "Ana Maria", "12345 67890 " * 20, "😀" * 100, "\n\n"])
def test_too_short_to_tell(text):
    assert identify_language(text) is None


def test_lines_links_and_boilerplate_do_not_matter():
    text = "Police\nsaid\r\nthe two girls were found\u2028in a motel.\nhttps://exemplo.pt/noticia"
    assert identify_language(text) == "en"


def test_needs_no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert identify_language("Police said the two girls were found in a motel.") == "en"


def test_threads_agree():
    text = "Police said the two girls were found in a motel near the airport."
    results: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: results.append(identify_language(text))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["en"] * 8
