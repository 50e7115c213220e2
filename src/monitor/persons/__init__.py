"""Who is told of in a text: mentions of persons, who is who, in what role, of what age."""

from monitor.masks import WITHHELD
from monitor.persons.masking import Masked, mask_names
from monitor.persons.people import PARTS, Part, PersonLists, Told, people_in

__all__ = [
    "PARTS",
    "WITHHELD",
    "Masked",
    "Part",
    "PersonLists",
    "Told",
    "mask_names",
    "people_in",
]
