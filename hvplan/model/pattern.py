"""PowerShell's wildcard patterns: `*`, `?`, `[a-z]`, a backtick before what stands for itself. Case does not count."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"[*?\[\]`]")


def is_pattern(text: str) -> bool:
    """Does it hold a character that a pattern gives a meaning to."""
    return _SPECIAL.search(text) is not None


def fits(pattern: str, name: str) -> bool:
    """Does a name fit a pattern. A bracket that is never closed fits nothing: PowerShell refuses such a pattern."""
    regex = _regex(pattern)
    return regex is not None and re.fullmatch(regex, name, re.IGNORECASE | re.DOTALL) is not None


def _regex(pattern: str) -> str | None:
    out, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == "`" and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        elif char == "*":
            out += ".*"
        elif char == "?":
            out += "."
        elif char == "[":
            end = pattern.find("]", at + 1)
            if end < 0:
                return None
            out += _class(pattern[at + 1 : end])
            at = end
        else:
            out += re.escape(char)
        at += 1
    return out


def _class(inside: str) -> str:
    if not inside:
        return "(?!)"
    parts, at = [], 0
    while at < len(inside):
        if at + 2 < len(inside) and inside[at + 1] == "-":
            low, high = sorted((inside[at], inside[at + 2]))
            parts.append(f"{re.escape(low)}-{re.escape(high)}")
            at += 3
        else:
            parts.append(re.escape(inside[at]))
            at += 1
    return f"[{''.join(parts)}]"
