"""Where countries lie, in which regional bodies they were on a day, and how far a flow goes."""

from monitor.labels.places import Body, all_bodies, bodies_of, region_of, subregion_of
from monitor.labels.regions import FLOW_REGIONS, FlowRegion, flow_of_tags, flow_region

__all__ = [
    "FLOW_REGIONS",
    "Body",
    "FlowRegion",
    "all_bodies",
    "bodies_of",
    "flow_of_tags",
    "flow_region",
    "region_of",
    "subregion_of",
]
