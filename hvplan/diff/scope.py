"""Which addresses a run looks at: `--target` and `--exclude`."""

from __future__ import annotations

from collections.abc import Iterable

from hvplan.diff.changes import DiffOptions
from hvplan.model.address import Glob

Labels = tuple[tuple[str, str], ...]


def fits_any(globs: Iterable[str], address: str, host: str, labels: Labels = ()) -> bool:
    """Does one of the patterns fit the address; a bare `*` fits everything."""
    return any(glob == "*" or Glob(glob).fits(address, host, labels) for glob in globs)


def in_scope(options: DiffOptions, address: str, labels: Labels = ()) -> bool:
    """Is an address (a device by its own) part of this run."""
    return not left_out_by(options, address, labels)


def left_out_by(options: DiffOptions, address: str, labels: Labels = ()) -> str:
    """The option that leaves an address out of this run: `--exclude`, `--target`, or `""` where it is part of it."""
    if fits_any(options.excludes, address, options.host, labels):
        return "--exclude"
    return "--target" if options.targets and not fits_any(options.targets, address, options.host, labels) else ""
