"""Whether the disk of a file is encrypted, as far as Linux tells without being asked as root."""

from __future__ import annotations

import array
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_OF_ITSELF = {
    "ecryptfs": "eCryptfs",
    "fuse.gocryptfs": "gocryptfs",
    "fuse.encfs": "EncFS",
    "fuse.cryfs": "CryFS",
    "fuse.securefs": "securefs",
}
"""Kinds of file system that encrypt what is in them."""
_MEMORY = frozenset({"tmpfs", "ramfs"})
_GETFLAGS, _ENCRYPT = 0x80086601, 0x800
"""Linux's call for the flags of a file or folder, and the one that fscrypt sets."""
_OTHERS = {
    "darwin": "fdesetup status tells",
    "win32": "manage-bde -status tells",
}

Flags = Callable[[Path], int]


@dataclass(frozen=True, slots=True)
class _Mount:
    device: str
    point: str
    kind: str
    source: str


def encryption_words(
    path: Path, root: Path = Path("/"), flags: Flags | None = None, platform: str = sys.platform
) -> str:
    """Return in words whether the disk of the file or folder `path` is encrypted.

    `root` is where `/proc` and `/sys` are; `flags` gives the flags of a folder.
    """
    if platform != "linux":
        return f"whether its disk is encrypted: cannot tell here; {_OTHERS.get(platform, 'ask')}"
    path = path.resolve()
    mount = _mount_of(path, root)
    if mount is None:
        return "whether its disk is encrypted: cannot tell"
    folder = path if path.is_dir() else path.parent
    return _of_mount(mount, root, (flags or folder_flags)(folder))


def _of_mount(mount: _Mount, root: Path, flags: int) -> str:
    if mount.kind in _OF_ITSELF:
        return f"its disk is encrypted ({_OF_ITSELF[mount.kind]})"
    if flags & _ENCRYPT:
        return "its folder is encrypted (fscrypt)"
    if mount.kind in _MEMORY:
        return "it lies in memory, on no disk (swapped out, it would be on one)"
    if mount.kind == "zfs":
        return f"whether its disk is encrypted: cannot tell; zfs get encryption {mount.source}"
    node = _node_of(mount, root)
    if node is None:
        return f"whether its disk is encrypted: cannot tell of {mount.kind} at {mount.point}"
    bare = "its disk is not encrypted, as far as the system tells: whoever takes it can read it all"
    return "its disk is encrypted (dm-crypt)" if _is_crypt(node) else bare


def folder_flags(folder: Path) -> int:
    """Return the flags that a file system keeps of a folder, 0 where it keeps none."""
    import fcntl

    found = array.array("l", [0])
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _GETFLAGS, found)
        finally:
            os.close(handle)
    except OSError:
        return 0
    return found[0]


def _mount_of(path: Path, root: Path) -> _Mount | None:
    """Return the mount that a path lies in: the longest that fits, of several such the last."""
    try:
        lines = (root / "proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    found = [mount for mount in map(_read, lines.splitlines()) if mount]
    holding = [mount for mount in found if path.is_relative_to(mount.point)]
    return max(reversed(holding), key=lambda mount: len(mount.point), default=None)


def _read(line: str) -> _Mount | None:
    """Read a line such as `36 35 8:1 / /home rw - ext4 /dev/sda1 rw`."""
    first, _, last = line.partition(" - ")
    fields, rest = first.split(), last.split()
    if len(fields) < 5 or len(rest) < 2:
        return None
    return _Mount(fields[2], _plain(fields[4]), rest[0], _plain(rest[1]))


def _plain(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), word)


def _node_of(mount: _Mount, root: Path) -> Path | None:
    """Return the folder in `/sys` of a mount's disk; that of btrfs is known by its source only."""
    by_number = root / "sys/dev/block" / mount.device
    if by_number.exists():
        return by_number
    if not mount.source.startswith("/dev/"):
        return None
    name = mount.source.rpartition("/")[2]
    block = root / "sys/class/block"
    if (block / name).exists():
        return block / name
    mapped = (node for node in block.glob("dm-*") if _text(node / "dm/name") == name)
    return next(mapped, None)


def _is_crypt(node: Path) -> bool:
    """Whether a disk, or every disk below it (volumes, RAID), is dm-crypt's."""
    if _text(node / "dm/uuid").startswith("CRYPT-"):
        return True
    below = list(_below(node))
    return bool(below) and all(map(_is_crypt, below))


def _below(node: Path) -> Iterator[Path]:
    slaves = node / "slaves"
    return slaves.iterdir() if slaves.is_dir() else iter(())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
