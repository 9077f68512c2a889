"""A simulated Hyper-V host: wire (WSMan, PSRP), powershell (binder, pipeline), world (VMMS).

It is written from facts about Hyper-V and PowerShell and shares no code with the rest of
hvplan, so that a misunderstanding there is not repeated here.
"""
