"""Whether this installation and this desk can work, part by part, and what to do where not."""

from monitor.doctor.check import Check, Desk, Status
from monitor.doctor.examine import EXAMINATIONS, examine, exit_code

__all__ = ["EXAMINATIONS", "Check", "Desk", "Status", "examine", "exit_code"]
