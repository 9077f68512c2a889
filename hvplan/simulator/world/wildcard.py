"""PowerShell's wildcard patterns: `*`, `?`, `[a-c]`, a backtick takes the meaning away. Case never matters."""

from __future__ import annotations

import re
from functools import lru_cache


def has_wildcard(text: str) -> bool:
    """Whether PowerShell takes the text for a pattern: an unescaped `*`, `?`, `[` or `]` stands in it."""
    escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif character == "`":
            escaped = True
        elif character in "*?[]":
            return True
    return False


def unescape(text: str) -> str:
    """A pattern without a meaning as the text that it fits."""
    return re.sub(r"`(.)", r"\1", text, flags=re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern, in any case."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character == "`" and index + 1 < len(pattern):
            index += 1
            parts.append(re.escape(pattern[index]))
        elif character == "*":
            parts.append(".*")
        elif character == "?":
            parts.append(".")
        elif character == "[":
            end = pattern.find("]", index + 2)
            if end < 0:
                parts.append(re.escape(character))
            else:
                inner = pattern[index + 1 : end].replace("\\", "\\\\").replace("^", "\\^").replace("[", "\\[")
                parts.append(f"[{inner}]")
                index = end
        else:
            parts.append(re.escape(character))
        index += 1
    try:
        return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
    except re.error:  # a range backwards, such as [z-a]: fits only itself
        return re.compile(re.escape(pattern), re.IGNORECASE)
