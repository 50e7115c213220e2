"""Whether this installation and this desk can work, part by part, and what to do where not."""

from monitor.cli.doctor_check import Check, Setup, Status
from monitor.cli.examine import EXAMINATIONS, examine, exit_code

__all__ = ["EXAMINATIONS", "Check", "Setup", "Status", "examine", "exit_code"]
