"""Serving the application with uvicorn."""

from __future__ import annotations

from typing import Any

from monitor.core import Monitor
from monitor.errors import UsageError


def server_options(monitor: Monitor, *, host: str, port: int) -> dict[str, Any]:
    """Return uvicorn's options.

    Its access log is off because it writes whole paths with their query; `api.log` writes route
    names instead. Proxy headers are not trusted and the server does not name itself.
    """
    from monitor.api.app import create_app

    return {
        "app": create_app(monitor, hosts=(host,)),
        "host": host,
        "port": port,
        "access_log": False,
        "log_level": "info",
        "log_config": _LOGGING,
        "proxy_headers": False,
        "server_header": False,
        "ws": "none",
        "timeout_graceful_shutdown": 5,
    }


def run_server(monitor: Monitor, *, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises `UsageError` where the address cannot be listened on: uvicorn logs why, and would end
    the process with a status of its own.
    """
    import uvicorn

    try:
        uvicorn.run(**server_options(monitor, host=host, port=port))
    except SystemExit as end:
        raise UsageError(f"cannot listen on {host}, port {port}; the log says why") from end


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "monitor": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
