"""Declarative infrastructure as code for Microsoft Hyper-V."""

__version__ = "0.1.0"
