// SPDX-License-Identifier: MIT
//
// See elf.h. Structures are copied out of the buffer before they are used (it has any alignment), and every
// offset from the file goes through range_within() before it is followed. A host of the same byte order as
// the file is assumed: all supported machines are little-endian.

#include <base/elf.h>
#include <base/string.h>

struct elf_header {
    uint8_t ident[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_offset;
    uint64_t section_offset;
    uint32_t flags;
    uint16_t header_size;
    uint16_t program_size;
    uint16_t program_count;
    uint16_t section_size;
    uint16_t section_count;
    uint16_t section_names;
};

struct program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};

struct section_header {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t address;
    uint64_t offset;
    uint64_t size;
    uint32_t link;
    uint32_t info;
    uint64_t alignment;
    uint64_t entry_size;
};

struct dynamic_entry {
    uint64_t tag;
    uint64_t value;
};

struct relocation_entry {
    uint64_t address;
    uint64_t info; // type in the low half, symbol in the high half
    uint64_t addend;
};

struct symbol_entry {
    uint32_t name;
    uint8_t info;
    uint8_t other;
    uint16_t section;
    uint64_t address;
    uint64_t size;
};

static_assert(sizeof(struct elf_header) == 64);
static_assert(sizeof(struct program_header) == 56);
static_assert(sizeof(struct section_header) == 64);
static_assert(sizeof(struct dynamic_entry) == 16);
static_assert(sizeof(struct relocation_entry) == 24);
static_assert(sizeof(struct symbol_entry) == 24);

enum {
    CLASS_64 = 2,
    DATA_LITTLE_ENDIAN = 1,
    VERSION_CURRENT = 1,
    TYPE_EXECUTABLE = 2,
    TYPE_SHARED = 3,
    SEGMENT_LOAD = 1,
    SEGMENT_DYNAMIC = 2,
    SEGMENT_INTERPRETER = 3,
    SEGMENT_TLS = 7,
    SEGMENT_GNU_STACK = 0x6474e551,
    FLAG_EXECUTE = 1,
    FLAG_WRITE = 2,
    SECTION_SYMBOLS = 2,
    SECTION_STRINGS = 3,
    SYMBOL_OBJECT = 1,
    SYMBOL_FUNCTION = 2,
    DYNAMIC_NULL = 0,
    DYNAMIC_NEEDED = 1,
    DYNAMIC_PLT_SIZE = 2,
    DYNAMIC_RELA = 7,
    DYNAMIC_RELA_SIZE = 8,
    DYNAMIC_RELA_ENTRY = 9,
    DYNAMIC_REL = 17,
    DYNAMIC_JUMP_RELOCATIONS = 23,
    DYNAMIC_RELR = 36,
};

const char *elf_error_text(enum elf_error error) {
    static const char *const texts[] = {
        [ELF_OK] = "no error",
        [ELF_ERROR_HEADER_TRUNCATED] = "the file is shorter than an ELF header",
        [ELF_ERROR_MAGIC] = "not an ELF file",
        [ELF_ERROR_CLASS] = "not a 64-bit ELF file",
        [ELF_ERROR_ENDIANNESS] = "not a little-endian ELF file",
        [ELF_ERROR_VERSION] = "an unknown ELF version",
        [ELF_ERROR_TYPE] = "not an executable of the expected kind",
        [ELF_ERROR_MACHINE] = "made for another machine",
        [ELF_ERROR_HEADER_SIZE] = "an ELF header of unexpected size",
        [ELF_ERROR_PROGRAM_HEADER_SIZE] = "program headers of unexpected size",
        [ELF_ERROR_NO_PROGRAM_HEADERS] = "no program headers",
        [ELF_ERROR_TOO_MANY_PROGRAM_HEADERS] = "too many program headers",
        [ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE] = "program headers outside the file",
        [ELF_ERROR_NO_SEGMENT] = "no segment to load",
        [ELF_ERROR_SEGMENT_EMPTY] = "a segment without memory",
        [ELF_ERROR_SEGMENT_SIZES] = "a segment larger in the file than in memory",
        [ELF_ERROR_SEGMENT_OUTSIDE_FILE] = "a segment outside the file",
        [ELF_ERROR_SEGMENT_WRAPS] = "a segment that wraps around the address space",
        [ELF_ERROR_SEGMENT_TOO_LOW] = "a segment below the lowest address allowed",
        [ELF_ERROR_SEGMENT_TOO_HIGH] = "a segment above the highest address allowed",
        [ELF_ERROR_SEGMENT_ALIGNMENT] = "a segment alignment that is no power of two",
        [ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE] = "a segment alignment larger than can be kept",
        [ELF_ERROR_SEGMENT_OFFSET] = "a segment whose address and file offset disagree with its alignment",
        [ELF_ERROR_SEGMENTS_UNORDERED] = "segments not in ascending order",
        [ELF_ERROR_SEGMENTS_OVERLAP] = "overlapping segments",
        [ELF_ERROR_SEGMENTS_SHARE_PAGE] = "two segments in one page",
        [ELF_ERROR_WRITABLE_AND_EXECUTABLE] = "a segment both writable and executable",
        [ELF_ERROR_TOO_LARGE] = "larger than allowed",
        [ELF_ERROR_ENTRY] = "an entry point outside the executable segments",
        [ELF_ERROR_INTERPRETER] = "asks for a dynamic linker",
        [ELF_ERROR_TLS] = "malformed thread-local storage",
        [ELF_ERROR_EXECUTABLE_STACK] = "asks for an executable stack",
        [ELF_ERROR_DYNAMIC] = "malformed dynamic section",
        [ELF_ERROR_NEEDS_LIBRARY] = "needs a shared library",
        [ELF_ERROR_RELOCATION_TABLE] = "malformed relocation table",
        [ELF_ERROR_RELOCATION_TYPE] = "a relocation that is not relative",
        [ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS] = "a relocation outside the writable segments",
    };
    return (size_t)error < array_length(texts) ? texts[error] : "unknown error";
}

// Copies out what the caller has found to lie inside the file.
static void read_at(const struct elf_image *image, uint64_t offset, void *to, size_t length) {
    memcpy(to, image->bytes + offset, length);
}

static enum elf_error check_header(const struct elf_image *image, const struct elf_header *header,
                                   const struct elf_rules *rules) {
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    if (memcmp(header->ident, magic, sizeof(magic)) != 0)
        return ELF_ERROR_MAGIC;
    if (header->ident[4] != CLASS_64)
        return ELF_ERROR_CLASS;
    if (header->ident[5] != DATA_LITTLE_ENDIAN)
        return ELF_ERROR_ENDIANNESS;
    if (header->ident[6] != VERSION_CURRENT || header->version != VERSION_CURRENT)
        return ELF_ERROR_VERSION;
    if (!(header->type == TYPE_EXECUTABLE && rules->allow_fixed) &&
        !(header->type == TYPE_SHARED && rules->allow_pie))
        return ELF_ERROR_TYPE;
    if (header->machine != rules->machine)
        return ELF_ERROR_MACHINE;
    if (header->header_size != sizeof(struct elf_header))
        return ELF_ERROR_HEADER_SIZE;
    if (header->program_count == 0)
        return ELF_ERROR_NO_PROGRAM_HEADERS;
    if (header->program_size != sizeof(struct program_header))
        return ELF_ERROR_PROGRAM_HEADER_SIZE;
    if (header->program_count > ELF_SEGMENT_LIMIT)
        return ELF_ERROR_TOO_MANY_PROGRAM_HEADERS;
    if (!range_within(header->program_offset, header->program_count * sizeof(struct program_header),
                      image->size))
        return ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE;
    return ELF_OK;
}

// Alignments 0 and 1 mean none to the gABI; no linker of ours makes 0, so it is a defect. A fixed image lies
// where it was linked to, which nobody can align better.
static enum elf_error check_alignment(const struct elf_image *image, const struct program_header *program,
                                      const struct elf_rules *rules) {
    uint64_t limit = max_u64(rules->alignment_limit, rules->page_size);
    if (!is_power_of_two(program->alignment))
        return ELF_ERROR_SEGMENT_ALIGNMENT;
    if (image->is_pie && program->alignment > limit)
        return ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE;
    if (!is_aligned(program->address - program->offset, program->alignment))
        return ELF_ERROR_SEGMENT_OFFSET;
    return ELF_OK;
}

static enum elf_error check_place(const struct elf_image *image, const struct program_header *program,
                                  const struct elf_rules *rules) {
    uint64_t end;
    uint64_t page_end;
    if (ckd_add(&end, program->address, program->memory_size) ||
        !try_align_up(end, rules->page_size, &page_end))
        return ELF_ERROR_SEGMENT_WRAPS;
    if (image->is_pie)
        return ELF_OK; // placed by the caller; the extent is limited by size_limit
    if (program->address < rules->lowest_address)
        return ELF_ERROR_SEGMENT_TOO_LOW;
    if (page_end > rules->address_limit)
        return ELF_ERROR_SEGMENT_TOO_HIGH;
    return ELF_OK;
}

static enum elf_error check_order(const struct elf_image *image, const struct program_header *program,
                                  const struct elf_rules *rules) {
    if (image->segment_count == 0)
        return ELF_OK;
    const struct elf_segment *last = &image->segments[image->segment_count - 1];
    uint64_t last_end = last->address + last->memory_size;
    if (program->address + program->memory_size <= last->address)
        return ELF_ERROR_SEGMENTS_UNORDERED;
    if (program->address < last_end)
        return ELF_ERROR_SEGMENTS_OVERLAP;
    if (align_down(program->address, rules->page_size) < align_up(last_end, rules->page_size))
        return ELF_ERROR_SEGMENTS_SHARE_PAGE;
    return ELF_OK;
}

static enum elf_error add_segment(struct elf_image *image, const struct program_header *program,
                                  const struct elf_rules *rules) {
    if (program->memory_size == 0)
        return ELF_ERROR_SEGMENT_EMPTY;
    if (program->file_size > program->memory_size)
        return ELF_ERROR_SEGMENT_SIZES;
    if (!range_within(program->offset, program->file_size, image->size))
        return ELF_ERROR_SEGMENT_OUTSIDE_FILE;
    enum elf_error error = check_place(image, program, rules);
    if (error == ELF_OK)
        error = check_alignment(image, program, rules);
    if (error == ELF_OK)
        error = check_order(image, program, rules);
    if (error != ELF_OK)
        return error;
    if ((program->flags & FLAG_WRITE) != 0 && (program->flags & FLAG_EXECUTE) != 0)
        return ELF_ERROR_WRITABLE_AND_EXECUTABLE;
    image->alignment = max_u64(image->alignment, program->alignment);
    if (image->segment_count == 0)
        image->low = align_down(program->address, rules->page_size);
    image->high = align_up(program->address + program->memory_size, rules->page_size);
    if (image->high - image->low > rules->size_limit)
        return ELF_ERROR_TOO_LARGE;
    image->segments[image->segment_count++] = (struct elf_segment){
        .address = program->address,
        .memory_size = program->memory_size,
        .file_offset = program->offset,
        .file_size = program->file_size,
        .writable = (program->flags & FLAG_WRITE) != 0,
        .executable = (program->flags & FLAG_EXECUTE) != 0,
    };
    return ELF_OK;
}

static enum elf_error add_tls(struct elf_image *image, const struct program_header *program,
                              const struct elf_rules *rules) {
    if (image->tls.memory_size != 0 || program->memory_size == 0 ||
        program->file_size > program->memory_size || program->memory_size > rules->size_limit ||
        !range_within(program->offset, program->file_size, image->size) ||
        !is_power_of_two(program->alignment) || program->alignment > rules->page_size)
        return ELF_ERROR_TLS;
    image->tls = (struct elf_tls){
        .address = program->address,
        .memory_size = program->memory_size,
        .file_offset = program->offset,
        .file_size = program->file_size,
        .alignment = program->alignment,
    };
    return ELF_OK;
}

static enum elf_error read_programs(struct elf_image *image, const struct elf_header *header,
                                    const struct elf_rules *rules, struct program_header *dynamic) {
    for (size_t i = 0; i < header->program_count; i++) {
        struct program_header program;
        enum elf_error error = ELF_OK;
        read_at(image, header->program_offset + i * sizeof(program), &program, sizeof(program));
        if (program.type == SEGMENT_LOAD)
            error = add_segment(image, &program, rules);
        else if (program.type == SEGMENT_TLS)
            error = add_tls(image, &program, rules);
        else if (program.type == SEGMENT_INTERPRETER)
            error = ELF_ERROR_INTERPRETER;
        else if (program.type == SEGMENT_GNU_STACK && (program.flags & FLAG_EXECUTE) != 0)
            error = ELF_ERROR_EXECUTABLE_STACK;
        else if (program.type == SEGMENT_DYNAMIC)
            *dynamic = program;
        if (error != ELF_OK)
            return error;
    }
    return image->segment_count > 0 ? ELF_OK : ELF_ERROR_NO_SEGMENT;
}

// The segment that wholly contains the range, nullptr when there is none.
static const struct elf_segment *find_segment(const struct elf_image *image, uint64_t address,
                                              uint64_t length) {
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        if (address >= segment->address &&
            range_within(address - segment->address, length, segment->memory_size))
            return segment;
    }
    return nullptr;
}

struct dynamic_facts {
    uint64_t table;
    uint64_t size;
    uint64_t entry_size;
};

static enum elf_error read_dynamic(const struct elf_image *image, const struct program_header *dynamic,
                                   struct dynamic_facts *facts) {
    if (!range_within(dynamic->offset, dynamic->file_size, image->size))
        return ELF_ERROR_DYNAMIC;
    *facts = (struct dynamic_facts){.entry_size = sizeof(struct relocation_entry)};
    for (uint64_t at = 0; dynamic->file_size - at >= sizeof(struct dynamic_entry);
         at += sizeof(struct dynamic_entry)) {
        struct dynamic_entry entry;
        read_at(image, dynamic->offset + at, &entry, sizeof(entry));
        switch (entry.tag) {
        case DYNAMIC_NULL:
            return ELF_OK;
        case DYNAMIC_NEEDED:
            return ELF_ERROR_NEEDS_LIBRARY;
        case DYNAMIC_RELA:
            facts->table = entry.value;
            break;
        case DYNAMIC_RELA_SIZE:
            facts->size = entry.value;
            break;
        case DYNAMIC_RELA_ENTRY:
            facts->entry_size = entry.value;
            break;
        case DYNAMIC_REL:
        case DYNAMIC_RELR:
        case DYNAMIC_JUMP_RELOCATIONS:
        case DYNAMIC_PLT_SIZE:
            return ELF_ERROR_RELOCATION_TYPE;
        default:
            break;
        }
    }
    return ELF_ERROR_DYNAMIC; // no DT_NULL
}

static enum elf_error check_relocations(const struct elf_image *image, const struct elf_rules *rules) {
    for (size_t i = 0; i < image->relocation_count; i++) {
        struct relocation_entry entry;
        read_at(image, image->relocation_offset + i * sizeof(entry), &entry, sizeof(entry));
        if (entry.info != rules->relative_relocation) // the symbol half is 0 too
            return ELF_ERROR_RELOCATION_TYPE;
        const struct elf_segment *segment = find_segment(image, entry.address, sizeof(uint64_t));
        if (segment == nullptr || !segment->writable)
            return ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS;
    }
    return ELF_OK;
}

static enum elf_error find_relocations(struct elf_image *image, const struct program_header *dynamic,
                                       const struct elf_rules *rules) {
    struct dynamic_facts facts;
    enum elf_error error = read_dynamic(image, dynamic, &facts);
    if (error != ELF_OK)
        return error;
    if (facts.size == 0)
        return ELF_OK;
    if (facts.entry_size != sizeof(struct relocation_entry) ||
        facts.size % sizeof(struct relocation_entry) != 0)
        return ELF_ERROR_RELOCATION_TABLE;
    const struct elf_segment *segment = find_segment(image, facts.table, facts.size);
    if (segment == nullptr || !range_within(facts.table - segment->address, facts.size, segment->file_size))
        return ELF_ERROR_RELOCATION_TABLE;
    image->relocation_offset = segment->file_offset + (facts.table - segment->address);
    image->relocation_count = facts.size / sizeof(struct relocation_entry);
    return check_relocations(image, rules);
}

enum elf_error elf_open(struct elf_image *image, const void *bytes, size_t size,
                        const struct elf_rules *rules) {
    struct elf_header header;
    struct program_header dynamic = {};
    *image = (struct elf_image){.bytes = bytes, .size = size, .alignment = rules->page_size};
    if (size < sizeof(header))
        return ELF_ERROR_HEADER_TRUNCATED;
    read_at(image, 0, &header, sizeof(header));
    enum elf_error error = check_header(image, &header, rules);
    if (error != ELF_OK)
        return error;
    image->is_pie = header.type == TYPE_SHARED;
    image->entry = header.entry;
    error = read_programs(image, &header, rules, &dynamic);
    if (error != ELF_OK)
        return error;
    const struct elf_segment *entry_segment = find_segment(image, header.entry, 1);
    if (entry_segment == nullptr || !entry_segment->executable)
        return ELF_ERROR_ENTRY;
    return dynamic.type == SEGMENT_DYNAMIC ? find_relocations(image, &dynamic, rules) : ELF_OK;
}

struct elf_relocation elf_relocation_get(const struct elf_image *image, size_t index) {
    struct relocation_entry entry;
    read_at(image, image->relocation_offset + index * sizeof(entry), &entry, sizeof(entry));
    return (struct elf_relocation){.address = entry.address, .addend = entry.addend};
}

static bool find_section(const struct elf_image *image, const struct elf_header *header, uint32_t type,
                         struct section_header *section) {
    for (size_t i = 0; i < header->section_count; i++) {
        read_at(image, header->section_offset + i * sizeof(*section), section, sizeof(*section));
        if (section->type == type)
            return range_within(section->offset, section->size, image->size);
    }
    return false;
}

// .symtab and the string table that it names, both inside the file, the strings ending with NUL.
static bool find_symbol_tables(const struct elf_image *image, struct section_header *symbols,
                               struct section_header *strings) {
    struct elf_header header;
    read_at(image, 0, &header, sizeof(header));
    if (header.section_size != sizeof(struct section_header) ||
        !range_within(header.section_offset, header.section_count * sizeof(struct section_header),
                      image->size) ||
        !find_section(image, &header, SECTION_SYMBOLS, symbols) || symbols->link >= header.section_count)
        return false;
    read_at(image, header.section_offset + symbols->link * sizeof(*strings), strings, sizeof(*strings));
    return strings->type == SECTION_STRINGS && strings->size > 0 &&
           range_within(strings->offset, strings->size, image->size) &&
           image->bytes[strings->offset + strings->size - 1] == '\0';
}

static bool symbol_covers(const struct symbol_entry *entry, uint64_t address) {
    uint8_t type = entry->info & 0xf;
    if (entry->section == 0 || entry->address > address || entry->name == 0)
        return false;
    if (type == SYMBOL_FUNCTION || type == SYMBOL_OBJECT)
        return entry->size == 0 || address - entry->address < entry->size;
    return type == 0 && entry->size == 0; // a label in assembly
}

bool elf_symbol_find(const struct elf_image *image, uint64_t address, struct elf_symbol *symbol) {
    struct section_header symbols;
    struct section_header strings;
    const struct elf_segment *segment = find_segment(image, address, 1);
    if (segment == nullptr || !find_symbol_tables(image, &symbols, &strings))
        return false;
    bool found = false;
    for (uint64_t at = 0; symbols.size - at >= sizeof(struct symbol_entry);
         at += sizeof(struct symbol_entry)) {
        struct symbol_entry entry;
        read_at(image, symbols.offset + at, &entry, sizeof(entry));
        if (!symbol_covers(&entry, address) || entry.address < segment->address || entry.name >= strings.size)
            continue;
        // Of several, the nearest; at one address, the one with a size.
        if (found &&
            (entry.address < symbol->address || (entry.address == symbol->address && entry.size == 0)))
            continue;
        found = true;
        *symbol = (struct elf_symbol){
            .name = (const char *)image->bytes + strings.offset + entry.name,
            .address = entry.address,
            .size = entry.size,
        };
    }
    return found;
}
