"""YAML to the desired model: a strict reader, templates and instances, and every mistake of every file in one run."""

from __future__ import annotations

from hvplan.load.files import SourceFile
from hvplan.load.loading import Loaded, load, load_hosts
from hvplan.load.places import Places

__all__ = ["Loaded", "Places", "SourceFile", "load", "load_hosts"]
