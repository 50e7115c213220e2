"""The gazetteer and the outlets as training builds them, made once for several tests."""

from functools import cache

from monitor.classify.outlet_homes import OutletHomes
from monitor.classify.place_disambiguation import Gazetteer
from monitor.classify.tags import load_places
from training.gazetteer import build_places


@cache
def places() -> tuple[Gazetteer, OutletHomes]:
    return load_places(build_places(set()))
