"""How a drive comes to stand on the declared file, from wherever a run before may have been killed.

Where it stands is read off names and attachments alone: F is the declared file, T and TT are its unfinished names, B is the
name of what a conversion kept, M the name of a file on its way; A is what the drive holds.

    A = F                           plain       convert F to T, stand on T, keep F as B, name T F, stand on F
    A = T or TT, it is there        unfinished  keep F as B if it is there, name A F, stand on F
    A = T or TT, gone; F is there   named       stand on F
    A another file, gone; F there   moved       stand on F
    A another file, gone; M there   moving      name M F, stand on F
    A another file; F is there      attach      stand on F; A stays
    A unfinished of another file,   turned      convert or copy to T, stand on T, keep F as B, name T F, stand on F
      F is there: a changed mind
    A another file; F is not        elsewhere   rename (one folder), move by M (one volume), or convert or copy to T,
                                                stand on T, name T F, stand on F; A stays

A drive never goes back: a machine may have run on what it stands on. What stands there and is still not as declared is
converted once more, from T to TT. After every rename the drive is pointed at the file anew: a file that only got its name has
no right for the machine, attaching it gives that.
"""

from __future__ import annotations

import ntpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hvplan.diff.changes import Act
from hvplan.model.filenames import kept, moving, unfinished, unfinished_again
from hvplan.model.values import normal_path, same_path

There = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where a disk stands: `kind` as above, `lost` when nothing is where it should be. `content`: the file that holds the disk now."""

    kind: str
    content: str = ""


def stand(path: str, held: str, there: There) -> Stand:
    """Where a disk declared at `path` stands, with `held` in its drive."""
    if same_path(held, path):
        return Stand(kind="plain", content=path)
    if is_unfinished(held, path):
        return Stand(kind="unfinished", content=held) if there(held) else Stand(kind="named", content=path) if there(path) else Stand(kind="lost")
    if there(held):
        if not there(path) or _made_under(held):
            return Stand(kind="turned" if there(path) else "elsewhere", content=held)
        return Stand(kind="attach", content=path)
    if there(path):
        return Stand(kind="moved", content=path)
    return Stand(kind="moving", content=moving(path)) if there(moving(path)) else Stand(kind="lost")


def is_unfinished(held: str, path: str) -> bool:
    """Is it one of the names under which the file at `path` is made."""
    return normal_path(held) in (normal_path(unfinished(path)), normal_path(unfinished_again(path)))


def _made_under(held: str) -> bool:
    """Is it the unfinished name of some file."""
    return ntpath.splitext(normal_path(held))[0].endswith(".hvplan")


def acts(where: Stand, path: str, held: str, there: There, *, converts: bool) -> tuple[Act, ...]:
    """The acts from there to the declared file. `converts`: the content is not as declared yet."""
    match where.kind:
        case "plain":
            return tuple(_converted(path, there)) if converts else ()
        case "unfinished":
            return tuple(_finished(where.content, path, there, converts=converts))
        case "named" if converts:
            return (Act(kind="rename", path=path, to=held), *_finished(held, path, lambda one: not same_path(one, path) and there(one), converts=True))
        case "moving":
            first: tuple[Act, ...] = (Act(kind="rename", path=where.content, to=path), Act(kind="attach", path=path))
            return (*first, *(_converted(path, there) if converts else ()))
        case "elsewhere" | "turned":
            return tuple(_elsewhere(path, held, there, converts=converts))
        case _:
            return (Act(kind="attach", path=path), *(_converted(path, there) if converts else ()))


def _converted(path: str, there: There) -> Iterator[Act]:
    temp = unfinished(path)
    if there(temp):
        yield Act(kind="leftover", path=temp)
    yield Act(kind="convert", path=path, to=temp)
    yield Act(kind="attach", path=temp)
    yield Act(kind="rename", path=path, to=kept(path))
    yield from _named(temp, path)


def _finished(held: str, path: str, there: There, *, converts: bool) -> Iterator[Act]:
    first, second = unfinished(path), unfinished_again(path)
    other = second if same_path(held, first) else first
    if there(other):
        yield Act(kind="leftover", path=other)
    if converts:
        yield Act(kind="convert", path=held, to=other)
        yield Act(kind="attach", path=other)
        yield Act(kind="drop", path=held)
        held = other
    if there(path):
        yield Act(kind="rename", path=path, to=kept(path))
    yield from _named(held, path)


def _elsewhere(path: str, held: str, there: There, *, converts: bool) -> Iterator[Act]:
    turned = there(path)
    if not (converts or turned) and in_one_folder(held, path):
        yield Act(kind="rename", path=held, to=path)
        yield Act(kind="attach", path=path)
    elif not (converts or turned) and on_one_volume(held, path):
        # Windows copies where a folder is another volume's, so a killed move may leave half a file: not under a name that is attached.
        yield Act(kind="move", path=held, to=moving(path))
        yield Act(kind="rename", path=moving(path), to=path)
        yield Act(kind="attach", path=path)
    else:
        temp = unfinished(path)
        if there(temp):
            yield Act(kind="leftover", path=temp)
        yield Act(kind="convert" if converts else "copy", path=held, to=temp)
        yield Act(kind="attach", path=temp)
        if turned:
            yield Act(kind="drop", path=held)
            yield Act(kind="rename", path=path, to=kept(path))
        yield from _named(temp, path)


def _named(temp: str, path: str) -> Iterator[Act]:
    yield Act(kind="rename", path=temp, to=path)
    yield Act(kind="attach", path=path)


def in_one_folder(one: str, other: str) -> bool:
    """Do two files stand in one folder."""
    return normal_path(ntpath.dirname(one)) == normal_path(ntpath.dirname(other))


def on_one_volume(one: str, other: str) -> bool:
    r"""Do two paths start at one drive or share; below `C:\ClusterStorage` every folder is a volume of its own."""
    return _volume(one) == _volume(other)


def _volume(path: str) -> str:
    root, rest = ntpath.splitdrive(normal_path(path))
    parts = rest.strip("\\").split("\\")
    return "\\".join((root, *parts[:2])) if parts[0] == "clusterstorage" else root
