"""Hyper-V cmdlets as data: the command table, invocations that refuse what is not in it, and their PowerShell text."""
