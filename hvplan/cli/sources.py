"""Where a plan came from: the git commit of the folder, read from git's own files (no program is started)."""

from __future__ import annotations

import re
from pathlib import Path


def git_commit(start: Path) -> str | None:
    """The commit that is checked out where `start` lies; None without one, or when it cannot be told."""
    try:
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / ".git").exists():
                return _head(folder / ".git")
    except (OSError, UnicodeDecodeError):
        pass
    return None


def _head(git: Path) -> str | None:
    if git.is_file():  # a linked work tree or a submodule: `gitdir: PATH`
        git = (git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()).resolve()
    shared = git / "commondir"
    common = (git / shared.read_text("utf-8").strip()).resolve() if shared.is_file() else git
    head = (git / "HEAD").read_text("utf-8").strip()
    if not head.startswith("ref:"):
        return _commit(head)
    name = head.removeprefix("ref:").strip()
    for folder in (git, common):
        if (folder / name).is_file():
            return _commit((folder / name).read_text("utf-8").strip())
    packed = common / "packed-refs"
    lines = packed.read_text("utf-8").splitlines() if packed.is_file() else []
    return next((_commit(line.split(" ")[0]) for line in lines if line.endswith(f" {name}")), None)


def _commit(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9a-f]{40,64}", text) else None
