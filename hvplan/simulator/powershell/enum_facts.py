"""What the collected facts lack of the enums of .NET and PowerShell that parameters take (public documentation)."""

from __future__ import annotations

from types import MappingProxyType

MEMBERS = MappingProxyType(
    {
        "System.Management.Automation.ActionPreference": ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend"),
        "System.Diagnostics.TraceLevel": ("Off", "Error", "Warning", "Info", "Verbose"),
        "System.Management.Automation.JobState": (
            "NotStarted",
            "Running",
            "Completed",
            "Failed",
            "Stopped",
            "Blocked",
            "Suspended",
            "Disconnected",
            "Suspending",
            "Stopping",
            "AtBreakpoint",
        ),
        "Microsoft.PowerShell.Commands.DisplayHintType": ("Date", "Time", "DateTime"),
        "Microsoft.PowerShell.Commands.TestPathType": ("Any", "Container", "Leaf"),
    }
)
"""Enums of .NET and PowerShell whose numbers count from 0 (public documentation)."""

FLAGS = MappingProxyType(
    {
        "System.Management.Automation.CommandTypes": {
            "Alias": 1,
            "Function": 2,
            "Filter": 4,
            "Cmdlet": 8,
            "ExternalScript": 16,
            "Application": 32,
            "Script": 64,
            "Workflow": 128,
            "Configuration": 256,
            "All": 511,
        }
    }
)
"""Enums of PowerShell whose members combine."""
