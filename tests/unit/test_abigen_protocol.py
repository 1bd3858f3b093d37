# SPDX-License-Identifier: MIT
"""tools/abigen, service protocols: mistakes are named with their line; client stub, user/lib/call.c and server stub understand
each other over a faked kernel, and refuse what is malformed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from abigen_lib import emit_protocol, main  # noqa: E402
from abigen_lib.load import load_contract  # noqa: E402
from abigen_lib.protocol import protocols_load  # noqa: E402
from abigen_lib.source import Problems  # noqa: E402
from test_abigen import FAKE_USER, WARNINGS  # noqa: E402

# A protocol with everything that a protocol can have.
SAMPLE = """
[protocol]
name = "sample"
doc = "For the test."

[constants]
TEXT_MAX = { value = 100, doc = "most bytes of a text" }
BEYOND = { value = 0xffffffffffffffff, doc = "the largest number" }

[[enum]]
name = "kind"
doc = "With a gap."
values = [
  { name = "none", value = 0, doc = "nothing" },
  { name = "some", value = 1, doc = "something" },
  { name = "odd", value = 7, doc = "something else" },
  { name = "last", value = 8, doc = "what is left" },
]

[[enum]]
name = "flag"
doc = "Bits."
bits = true
values = [
  { name = "low", value = 0x1, doc = "the lowest" },
  { name = "high", value = 0x8000000000000000, doc = "the highest" },
]

[[operation]]
name = "all"
label = 1
repeatable = true
blocks = false
doc = "Everything at once."
args = [
  { name = "first", type = "u64", min = 1, max = 9, doc = "a number" },
  { name = "text", type = "lent_read", min = 1, max = "TEXT_MAX", doc = "read" },
  { name = "given", type = "descriptor", object = "memory", mode = "move", rights = ["read", "write"], charge = 4096, doc = "moved" },
  { name = "second", type = "u64", doc = "another number" },
  { name = "buffer", type = "lent_write", max = "PAGE_SIZE", doc = "written" },
  { name = "copy", type = "descriptor", object = "endpoint", mode = "clone", rights = ["call"], doc = "cloned" },
]
results = [
  { name = "sum", type = "u64", doc = "of the numbers" },
  { name = "made", type = "descriptor", object = "notification", rights = ["signal"], charge = 64, doc = "new" },
  { name = "second", type = "u64", doc = "as it came" },
]
errors = ["BAD_REQUEST", "BAD_SIZE", "NOT_FOUND"]

[[operation]]
name = "later"
label = 2
repeatable = false
blocks = true
doc = "Answered after the next receive."
args = []
results = [{ name = "status", type = "u64", doc = "a number" }]
errors = ["BAD_REQUEST"]

[[operation]]
name = "absent"
label = 3
repeatable = false
blocks = false
grant = "nobody"
doc = "Not implemented by the server."
args = []
results = []
errors = ["BAD_REQUEST"]

[[operation]]
name = "choose"
label = 4
repeatable = true
blocks = false
doc = "Takes values of the enums."
args = [
  { name = "kind", type = "u64", enum = "kind", doc = "one of it" },
  { name = "flags", type = "u64", enum = "flag", doc = "bits of it" },
]
results = [{ name = "text_max", type = "u64", doc = "a constant" }]
errors = ["BAD_REQUEST"]
"""

MISTAKES = [
    ("label = 2", "label = 1", "[[operation]]\nname = \"later\"", "label 1 is used twice"),
    ('name = "later"', 'name = "all"', "[[operation]]\nname = \"all\"\nlabel = 2", "operation all is used twice"),
    ("label = 2", "label = 0", "[[operation]]\nname = \"later\"", "label is not between 1 and"),
    ('name = "sample"', 'name = "simple"', "", "is not named like its file"),
    ('type = "lent_read"', 'type = "lent"', "", "unknown type 'lent'"),
    ('object = "memory"', 'object = "memories"', "", "unknown object 'memories'"),
    ('rights = ["call"]', 'rights = ["write"]', "", "unknown right 'write'"),
    ('mode = "clone"', 'mode = "copy"', "", "unknown mode 'copy'"),
    ('max = "PAGE_SIZE"', 'max = "PAGES"', "", "unknown constant 'PAGES'"),
    ('errors = ["BAD_REQUEST", "BAD_SIZE"', 'errors = ["BAD_REQUEST"', '[[operation]]\nname = "all"', "errors lack BAD_SIZE"),
    ('"NOT_FOUND"', '"NOT_FOUNDED"', '[[operation]]\nname = "all"', "unknown error 'NOT_FOUNDED'"),
    ('name = "copy"', 'name = "server"', "", "use themselves"),
    ('name = "copy"', 'name = "first"', '{ name = "first", type = "descriptor"', "argument first is used twice"),
    ("grant = ", "grants = ", '[[operation]]\nname = "absent"', "unknown key 'grants'"),
    ("repeatable = true\n", "", '[[operation]]\nname = "all"', "has no 'repeatable'"),
    ("[constants]", "[constant]", "", "unknown table 'constant'"),
    ("BEYOND = {", "TEXT_MIN = 3\nBEYOND = {", "TEXT_MIN", "constant 'TEXT_MIN' is not a table"),
    ("TEXT_MAX = { value = 100, doc", "TEXT_MAX = { value = 100, text", "", "constant 'TEXT_MAX': unknown key 'text'"),
    ('{ value = 100, doc = "most', '{ doc = "most', "", "constant 'TEXT_MAX' has no 'value'"),
    ("TEXT_MAX = { value = 100", 'TEXT_MAX = { value = "100"', "", "constant 'TEXT_MAX': 'value' is not int"),
    ("BEYOND =", "beyond =", "", "constant 'beyond' is not upper_case"),
    ("BEYOND = { value = 0xffffffffffffffff", "BEYOND = { value = -1", "", "SAMPLE_BEYOND does not fit 64 bits"),
    ("BEYOND =", "OFFER_SLOTS =", "", "'OFFER_SLOTS' is a name that the generated header uses itself"),
    ("BEYOND =", "ALL =", "ALL =", "SAMPLE_ALL is a name in C twice"),
    ("BEYOND =", "KIND_ODD =", '  { name = "odd"', "SAMPLE_KIND_ODD is a name in C twice"),
    ("BEYOND =", "FLAG_ALL =", '[[enum]]\nname = "flag"', "SAMPLE_FLAG_ALL is a name in C twice"),
    ('max = "TEXT_MAX"', 'max = "TEXT"', "", "unknown constant 'TEXT'"),
    ('name = "flag"', 'name = "kind"', '[[enum]]\nname = "kind"\ndoc = "Bits."', "enum kind is used twice"),
    ('name = "flag"', 'name = "label"', '[[enum]]\nname = "label"', "'label' is a name that the generated header uses itself"),
    ('name = "flag"', 'name = "Flag"', '[[enum]]\nname = "Flag"', "enum 'Flag' is not lower_case"),
    ("bits = true", "bit = true", '[[enum]]\nname = "flag"', "enum 'flag': unknown key 'bit'"),
    ('doc = "Bits."\n', "", '[[enum]]\nname = "flag"', "enum 'flag' has no 'doc'"),
    ('{ name = "odd", value = 7', '{ name = "some", value = 7', "", "kind: value some is used twice"),
    ("value = 7", "value = 8", '  { name = "last"', "kind: number 8 is used twice"),
    ("value = 7", "value = 0x10000000000000000", "", "value 'odd' does not fit 64 bits"),
    ('{ name = "odd"', '{ name = "1st"', "", "value '1st' is not lower_case"),
    ('"odd", value', '"odd", number', "", "kind: value 'odd': unknown key 'number'"),
    ("value = 0x1,", "value = 0x3,", "", "flag: 'low' is not one bit"),
    ('enum = "flag"', 'enum = "flags"', "", "unknown enum 'flags'"),
    ('enum = "flag"', 'enum = "flag", max = 3', "", "has an enum and bounds"),
    ('{ name = "text_max", type = "u64"', '{ name = "text_max", enum = "kind", type = "u64"', "", "unknown key 'enum'"),
]  # fmt: skip


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols/sample.toml").write_text(SAMPLE)
    (tmp_path / "abi").symlink_to(ROOT / "abi")
    return tmp_path


def line_of(tree: Path, text: str) -> int:
    content = (tree / "protocols/sample.toml").read_text()
    return content[: content.index(text)].count("\n") + 1


@pytest.mark.parametrize("old, new, named, message", MISTAKES, ids=[m[3] for m in MISTAKES])
def test_mistake_is_named_with_its_line(tree: Path, old: str, new: str, named: str, message: str) -> None:
    path = tree / "protocols/sample.toml"
    assert old in SAMPLE
    line = line_of(tree, old)
    path.write_text(SAMPLE.replace(old, new, 1))
    problems = Problems()
    main.outputs_load(tree, problems)
    found = [text for text in problems.lines() if message in text]
    assert found, problems.lines()
    assert found[0].startswith(f"protocols/sample.toml:{line_of(tree, named) if named else line}: "), found


def test_too_many_of_each_kind(tree: Path) -> None:
    ranges = ", ".join(f'{{ name = "r{i}", type = "lent_read", doc = "x" }}' for i in range(3))
    numbers = ", ".join(f'{{ name = "n{i}", type = "u64", doc = "x" }}' for i in range(9))
    path = tree / "protocols/sample.toml"
    path.write_text(SAMPLE.replace("args = []", f"args = [{ranges}, {numbers}]", 1))
    problems = Problems()
    main.outputs_load(tree, problems)
    text = "\n".join(problems.lines())
    assert "later: 3 lent ranges, at most 2" in text and "later: 9 u64 arguments, at most 8" in text


# The kernel as far as the stubs need it: one page, one message on its way, descriptors whose type is value >> 8. What happens
# to descriptors is printed.
TEST = """
#include <stdio.h>
#include <string.h>
#include <protocols/sample.h>
#include <tessera/syscalls.h>

static struct message_page page;
struct message_page *message_page(void) { return &page; }

static uint64_t message[MESSAGE_WORDS], message_header, answer[MESSAGE_WORDS], answer_header;
static struct message_range lent[MESSAGE_RANGES];
static struct message_descriptor sent[MESSAGE_DESCRIPTORS];
static bool answered;
static uint64_t answer_reply;
static status_t reply_status, handler_status, call_status;
static struct ts_call kept;

static void handlers_run(void);

static unsigned descriptors(uint64_t header) { return header >> HEADER_DESCRIPTORS_SHIFT & 7; }

static void deliver(uint64_t header) {
    for (unsigned i = 0; i < descriptors(header); i++)
        page.received[i] = (struct message_received){sent[i].descriptor + 1, sent[i].rights, (uint32_t)(sent[i].descriptor >> 8)};
}

static status_t kernel_call(uint64_t header, uint64_t words[8], uint64_t results[3]) {
    if (call_status != STATUS_OK)
        return call_status;
    printf("offer %llu %llu; ", (unsigned long long)page.offer_slots, (unsigned long long)page.offer_bytes);
    memcpy(message, words, sizeof message);
    message_header = header;
    memcpy(lent, page.lend, sizeof lent);
    memcpy(sent, page.send, sizeof sent);
    answered = false;
    handlers_run();
    memcpy(words, answer, sizeof answer);
    deliver(answer_header);
    results[1] = answer_header;
    return answered ? STATUS_OK : STATUS_DROPPED;
}

static status_t kernel_receive(uint64_t words[8], uint64_t results[3]) {
    memcpy(words, message, sizeof message);
    memcpy(page.lent, lent, sizeof lent);
    deliver(message_header);
    results[0] = 7;
    results[1] = message_header;
    results[2] = 1234;
    return STATUS_OK;
}

static status_t kernel_reply(uint64_t reply, uint64_t header, uint64_t words[8]) {
    const status_t status = reply_status;
    reply_status = STATUS_OK;
    if (status != STATUS_OK)
        return status;
    answer_reply = reply;
    answer_header = header & ~HEADER_GIVE_BACK;
    if (header & HEADER_GIVE_BACK)
        printf("give back; ");
    memcpy(answer, words, sizeof answer);
    memcpy(sent, page.send, sizeof sent);
    answered = true;
    return STATUS_OK;
}

status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t words[8],
                            uint64_t results[3]) {
    (void)a2;
    if (number == SYSCALL_CALL)
        return kernel_call(a1, words, results);
    return number == SYSCALL_RECEIVE ? kernel_receive(words, results) : kernel_reply(a0, a1, words);
}
static status_t kernel_copy(uint64_t number, uint64_t range, uint64_t offset, uint64_t buffer, uint64_t length,
                            uint64_t results[3]) {
    char *theirs = (char *)lent[range].address + offset;
    results[0] = length < LENT_COPY_MAX ? length : LENT_COPY_MAX;
    if (number == SYSCALL_LENT_READ)
        memcpy((void *)buffer, theirs, results[0]);
    else
        memcpy(theirs, (void *)buffer, results[0]);
    return STATUS_OK;
}

status_t ts_syscall6(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                     uint64_t results[3]) {
    (void)a5;
    if (number == SYSCALL_LENT_READ || number == SYSCALL_LENT_WRITE)
        return kernel_copy(number, a1, a2, a3, a4, results);
    printf(number == SYSCALL_DESCRIPTOR_RELEASE ? "release %llx; " : "keep %llx; ", (unsigned long long)a0);
    return STATUS_OK;
}

static status_t do_all(struct ts_call *call, uint64_t first, struct ts_lent text, desc_t given, uint64_t second,
                       struct ts_lent buffer, desc_t copy, uint64_t *sum, desc_t *made, uint64_t *second_out) {
    char bytes[100];
    uint64_t done;
    if (ts_call_read(call, text, 0, bytes, text.length, &done) != STATUS_OK || done != text.length)
        return STATUS_LENT_FAULT;
    printf("%.*s %llx %llx %llu %s; ", (int)done, bytes, (unsigned long long)given.value, (unsigned long long)copy.value,
           (unsigned long long)call->badge, (const char *)call->context);
    if (ts_call_read(call, text, 1, bytes, text.length, nullptr) != STATUS_OUT_OF_RANGE)
        return STATUS_OVERLAP;
    if (ts_call_write(call, buffer, 0, "reply", 5, nullptr) != STATUS_OK)
        return STATUS_LENT_FAULT;
    *sum = first + second;
    *second_out = second;
    *made = (desc_t){OBJECT_NOTIFICATION << 8};
    return handler_status;
}

static status_t do_later(struct ts_call *call, uint64_t *status) {
    *status = 5;
    if (ts_call_keep(call, (desc_t){0x700}) != STATUS_OK)
        return STATUS_NO_CALL;
    kept = *call;
    return TS_REPLY_LATER;
}

static status_t do_choose(struct ts_call *call, enum sample_kind kind, enum sample_flag flags, uint64_t *text_max) {
    (void)call;
    printf("%llu %llx; ", (unsigned long long)kind, (unsigned long long)flags);
    *text_max = SAMPLE_TEXT_MAX;
    return STATUS_OK;
}

static const struct sample_ops operations = {.all = do_all, .later = do_later, .choose = do_choose};
static_assert(SAMPLE_BEYOND == UINT64_MAX && SAMPLE_FLAG_ALL == (SAMPLE_FLAG_LOW | SAMPLE_FLAG_HIGH));

static void handlers_run(void) {
    struct ts_call call;
    const status_t error = ts_call_receive((desc_t){9}, SAMPLE_OFFER_SLOTS, SAMPLE_OFFER_BYTES, DEADLINE_NONE, &call);
    if (error != STATUS_OK || !sample_serve(&operations, "context", &call))
        printf("event; ");
    if (!answered && kept.reply.value != 0)
        sample_later_reply(&kept, STATUS_OK, 42);
}

static void run_all(const char *what, uint64_t first, uint64_t length, uint64_t given_type) {
    char buffer[8] = "", text[101] = "hello";
    uint64_t sum = 99, second = 99;
    desc_t made = {99};
    const status_t status = sample_all((desc_t){1}, first, text, length, (desc_t){given_type << 8}, 3, buffer, sizeof buffer,
                                       (desc_t){OBJECT_ENDPOINT << 8}, &sum, &made, &second, DEADLINE_NONE);
    printf("%s: %s %llu %llx %llu '%s'\\n", what, status_name(status), (unsigned long long)sum,
           (unsigned long long)made.value, (unsigned long long)second, buffer);
}

static void run_choose(uint64_t kind, uint64_t flags) {
    uint64_t most = 0;
    const status_t status = sample_choose((desc_t){1}, (enum sample_kind)kind, (enum sample_flag)flags, &most, 0);
    printf("choose: %s %llu\\n", status_name(status), (unsigned long long)most);
}

static void run_raw(const char *what, uint64_t header, uint64_t word) {
    uint64_t words[MESSAGE_WORDS] = {0, 0, 0, word};
    const status_t status = ts_call_send((desc_t){1}, header, 0, words, 0, 0, nullptr, nullptr);
    printf("%s: %s\\n", what, status_name(status));
}

int main() {
    printf("%llu %llu\\n", (unsigned long long)SAMPLE_OFFER_SLOTS, SAMPLE_OFFER_BYTES);
    run_all("good", 2, 5, OBJECT_MEMORY);
    run_all("low", 0, 5, OBJECT_MEMORY);
    run_all("high", 10, 5, OBJECT_MEMORY);
    run_all("empty", 2, 0, OBJECT_MEMORY);
    run_all("long", 2, 101, OBJECT_MEMORY);
    run_all("type", 2, 5, OBJECT_THREAD);
    handler_status = STATUS_NOT_FOUND;
    run_all("error", 2, 5, OBJECT_MEMORY);
    handler_status = STATUS_OK;
    reply_status = STATUS_NOT_OFFERED;
    run_all("not offered", 2, 5, OBJECT_MEMORY);
    call_status = STATUS_NO_SERVER;
    run_all("no server", 2, 5, OBJECT_MEMORY);
    call_status = STATUS_OK;
    uint64_t number = 0;
    const status_t status = sample_later((desc_t){1}, &number, 0);
    printf("later: %s %llu %llx\\n", status_name(status), (unsigned long long)number, (unsigned long long)answer_reply);
    kept.reply.value = 0;
    printf("absent: %s\\n", status_name(sample_absent((desc_t){1}, 0)));
    run_choose(SAMPLE_KIND_NONE, 0);
    run_choose(SAMPLE_KIND_SOME, SAMPLE_FLAG_LOW);
    run_choose(2, SAMPLE_FLAG_LOW);
    run_choose(6, SAMPLE_FLAG_LOW);
    run_choose(SAMPLE_KIND_ODD, SAMPLE_FLAG_ALL);
    run_choose(SAMPLE_KIND_LAST, SAMPLE_FLAG_HIGH);
    run_choose(9, 0);
    run_choose(UINT64_MAX, 0);
    run_choose(SAMPLE_KIND_NONE, 2);
    run_raw("label", 77, 0);
    run_raw("word", SAMPLE_LATER, 1);
    run_raw("range", SAMPLE_LATER | 1ULL << HEADER_RANGES_SHIFT, 0);
    sent[0] = page.send[0] = (struct message_descriptor){OBJECT_SPACE << 8, 0, DESCRIPTOR_CLONE};
    run_raw("unasked", SAMPLE_LATER | 1ULL << HEADER_DESCRIPTORS_SHIFT, 0);
    run_raw("event", SAMPLE_LATER | HEADER_EVENT, 0);
    return 0;
}
"""

EXPECTED = """
2 4096
offer 1 64; hello 101 501 7 context; good: OK 5 801 3 'reply'
offer 1 64; release 101; release 501; give back; low: BAD_REQUEST 0 0 0 ''
offer 1 64; release 101; release 501; give back; high: BAD_REQUEST 0 0 0 ''
offer 1 64; release 101; release 501; give back; empty: BAD_SIZE 0 0 0 ''
offer 1 64; release 101; release 501; give back; long: BAD_SIZE 0 0 0 ''
offer 1 64; release 401; release 501; give back; type: BAD_REQUEST 0 0 0 ''
offer 1 64; hello 101 501 7 context; release 101; release 501; release 800; give back; error: NOT_FOUND 5 0 3 'reply'
offer 1 64; hello 101 501 7 context; release 800; release 101; release 501; give back; not offered: NOT_OFFERED 0 0 0 'reply'
no server: NO_SERVER 0 0 0 ''
offer 0 0; keep 700; later: OK 42 700
offer 0 0; absent: BAD_REQUEST
offer 0 0; 0 0; choose: OK 100
offer 0 0; 1 1; choose: OK 100
offer 0 0; choose: BAD_REQUEST 0
offer 0 0; choose: BAD_REQUEST 0
offer 0 0; 7 8000000000000001; choose: OK 100
offer 0 0; 8 8000000000000000; choose: OK 100
offer 0 0; choose: BAD_REQUEST 0
offer 0 0; choose: BAD_REQUEST 0
offer 0 0; choose: BAD_REQUEST 0
offer 0 0; label: BAD_REQUEST
offer 0 0; word: BAD_REQUEST
offer 0 0; range: BAD_REQUEST
offer 0 0; release 201; give back; unasked: BAD_REQUEST
offer 0 0; event; event: DROPPED
"""


def test_client_and_server_understand_each_other(tree: Path) -> None:
    problems = Problems()
    contract = load_contract(ROOT, problems)
    protocol = protocols_load(tree, contract, problems)[0]
    assert problems.lines() == []
    made = tree / "made"
    main.main([str(made / name) for name in main.OUTPUTS])
    (made / "protocols").mkdir()
    (made / "protocols/sample.h").write_text(emit_protocol.protocol_h(contract, protocol))
    (made / "protocols/sample_values.h").write_text(emit_protocol.values_h(contract, protocol))
    (made / "syscall.h").write_text(FAKE_USER.replace("status_t ts_", "[[maybe_unused]] status_t ts_"))
    (tree / "test.c").write_text(TEST)
    sources = [tree / "test.c", ROOT / "user/lib/call.c", made / "abi/names.c"]
    includes = [f"-I{made}", f"-I{ROOT / 'user/lib/include'}"]
    command = ["clang-19", *WARNINGS, "-fsanitize=address,undefined", *includes, *sources, "-o", tree / "test"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    output = subprocess.run([tree / "test"], capture_output=True, text=True, check=True).stdout
    assert output.strip().splitlines() == EXPECTED.strip().splitlines()


def test_the_manual_names_the_numbers(tree: Path) -> None:
    outputs = main.outputs_load(tree, Problems())
    manual = outputs.kept()["docs/protocols.md"]
    assert "| `SAMPLE_TEXT_MAX` | 100 | most bytes of a text |" in manual
    assert "### enum sample_kind\n\nWith a gap.\n" in manual
    assert "| `SAMPLE_KIND_ODD` | 7 | something else |" in manual
    assert "| `SAMPLE_FLAG_HIGH` | 0x8000000000000000 | the highest |" in manual
    assert "| `kind` | `enum sample_kind` | one of it |" in manual
    assert "| `flags` | `enum sample_flag`, bits of it | bits of it |" in manual
    assert "from 1 to `SAMPLE_TEXT_MAX` bytes" in manual


def test_names_of_two_protocols_differ(tree: Path) -> None:
    other = SAMPLE.replace('name = "sample"', 'name = "sample_kind"', 1).replace("BEYOND =", "ODD =", 1)
    (tree / "protocols/sample_kind.toml").write_text(other)
    problems = Problems()
    main.outputs_load(tree, problems)
    assert [text for text in problems.lines() if "SAMPLE_KIND_ODD is a name in C twice" in text], problems.lines()


def test_a_protocol_does_not_take_the_header_of_values(tree: Path) -> None:
    (tree / "protocols/sample_values.toml").write_text(SAMPLE.replace('name = "sample"', 'name = "sample_values"', 1))
    problems = Problems()
    main.outputs_load(tree, problems)
    assert [text for text in problems.lines() if "the header of another's values" in text], problems.lines()
