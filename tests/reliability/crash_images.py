"""Images of an SQLite database as a crash could leave them: database and log copied together, the log's tail spoilt.

Who writes meanwhile, and what an image must hold, is the tests'.
"""

import random
import shutil
import struct
from dataclasses import dataclass
from pathlib import Path

HEADER, FRAME_HEADER, LAST = 32, 24, 64
NAME = "samverk.sqlite3"
KINDS = ("cut", "garbled", "zeroed", "one bit")


@dataclass(frozen=True, slots=True)
class Log:
    """A copy of a write-ahead log. `settled` is how many of its bytes stand in the database file already, perhaps.

    Source: https://www.sqlite.org/fileformat2.html#walformat
    """

    content: bytes
    settled: int

    @property
    def frame(self) -> int:
        """Return the size of a frame in bytes."""
        return FRAME_HEADER + int(struct.unpack(">I", self.content[8:12])[0])

    @property
    def end(self) -> int:
        """Return where the last whole frame of this round ends; what lies behind is torn, or left from earlier rounds.

        Only the last frames can have been copied half: the sums of the others are taken as they stand.
        """
        starts = []
        at = HEADER
        while at + self.frame <= len(self.content) and self.content[at + 8 : at + 16] == self.content[16:24]:
            starts.append(at)
            at += self.frame
        for start in starts[-LAST:]:
            if not self._is_whole(start):
                return start
        return at

    def _is_whole(self, start: int) -> bool:
        """Say whether a frame has the sum that it and the frame before it make."""
        sums = 24 if start == HEADER else start - self.frame + 16
        first, second = struct.unpack(">II", self.content[sums : sums + 8])
        order = ">" if self.content[3] & 1 else "<"
        page = start + FRAME_HEADER
        summed = self.content[start : start + 8] + self.content[page : start + self.frame]
        words = struct.unpack(f"{order}{len(summed) // 4}I", summed)
        for one, other in zip(words[::2], words[1::2], strict=True):
            first = (first + one + second) & 0xFFFFFFFF
            second = (second + other + first) & 0xFFFFFFFF
        return struct.pack(">II", first, second) == self.content[start + 16 : page]

    def commits_before(self, offset: int) -> int:
        """Return how many transactions stand wholly before an offset: the last frame of each says the file's size."""
        starts = range(HEADER, min(offset, self.end) - self.frame + 1, self.frame)
        return sum(self.content[at + 4 : at + 8] != b"\0\0\0\0" for at in starts)

    def spoilt(self, kind: str, chance: random.Random) -> tuple[bytes, int]:
        """Return the log with its tail spoilt, and the first offset at which it differs."""
        at = chance.randrange(self.settled, max(self.end, self.settled + 1))
        whole, tail = self.content[:at], self.content[at:]
        match kind:
            case "cut":
                return whole, at
            case "zeroed":
                found = whole + bytes(len(tail))
            case "one bit":
                found = whole + bytes(one ^ 1 << chance.randrange(8) for one in tail[:1]) + tail[1:]
            case _:
                length = min(len(tail), chance.randrange(1, 3 * self.frame))
                found = whole + chance.randbytes(length) + tail[length:]
        # A zero made zero, or a byte that chance has made again, spoils nothing.
        differing = (number for number in range(at, len(found)) if found[number] != self.content[number])
        return found, next(differing, len(found))


def copy(folder: Path, target: Path) -> Log | None:
    """Copy the database of a running server beside its log; None when the log was begun anew meanwhile.

    All that the database file gets from the log while it is copied stands in the log too, so that a torn copy is what
    a crash leaves. What a checkpoint has taken over may not be spoilt: the log was synced before it.
    """
    log, index = folder / f"{NAME}-wal", folder / f"{NAME}-shm"
    before = _head(log)
    shutil.copyfile(folder / NAME, target)
    content = log.read_bytes()
    # The index says how many frames a checkpoint has taken over, or was about to.
    with index.open("rb") as file:
        shared = file.read(136)
    attempted = max(struct.unpack("=I", shared[96:100])[0], struct.unpack("=I", shared[128:132])[0])
    if len(before) < HEADER or not before == content[:HEADER] == _head(log):
        return None
    found = Log(content, HEADER)
    return Log(content, HEADER + attempted * found.frame)


def _head(log: Path) -> bytes:
    with log.open("rb") as file:
        return file.read(HEADER)
