// SPDX-License-Identifier: MIT
//
// A plugin for QEMU's TCG that counts what the guest's kernel executes, without changing the guest:
//  - instructions from the kernel's entry to the first one in user mode, and to the end of the run;
//  - the longest run of kernel instructions without a way for an interrupt in between (the kernel has
//    interrupts off from its entry to its exit; its exits and windows are the watched addresses of the
//    classes 'e' and 's');
//  - between two marks (executions of a watched address of class 'm'): all instructions, those of each block
//    of the kernel, and the executions of other classes (mode switches, address-space switches, locked
//    operations, ...).
// tools/bench builds it, writes the file of watched addresses and reads the result. Blocks are counted when
// they are entered; one that a fault leaves early counts in full. One guest CPU.
//
// The prototypes are from QEMU's documentation of its plugin interface (docs/devel/tcg-plugins), since Debian
// packages no header. Only calls are used that are the same in all versions from 7.2 to 10.

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CALLBACK_NO_REGISTERS = 0 };

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
                                           void (*callback)(plugin_id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, void (*callback)(unsigned, void *),
                                          int flags, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*callback)(plugin_id, void *), void *data);

#define EXPORTED __attribute__((visibility("default")))
extern EXPORTED int qemu_plugin_version;
EXPORTED int qemu_plugin_install(plugin_id id, const void *info, int count, char **arguments);

int qemu_plugin_version = PLUGIN_VERSION;

enum { WATCH_MAX = 8192, PATH_MAX_BLOCKS = 1 << 18, CLASS_COUNT = 26, MARK_MAX = 256 };

struct watch {
    uint64_t address;
    int class;
};

struct block {
    struct block *next; // all of them
    uint64_t address;
    uint64_t executed; // instructions since the last mark
    uint32_t count;
    bool is_kernel, is_entry, is_mark, is_exit;
    uint8_t watched[CLASS_COUNT];
};

struct path {
    uint64_t length; // instructions
    size_t blocks;
    const struct block *block[PATH_MAX_BLOCKS];
};

struct snapshot {
    uint64_t instructions;
    uint64_t watched[CLASS_COUNT];
};

static struct watch watches[WATCH_MAX]; // in order of addresses
static size_t watch_count;
static uint64_t entry_address;
static FILE *out;
static struct block *blocks;
static bool entered, user_seen;
static struct snapshot now;
static uint64_t first_user;
static struct path current, longest;
static size_t mark_count;

static int watch_class(uint64_t address) {
    size_t low = 0;
    size_t high = watch_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (watches[middle].address == address)
            return watches[middle].class;
        if (watches[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static void path_end(void) {
    // Until the first instruction in user mode nobody waits for an interrupt.
    if (user_seen && current.length > longest.length) {
        longest.length = current.length;
        longest.blocks = current.blocks;
        memcpy(longest.block, current.block, current.blocks * sizeof(struct block *));
    }
    current.length = 0;
    current.blocks = 0;
}

static void snapshot_write(const char *name) {
    fprintf(out, "%s %" PRIu64, name, now.instructions);
    for (int i = 0; i < CLASS_COUNT; i++) {
        if (now.watched[i] > 0)
            fprintf(out, " %c=%" PRIu64, 'a' + i, now.watched[i]);
    }
    fprintf(out, "\n");
}

// First what was executed since the mark before it.
static void mark_write(void) {
    for (struct block *block = blocks; block != nullptr; block = block->next) {
        if (block->executed > 0)
            fprintf(out, "run %" PRIx64 " %" PRIu64 "\n", block->address, block->executed);
        block->executed = 0;
    }
    snapshot_write("mark");
}

static void block_run(unsigned cpu, void *data) {
    (void)cpu;
    struct block *block = data;
    entered |= block->is_entry;
    if (!entered)
        return;
    if (!block->is_kernel && !user_seen) {
        user_seen = true;
        first_user = now.instructions;
        current.length = current.blocks = 0;
    }
    if (block->is_mark && mark_count++ < MARK_MAX)
        mark_write();
    now.instructions += block->count;
    if (!block->is_kernel)
        return;
    block->executed += block->count;
    for (int i = 0; i < CLASS_COUNT; i++)
        now.watched[i] += block->watched[i];
    current.length += block->count;
    if (current.blocks < PATH_MAX_BLOCKS)
        current.block[current.blocks++] = block;
    if (block->is_exit)
        path_end();
}

static void block_translated(plugin_id id, struct qemu_plugin_tb *translated) {
    (void)id;
    struct block *block = calloc(1, sizeof(*block));
    if (block == nullptr)
        abort();
    block->address = qemu_plugin_tb_vaddr(translated);
    block->count = (uint32_t)qemu_plugin_tb_n_insns(translated);
    block->is_kernel = block->address >> 63;
    for (size_t i = 0; i < block->count && block->is_kernel; i++) {
        uint64_t address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(translated, i));
        int class = watch_class(address);
        block->is_entry |= address == entry_address;
        block->is_mark |= class == 'm' - 'a';
        // 's' is an exit too, counted apart
        block->is_exit |= class == 'e' - 'a' || class == 's' - 'a';
        if (class >= 0)
            block->watched[class]++;
    }
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(translated, block_run, CALLBACK_NO_REGISTERS, block);
}

static void finish(plugin_id id, void *data) {
    (void)id;
    (void)data;
    fprintf(out, "user %" PRIu64 "\n", user_seen ? first_user : 0);
    snapshot_write("end");
    fprintf(out, "longest %" PRIu64 "\n", longest.length);
    for (size_t i = 0; i < longest.blocks; i++)
        fprintf(out, "block %" PRIx64 " %" PRIu32 "\n", longest.block[i]->address, longest.block[i]->count);
    fclose(out);
}

// Lines "CLASS ADDRESS", ascending; class '!' is the kernel's entry.
static bool watches_read(const char *path) {
    FILE *file = fopen(path, "r");
    char class;
    uint64_t address;
    if (file == nullptr)
        return false;
    while (fscanf(file, " %c %" SCNx64, &class, &address) == 2) {
        if (class == '!')
            entry_address = address;
        else if (watch_count < WATCH_MAX && class >= 'a' && class <= 'z')
            watches[watch_count++] = (struct watch){address, class - 'a'};
        else
            return false;
    }
    fclose(file);
    return entry_address != 0;
}

int qemu_plugin_install(plugin_id id, const void *info, int count, char **arguments) {
    (void)info;
    const char *watch_path = nullptr;
    for (int i = 0; i < count; i++) {
        if (strncmp(arguments[i], "out=", 4) == 0)
            out = fopen(arguments[i] + 4, "w");
        if (strncmp(arguments[i], "watch=", 6) == 0)
            watch_path = arguments[i] + 6;
    }
    if (out == nullptr || watch_path == nullptr || !watches_read(watch_path)) {
        fprintf(stderr, "count: expected out=FILE,watch=FILE with the kernel's entry\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, finish, nullptr);
    return 0;
}
