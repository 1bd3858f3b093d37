# SPDX-License-Identifier: MIT
"""The records on the serial line of a boot with `run=x:`.

A record is: byte 0x1e, the boot's tag (8 digits), one letter, 4 hexadecimal digits, newline, and exactly so many
bytes of payload. Letters: `o` program output, `l` log, `e` end (payload: the status in decimal), `p` panic (the
kernel takes the line over; it has no payload, plain text follows, and its newline may be CR LF). Everything else on the line is text.

A record may be cut short, when the kernel panics or the driver dies in the middle: a header with the boot's tag
inside a payload ends the record before it. No program can know the tag, so no output can look like that.
"""

import re

LENGTH_DIGITS = 4


class FrameParser:
    """Feeds on pieces of any size; hands out (kind, bytes) in order.

    Kinds: 'text', 'o', 'l', 'e', 'p', and 'cut' for the payload of a record that never came to its end.
    """

    def __init__(self, tag):
        self._mark = b"\x1e" + tag
        self._header = re.compile(re.escape(self._mark) + b"(?:([ole])([0-9a-fA-F]{4})\n|(p)(0000)\r?\n)")
        self._header_size = len(self._mark) + 1 + LENGTH_DIGITS + 2
        self._buffer = b""
        self._kind = None  # of the record that is being read
        self._left = 0  # bytes of its payload that it announces

    def feed(self, data):
        self._buffer += data
        events = []
        while self._step(events, at_end=False):
            pass
        return events

    def finish(self):
        """No more bytes will come."""
        events = []
        while self._step(events, at_end=True):
            pass
        return events

    def _step(self, events, at_end):
        return self._step_text(events, at_end) if self._kind is None else self._step_payload(events, at_end)

    def _take(self, events, kind, count):
        if count > 0 or kind != "text":
            events.append((kind, self._buffer[:count]))
        self._buffer = self._buffer[count:]

    def _undecided(self, start):
        """Where a header might begin that is not wholly there yet; the buffer's end when there is none."""
        first = max(start, len(self._buffer) - self._header_size + 1)
        for at in range(first, len(self._buffer)):
            if self._may_become_header(self._buffer[at:]):
                return at
        return len(self._buffer)

    def _may_become_header(self, piece):
        mark = piece[: len(self._mark)]
        if not self._mark.startswith(mark):
            return False
        rest = piece[len(self._mark) :]
        return re.fullmatch(b"|[ole][0-9a-fA-F]{0,4}|p0{0,4}|p0000\r", rest) is not None

    def _begin(self, match):
        self._kind = (match.group(1) or match.group(3)).decode()
        self._left = int(match.group(2) or match.group(4), 16)
        self._buffer = self._buffer[match.end() :]

    def _step_text(self, events, at_end):
        match = self._header.search(self._buffer)
        if match:
            self._take(events, "text", match.start())
            self._begin(self._header.match(self._buffer))
            return True
        self._take(events, "text", len(self._buffer) if at_end else self._undecided(0))
        return False

    def _step_payload(self, events, at_end):
        match = self._header.search(self._buffer)
        if match and match.start() < self._left:
            self._take(events, "cut", match.start())
            self._begin(self._header.match(self._buffer))
            return True
        complete = len(self._buffer) >= self._left
        if complete and (at_end or self._undecided(0) >= self._left):
            self._take(events, self._kind, self._left)
            self._kind = None
            return True
        if at_end:
            self._take(events, "cut", len(self._buffer))
            self._kind = None
        return False


def parse_status(payload):
    """The status in an `e` record, None when it is no number from 0 to 255."""
    if not re.fullmatch(b"[0-9]{1,3}", payload) or int(payload) > 255:
        return None
    return int(payload)
