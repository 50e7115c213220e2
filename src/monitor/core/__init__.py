"""The import that earlier documents show: `from monitor.core import open_monitor`."""

from monitor.app import Monitor, open_monitor

__all__ = ["Monitor", "open_monitor"]
