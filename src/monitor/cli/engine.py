"""`--engine`: who judges, this machine's processes or a Ray cluster's."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from monitor.records.errors import UsageError

EngineName = Literal["local", "ray"]
Engine = Annotated[
    EngineName,
    typer.Option(help="Who judges: processes of this machine, or Ray's (extra cluster)."),
]
RayAddress = Annotated[
    str,
    typer.Option(
        "--ray-address",
        metavar="ADDRESS",
        help="With --engine ray: the cluster there (default: RAY_ADDRESS, else one for this run).",
    ),
]


def cluster_address(engine: EngineName, given: str) -> str:
    """Return where the cluster is, "" for one of this run; raises `UsageError` without need."""
    from monitor.settings import ray_address

    if engine != "ray":
        if given:
            raise UsageError("--ray-address goes with --engine ray")
        return ""
    address = given or ray_address()
    return "" if address == "local" else address  # Ray's word for one of this run
