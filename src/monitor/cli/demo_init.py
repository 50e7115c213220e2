"""The demo: six invented outlets on a local server, and a desk that follows them.

`play_demo` is what `monitor demo` does; tests and benchmarks use the outlets alone.
"""

from monitor.cli.play import play_demo

__all__ = ["play_demo"]
