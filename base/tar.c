// SPDX-License-Identifier: MIT
//
// See tar.h. Invariant: reader->offset <= reader->size; every access to the archive is preceded by a
// comparison with what remains behind the offset, never by an addition to it.

#include <base/tar.h>
#include <base/string.h>

struct tar_header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6]; // POSIX: "ustar\0" and version "00"; GNU: "ustar  \0" over both
    char version[2];
    char user[32];
    char group[32];
    char major[8];
    char minor[8];
    char prefix[155];
    char padding[12];
};

static_assert(sizeof(struct tar_header) == TAR_BLOCK_SIZE);

enum {
    TYPE_FILE_OLD = '\0',
    TYPE_FILE = '0',
    TYPE_HARD_LINK = '1',
    TYPE_SYMBOLIC_LINK = '2',
    TYPE_DIRECTORY = '5',
    TYPE_LONG_LINK = 'K',
    TYPE_LONG_NAME = 'L',
};

const char *tar_error_text(enum tar_error error) {
    static const char *const texts[] = {
        [TAR_OK] = "no error",
        [TAR_END] = "end of the archive",
        [TAR_ERROR_EMPTY] = "the archive has no bytes",
        [TAR_ERROR_NO_END_MARKER] = "the archive ends without its end marker",
        [TAR_ERROR_HEADER_TRUNCATED] = "the archive ends inside a header",
        [TAR_ERROR_DATA_TRUNCATED] = "the archive ends inside an entry's data",
        [TAR_ERROR_MAGIC] = "a header without the ustar magic",
        [TAR_ERROR_CHECKSUM] = "a header with a wrong checksum",
        [TAR_ERROR_SIZE_NOT_OCTAL] = "a size that is no octal number",
        [TAR_ERROR_SIZE_NEGATIVE] = "a negative size",
        [TAR_ERROR_SIZE_TOO_LARGE] = "a size that does not fit 64 bits",
        [TAR_ERROR_MODE_NOT_OCTAL] = "a mode that is no octal number up to 07777",
        [TAR_ERROR_DIRECTORY_WITH_DATA] = "a directory with data",
        [TAR_ERROR_LINK] = "a link (only files and directories are allowed)",
        [TAR_ERROR_TYPE] = "an entry that is neither file nor directory",
        [TAR_ERROR_NAME_EMPTY] = "an empty name",
        [TAR_ERROR_NAME_ABSOLUTE] = "an absolute name",
        [TAR_ERROR_NAME_DOT] = "a name with the part '.'",
        [TAR_ERROR_NAME_DOT_DOT] = "a name with the part '..'",
        [TAR_ERROR_NAME_EMPTY_PART] = "a name with an empty part",
        [TAR_ERROR_NAME_FILE_WITH_SLASH] = "a file whose name ends with a slash",
        [TAR_ERROR_NAME_TOO_LONG] = "a name of 1024 bytes or more",
        [TAR_ERROR_LONG_NAME_UNTERMINATED] = "a long name that does not end with NUL",
        [TAR_ERROR_LONG_NAME_WITHOUT_ENTRY] = "a long name without an entry behind it",
        [TAR_ERROR_DUPLICATE] = "two entries with the same name",
        [TAR_ERROR_PARENT_IS_FILE] = "a name below another entry that is a file",
        [TAR_ERROR_TOO_MANY_ENTRIES] = "too many entries",
    };
    return (size_t)error < array_length(texts) ? texts[error] : "unknown error";
}

// Spaces, octal digits, then NUL or spaces up to the end of the field.
static bool parse_octal(const char *field, size_t length, uint64_t *value) {
    size_t at = 0;
    *value = 0;
    while (at < length && field[at] == ' ')
        at++;
    size_t digits = at;
    for (; at < length && field[at] >= '0' && field[at] <= '7'; at++)
        *value = *value * 8 + (uint64_t)(field[at] - '0');
    if (at == digits)
        return false;
    while (at < length && (field[at] == ' ' || field[at] == '\0'))
        at++;
    return at == length;
}

// Octal, or (GNU) big-endian binary with the first byte's top bit set; bit 6 is then the sign.
static enum tar_error parse_size(const char *field, size_t length, uint64_t *size) {
    uint8_t first = (uint8_t)field[0];
    if (first == '-')
        return TAR_ERROR_SIZE_NEGATIVE;
    if ((first & 0x80) == 0)
        return parse_octal(field, length, size) ? TAR_OK : TAR_ERROR_SIZE_NOT_OCTAL;
    if ((first & 0x40) != 0)
        return TAR_ERROR_SIZE_NEGATIVE;
    uint64_t value = first & 0x3f;
    for (size_t i = 1; i < length; i++) {
        if (value >> 56 != 0)
            return TAR_ERROR_SIZE_TOO_LARGE;
        value = value << 8 | (uint8_t)field[i];
    }
    *size = value;
    return TAR_OK;
}

// The sum of the header's bytes, its own field counted as spaces.
static bool checksum_matches(const struct tar_header *header) {
    const uint8_t *bytes = (const uint8_t *)header;
    size_t start = offsetof(struct tar_header, checksum);
    uint64_t stored;
    uint64_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++)
        sum += i >= start && i < start + sizeof(header->checksum) ? ' ' : bytes[i];
    return parse_octal(header->checksum, sizeof(header->checksum), &stored) && stored == sum;
}

static bool is_zero_block(const uint8_t *block) {
    for (size_t i = 0; i < TAR_BLOCK_SIZE; i++) {
        if (block[i] != 0)
            return false;
    }
    return true;
}

// One header and the data behind it, whatever its type.
struct raw_entry {
    struct tar_header header;
    const uint8_t *data;
    uint64_t size;
    size_t next; // offset of the header behind the data
};

static enum tar_error raw_read(const struct tar_reader *reader, size_t offset, struct raw_entry *raw) {
    size_t rest = reader->size - offset;
    if (rest == 0)
        return TAR_ERROR_NO_END_MARKER;
    if (rest < TAR_BLOCK_SIZE)
        return TAR_ERROR_HEADER_TRUNCATED;
    if (is_zero_block(reader->bytes + offset))
        return TAR_END;
    memcpy(&raw->header, reader->bytes + offset, TAR_BLOCK_SIZE);
    rest -= TAR_BLOCK_SIZE;
    if (memcmp(raw->header.magic, "ustar", 5) != 0)
        return TAR_ERROR_MAGIC;
    if (!checksum_matches(&raw->header))
        return TAR_ERROR_CHECKSUM;
    enum tar_error error = parse_size(raw->header.size, sizeof(raw->header.size), &raw->size);
    if (error != TAR_OK)
        return error;
    uint64_t padded;
    if (!try_align_up(raw->size, TAR_BLOCK_SIZE, &padded))
        return TAR_ERROR_SIZE_TOO_LARGE;
    if (padded > rest)
        return TAR_ERROR_DATA_TRUNCATED;
    raw->data = reader->bytes + offset + TAR_BLOCK_SIZE;
    raw->next = offset + TAR_BLOCK_SIZE + padded;
    return TAR_OK;
}

// Checks the parts between slashes; one trailing slash is left to the caller.
static enum tar_error check_parts(const char *name, size_t length) {
    size_t start = 0;
    for (size_t at = 0; at <= length; at++) {
        if (at < length && name[at] != '/')
            continue;
        size_t part = at - start;
        if (part == 0)
            return TAR_ERROR_NAME_EMPTY_PART;
        if (part == 1 && name[start] == '.')
            return TAR_ERROR_NAME_DOT;
        if (part == 2 && name[start] == '.' && name[start + 1] == '.')
            return TAR_ERROR_NAME_DOT_DOT;
        start = at + 1;
    }
    return TAR_OK;
}

static enum tar_error check_name(struct tar_entry *entry) {
    if (entry->name_length == 0)
        return TAR_ERROR_NAME_EMPTY;
    if (entry->name[0] == '/')
        return TAR_ERROR_NAME_ABSOLUTE;
    if (entry->name[entry->name_length - 1] == '/') {
        if (!entry->is_directory)
            return TAR_ERROR_NAME_FILE_WITH_SLASH;
        entry->name[--entry->name_length] = '\0';
    }
    return check_parts(entry->name, entry->name_length);
}

static enum tar_error take_long_name(const struct raw_entry *raw, struct tar_entry *entry) {
    size_t length = strnlen((const char *)raw->data, raw->size);
    if (length == raw->size)
        return TAR_ERROR_LONG_NAME_UNTERMINATED;
    if (length >= TAR_NAME_SIZE)
        return TAR_ERROR_NAME_TOO_LONG;
    memcpy(entry->name, raw->data, length);
    entry->name_length = length;
    return TAR_OK;
}

// A field that is full has no NUL. GNU archives use the prefix's place for other things.
static void take_short_name(const struct tar_header *header, struct tar_entry *entry) {
    size_t length = 0;
    bool is_posix = memcmp(header->magic, "ustar", 6) == 0;
    if (is_posix && header->prefix[0] != '\0') {
        length = strnlen(header->prefix, sizeof(header->prefix));
        memcpy(entry->name, header->prefix, length);
        entry->name[length++] = '/';
    }
    size_t rest = strnlen(header->name, sizeof(header->name));
    memcpy(entry->name + length, header->name, rest);
    entry->name_length = length + rest;
}

static enum tar_error take_kind(const struct raw_entry *raw, struct tar_entry *entry) {
    switch (raw->header.type) {
    case TYPE_FILE:
    case TYPE_FILE_OLD:
        entry->is_directory = false;
        return TAR_OK;
    case TYPE_DIRECTORY:
        entry->is_directory = true;
        return raw->size == 0 ? TAR_OK : TAR_ERROR_DIRECTORY_WITH_DATA;
    case TYPE_HARD_LINK:
    case TYPE_SYMBOLIC_LINK:
    case TYPE_LONG_LINK:
        return TAR_ERROR_LINK;
    default:
        return TAR_ERROR_TYPE;
    }
}

void tar_init(struct tar_reader *reader, const void *bytes, size_t size) {
    *reader = (struct tar_reader){.bytes = bytes, .size = size};
}

enum tar_error tar_next(struct tar_reader *reader, struct tar_entry *entry) {
    if (reader->size == 0)
        return TAR_ERROR_EMPTY;
    struct raw_entry raw;
    enum tar_error error = raw_read(reader, reader->offset, &raw);
    if (error != TAR_OK)
        return error;
    bool has_long_name = raw.header.type == TYPE_LONG_NAME;
    if (has_long_name) {
        error = take_long_name(&raw, entry);
        if (error != TAR_OK)
            return error;
        error = raw_read(reader, raw.next, &raw);
        if (error == TAR_END || (error == TAR_OK && raw.header.type == TYPE_LONG_NAME))
            return TAR_ERROR_LONG_NAME_WITHOUT_ENTRY;
        if (error != TAR_OK)
            return error;
    }
    error = take_kind(&raw, entry);
    if (error != TAR_OK)
        return error;
    uint64_t mode;
    if (!parse_octal(raw.header.mode, sizeof(raw.header.mode), &mode) || mode > 07777)
        return TAR_ERROR_MODE_NOT_OCTAL;
    if (!has_long_name)
        take_short_name(&raw.header, entry);
    entry->name[entry->name_length] = '\0';
    error = check_name(entry);
    if (error != TAR_OK)
        return error;
    entry->mode = (uint32_t)mode;
    entry->data = raw.data;
    entry->size = raw.size;
    reader->offset = raw.next;
    return TAR_OK;
}

// FNV-1a, 64 bits.
static uint64_t hash_name(const char *name, size_t length) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3;
    return hash;
}

// The names seen so far. A slot is 0 or the offset of an entry's header, shifted up by one block so that the
// header at 0 is not 0. Never more than half full, so every probe ends.
struct name_table {
    const void *bytes;
    size_t size;
    uint64_t *slots;
    size_t slot_count;
};

// The slot that holds the name, its entry in *found, or the free slot where it belongs.
static uint64_t *table_probe(const struct name_table *table, const char *name, size_t length,
                             struct tar_entry *found) {
    size_t at = hash_name(name, length) % table->slot_count;
    while (table->slots[at] != 0) {
        struct tar_reader reader;
        tar_init(&reader, table->bytes, table->size);
        reader.offset = table->slots[at] - TAR_BLOCK_SIZE;
        if (tar_next(&reader, found) == TAR_OK && found->name_length == length &&
            memcmp(found->name, name, length) == 0)
            break;
        at = (at + 1) % table->slot_count;
    }
    return &table->slots[at];
}

static enum tar_error table_fill(const struct name_table *table, struct tar_reader *reader) {
    struct tar_entry entry;
    struct tar_entry other;
    for (size_t count = 0;; count++) {
        struct tar_reader before = *reader;
        enum tar_error error = tar_next(reader, &entry);
        if (error != TAR_OK)
            return error == TAR_END ? TAR_OK : error;
        if (count >= table->slot_count / 2) {
            *reader = before;
            return TAR_ERROR_TOO_MANY_ENTRIES;
        }
        uint64_t *slot = table_probe(table, entry.name, entry.name_length, &other);
        if (*slot != 0) {
            *reader = before;
            return TAR_ERROR_DUPLICATE;
        }
        *slot = before.offset + TAR_BLOCK_SIZE;
    }
}

// Directories need no entry of their own, but no part of a name may be a file.
static enum tar_error check_parents(const struct name_table *table, struct tar_reader *reader) {
    struct tar_entry entry;
    struct tar_entry parent = {};
    for (;;) {
        struct tar_reader before = *reader;
        enum tar_error error = tar_next(reader, &entry);
        if (error != TAR_OK)
            return error == TAR_END ? TAR_OK : error;
        for (size_t length = 0; length < entry.name_length; length++) {
            if (entry.name[length] != '/')
                continue;
            if (*table_probe(table, entry.name, length, &parent) != 0 && !parent.is_directory) {
                *reader = before;
                return TAR_ERROR_PARENT_IS_FILE;
            }
        }
    }
}

enum tar_error tar_check(const void *bytes, size_t size, uint64_t *slots, size_t slot_count, size_t *offset) {
    struct name_table table = {.bytes = bytes, .size = size, .slots = slots, .slot_count = slot_count};
    struct tar_reader reader;
    memset(slots, 0, slot_count * sizeof(slots[0]));
    tar_init(&reader, bytes, size);
    enum tar_error error = table_fill(&table, &reader);
    if (error == TAR_OK) {
        tar_init(&reader, bytes, size);
        error = check_parents(&table, &reader);
    }
    *offset = reader.offset;
    return error;
}

enum tar_error tar_find(const void *bytes, size_t size, const char *name, struct tar_entry *entry) {
    struct tar_reader reader;
    tar_init(&reader, bytes, size);
    for (;;) {
        enum tar_error error = tar_next(&reader, entry);
        if (error != TAR_OK || strcmp(entry->name, name) == 0)
            return error;
    }
}
