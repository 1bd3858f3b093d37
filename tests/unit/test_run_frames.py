# SPDX-License-Identifier: MIT
"""tools/lib/frames.py: the records on the serial line, whole, in pieces, cut short and full of binary data."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "lib"))

from frames import FrameParser, parse_status  # noqa: E402

TAG = b"0badcafe"


def record(kind, payload, tag=TAG):
    return b"\x1e" + tag + kind.encode() + b"%04x\n" % len(payload) + payload


def parse(data, sizes=None):
    """All events, neighbours of kind 'text' joined; `sizes` says how the data arrives."""
    parser = FrameParser(TAG)
    events = []
    at = 0
    for size in sizes or [len(data)]:
        events += parser.feed(data[at : at + size])
        at += size
    events += parser.feed(data[at:]) + parser.finish()
    joined = []
    for kind, payload in events:
        if kind == "text" and joined and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + payload)
        else:
            joined.append((kind, payload))
    return joined


def test_a_whole_boot():
    data = b"boot text\r\n" + record("l", b"log\n") + record("o", b"hello\n") + record("e", b"7") + b"bye\r\n"
    assert parse(data) == [
        ("text", b"boot text\r\n"), ("l", b"log\n"), ("o", b"hello\n"), ("e", b"7"), ("text", b"bye\r\n"),
    ]  # fmt: skip


def test_every_way_to_cut_the_stream_in_two():
    data = b"a\x1eb" + record("o", b"x\x1e" + TAG + b"yz\n") + record("l", b"") + record("e", b"0") + b"end"
    whole = parse(data)
    assert ("o", b"x\x1e" + TAG + b"yz\n") in whole
    for at in range(len(data) + 1):
        assert parse(data, [at]) == whole, at
    assert parse(data, [1] * len(data)) == whole


def test_output_arrives_as_soon_as_its_record_is_complete():
    parser = FrameParser(TAG)
    assert parser.feed(record("o", b"now")) == [("o", b"now")]
    assert parser.feed(b"plain text") == [("text", b"plain text")]


def test_text_is_not_held_back_for_a_foreign_record_separator():
    parser = FrameParser(TAG)
    assert parser.feed(b"a\x1ex") == [("text", b"a\x1ex")]


def test_a_foreign_tag_is_text():
    data = record("o", b"forged", tag=b"deadbeef")
    assert parse(data) == [("text", data)]


@pytest.mark.parametrize("head", [b"q0001\n", b"o00g1\n", b"o0001 ", b"o+001\n", b"o 001\n"])
def test_a_malformed_header_is_text(head):
    data = b"\x1e" + TAG + head + b"x"
    assert parse(data) == [("text", data)]


def test_the_longest_payload():
    payload = bytes(range(256)) * 255 + bytes(range(255))
    assert len(payload) == 0xFFFF
    assert parse(record("o", payload)) == [("o", payload)]


def test_a_record_cut_by_a_panic_is_no_output():
    whole = record("o", b"0123456789")
    data = whole[:-4] + record("p", b"") + b"panic: text longer than what was left"
    assert parse(data) == [("cut", b"012345"), ("p", b""), ("text", b"panic: text longer than what was left")]
    for at in range(len(data) + 1):
        assert parse(data, [at]) == parse(data)


def test_a_panic_record_with_a_carriage_return():
    data = record("o", b"0123456789")[:-4] + record("p", b"")[:-1] + b"\r\ntext"
    assert parse(data) == [("cut", b"012345"), ("p", b""), ("text", b"text")]
    for at in range(len(data) + 1):
        assert parse(data, [at]) == parse(data)


def test_a_cut_one_byte_before_the_end():
    whole = record("o", b"0123456789")
    data = whole[:-1] + record("l", b"next")
    assert parse(data) == [("cut", b"012345678"), ("l", b"next")]
    assert parse(data, [1] * len(data)) == parse(data)


def test_a_stream_that_ends_inside_a_record():
    whole = record("o", b"0123456789")
    assert parse(whole[:-1]) == [("cut", b"012345678")]
    assert parse(whole[:10]) == [("text", whole[:10])]


def test_a_payload_that_ends_like_a_header_is_complete_at_the_end():
    payload = b"data\x1e" + TAG + b"o00"
    assert parse(record("o", payload)) == [("o", payload)]
    assert parse(record("o", payload) + record("e", b"0")) == [("o", payload), ("e", b"0")]


def test_random_binary_payloads_in_random_pieces():
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}; repeat with: random.Random({seed})")
    generator = random.Random(seed)
    alphabet = b"\x1e\n" + TAG + bytes(range(4))
    for _ in range(300):
        expected = []
        data = b""
        for _ in range(generator.randrange(1, 8)):
            kind = generator.choice("ol")
            payload = bytes(generator.choice(alphabet) for _ in range(generator.randrange(60)))
            expected.append((kind, payload))
            data += record(kind, payload)
        sizes = [generator.randrange(1, 30) for _ in range(len(data))]
        assert parse(data, sizes) == expected


@pytest.mark.parametrize("payload, status", [(b"0", 0), (b"7", 7), (b"255", 255)])
def test_statuses(payload, status):
    assert parse_status(payload) == status


@pytest.mark.parametrize("payload", [b"", b"256", b"-1", b"1000", b"7\n", b" 7", b"x", b"\xb2"])
def test_what_is_no_status(payload):
    assert parse_status(payload) is None
