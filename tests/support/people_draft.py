"""A draft of some 600 words that tells of six private people, and answers that ask about them."""

import json
from typing import Any

from playwright.sync_api import Page, Route

TITLE = "Six taken from fish-drying yard at Odumasi lagoon"
DRAFT = """Police and labour officers took six people out of a fish-drying yard at the Odumasi \
lagoon on Tuesday, and charged its owner with trafficking in persons.

The owner, Kwabena Sarfo, 58, was brought before the circuit court in Tarkoro on Wednesday. He \
pleaded not guilty. Superintendent Grace Lamptey said that the six had been locked in at night, \
and that none of them had been paid since the rains began. "They were told that they owed him \
for the boat, for the nets and for the rice," she said.

Esi Darkwa, 14, was a pupil at the Methodist school in Abura until her uncle sold her to the \
yard. She said that she was beaten when fish burned. Her brother, Kojo Darkwa, 16, who plays in \
goal for the village team, was made to dive for snagged nets. He has a scar over the left eye.

Mansa Tetteh, 31, a seamstress from the lane behind the old post office in Prampro, was promised \
work in a hotel. Her passport was taken on the first evening. She was raped by a foreman, she \
told the court, and was forced to sleep in the smokehouse. She has asked the newspapers to leave \
her mother out of it.

Ibrahim Salifu, 27, a driver of the blue school bus in Walewa, was trafficked with her. He said \
that he was kept as a slave for eleven months, and that his wages went to a man he never saw. "I \
counted the boats," he said. "On the days when no boat came we were not given food."

Yaw Mensima, 45, who walks with a stick since a fall from the drying racks, was exploited \
longest: he had been there for six years. His wife sells bread at the lorry park in Kadjebi. \
Neighbours said that they had taken him for a guard.

Akua Boadi, 22, who is seven months pregnant, was taken to the district hospital at Sogako. She \
was sold to the yard by an aunt, officers said. Her father, the catechist of the chapel there, \
has not been told.

The yard lies at the end of a track that floods in August. Those who live near it said that \
lorries came at night, and that the smoke stood over the reeds by five in the morning. A fish \
trader who buys there every week said that she had seen young people in the water and had \
thought that they were the owner's relatives. "Everybody has a niece who helps," she said.

A labour officer, Daniel Ofori, said that his office had two inspectors for the whole of the \
lagoon, and one motorbike between them. He said that the yard had last been visited three years \
ago, when it was still a store for salt. The assembly member for the area, Comfort Anane, asked \
why nobody had acted on a letter that the chief fisherman had sent in March.

Under the law on human trafficking whoever recruits, moves or keeps a person to exploit him or \
her goes to prison for five years or more. Whoever knows of it and does not tell the police can \
be fined. The consent of a child, or of a child's parents, is no defence. The court ordered that \
the two children be looked after by the department of social welfare, and that the others be \
given a place in a shelter for as long as they want one.

The owner's lawyer said that his client had fed orphans for years and would be cleared. The case \
was adjourned to the ninth of next month. Bail was refused, since two of the people who were to \
give evidence had been telephoned at night by somebody who did not give a name.

Lamptey said that four more yards on the lagoon would be looked at before the end of the season. \
She asked traders to say where their fish was dried. The department keeps a line open day and \
night, on which nobody has to give a name.
"""
PRIVATE = ("Esi", "Kojo", "Mansa", "Ibrahim", "Yaw", "Akua")
NAMES = ("Esi Darkwa", "Kojo Darkwa", "Mansa Tetteh", "Ibrahim Salifu", "Yaw Mensima", "Akua Boadi")


def answer_with_questions(page: Page) -> list[dict[str, Any]]:
    """Let answers ask about each of the six what was not yet said; return what was sent."""
    sent: list[dict[str, Any]] = []

    def answer(route: Route) -> None:
        request = json.loads(route.request.post_data or "{}")
        sent.append(request)
        said = route.fetch()
        if said.status == 200:
            document = said.json()
            given = request["people"] if isinstance(request["people"], list) else []
            for person in document["people"]:
                person["questions"] = _questions(person, given, request["text"])
            route.fulfill(response=said, json=document)
        else:
            route.fulfill(response=said)

    page.route("**/v1/check", answer)
    return sent


def _questions(person: dict[str, Any], given: list[dict[str, Any]], text: str) -> list[str]:
    places = [one for one in person["mentions"] if one["field"] == "text"]
    words = [text[one["start"] : one["end"]] for one in places]
    if not any(word.startswith(PRIVATE) for word in words):
        return []
    said: set[str] = set()
    for one in given:
        if any(p["start"] < one["end"] and one["start"] < p["end"] for p in places):
            said |= one.keys()
    asked = {"exploited": "role", "minor": "minor", "consent": "consent"}
    return [question for question, key in asked.items() if key not in said]
