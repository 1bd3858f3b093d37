// SPDX-License-Identifier: MIT
//
// See acpi.h. No function follows an address from one table to another, so there is no way into a loop.

#include <base/acpi.h>
#include <base/string.h>

enum {
    TABLE_SIZE_MOST = 16 << 20,
    RSDP_SIZE_EXTENDED = 36,
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_XSDT = 24,
};

const char *acpi_error_text(enum acpi_error error) {
    static const char *const texts[] = {
        [ACPI_OK] = "no error",
        [ACPI_NO_RSDP] = "the loader found no root pointer",
        [ACPI_UNREADABLE] = "not in readable memory",
        [ACPI_SIGNATURE] = "wrong signature",
        [ACPI_LENGTH] = "impossible length",
        [ACPI_CHECKSUM] = "wrong checksum",
        [ACPI_ABSENT] = "there is no such table",
        [ACPI_TWICE] = "there is a second one, ignored",
        [ACPI_END] = "no more entries",
        [ACPI_ENTRY] = "a malformed entry, the rest is ignored",
        [ACPI_TOO_MANY] = "too many entries, the rest is ignored",
        [ACPI_VALUE] = "a field that makes no sense",
    };
    return error < array_length(texts) ? texts[error] : "unknown error";
}

static bool read_bytes(const struct acpi_memory *memory, uint64_t address, void *buffer, size_t length) {
    return memory->read(memory->context, address, buffer, length);
}

static enum acpi_error checksum(const struct acpi_memory *memory, uint64_t address, uint32_t length) {
    uint8_t sum = 0;
    uint8_t chunk[64];
    for (uint32_t at = 0; at < length; at += sizeof(chunk)) {
        uint32_t part = (uint32_t)min_u64(sizeof(chunk), length - at);
        if (!read_bytes(memory, address + at, chunk, part))
            return ACPI_UNREADABLE;
        for (uint32_t i = 0; i < part; i++)
            sum = (uint8_t)(sum + chunk[i]);
    }
    return sum == 0 ? ACPI_OK : ACPI_CHECKSUM;
}

enum acpi_error acpi_rsdp_open(struct acpi_rsdp *rsdp, const struct acpi_memory *memory, uint64_t address) {
    uint8_t bytes[RSDP_SIZE_EXTENDED];
    *rsdp = (struct acpi_rsdp){};
    if (address == 0)
        return ACPI_NO_RSDP;
    if (!read_bytes(memory, address, bytes, ACPI_RSDP_SIZE))
        return ACPI_UNREADABLE;
    if (memcmp(bytes, "RSD PTR ", 8) != 0)
        return ACPI_SIGNATURE;
    enum acpi_error error = checksum(memory, address, ACPI_RSDP_SIZE);
    if (error != ACPI_OK)
        return error;
    memcpy(&rsdp->rsdt, bytes + RSDP_RSDT, 4);
    rsdp->length = ACPI_RSDP_SIZE;
    if (bytes[RSDP_REVISION] < 2)
        return ACPI_OK;
    rsdp->extended = checksum(memory, address, RSDP_SIZE_EXTENDED);
    if (rsdp->extended == ACPI_OK && read_bytes(memory, address, bytes, RSDP_SIZE_EXTENDED)) {
        memcpy(&rsdp->xsdt, bytes + RSDP_XSDT, 8);
        rsdp->length = RSDP_SIZE_EXTENDED;
    }
    return ACPI_OK;
}

enum acpi_error acpi_table_open(struct acpi_table *table, const struct acpi_memory *memory,
                                uint64_t address) {
    uint8_t header[8];
    uint32_t length;
    uint64_t end;
    *table = (struct acpi_table){.memory = memory, .address = address, .name = "????"};
    if (address == 0 || !read_bytes(memory, address, header, sizeof(header)))
        return ACPI_UNREADABLE;
    for (size_t i = 0; i < 4; i++)
        if (header[i] >= ' ' && header[i] <= '~')
            table->name[i] = (char)header[i];
    memcpy(&length, header + 4, 4);
    if (length < ACPI_HEADER_SIZE || length > TABLE_SIZE_MOST || ckd_add(&end, address, (uint64_t)length))
        return ACPI_LENGTH;
    table->length = length;
    return ACPI_OK;
}

bool acpi_table_is(const struct acpi_table *table, const char *name) {
    return memcmp(table->name, name, 4) == 0;
}

enum acpi_error acpi_table_check(const struct acpi_table *table) {
    return checksum(table->memory, table->address, table->length);
}

enum acpi_error acpi_table_find(struct acpi_table *table, const struct acpi_memory *memory, uint64_t address,
                                const char *name) {
    enum acpi_error error = acpi_table_open(table, memory, address);
    if (error == ACPI_OK && name != nullptr && !acpi_table_is(table, name))
        error = ACPI_SIGNATURE;
    if (error == ACPI_OK)
        error = acpi_table_check(table);
    if (error != ACPI_OK)
        table->length = 0;
    return error;
}

uint64_t acpi_table_number(const struct acpi_table *table, uint64_t offset, unsigned bytes) {
    uint64_t value = 0;
    if (!range_within(offset, bytes, table->length) ||
        !read_bytes(table->memory, table->address + offset, &value, bytes))
        return 0;
    return value;
}

static uint32_t root_entry_size(const struct acpi_table *root) {
    return acpi_table_is(root, "XSDT") ? 8 : 4;
}

uint32_t acpi_root_count(const struct acpi_table *root) {
    return root->length < ACPI_HEADER_SIZE ? 0 : (root->length - ACPI_HEADER_SIZE) / root_entry_size(root);
}

uint64_t acpi_root_entry(const struct acpi_table *root, uint32_t index) {
    uint32_t size = root_entry_size(root);
    return acpi_table_number(root, ACPI_HEADER_SIZE + (uint64_t)index * size, size);
}

uint64_t acpi_fadt_address(const struct acpi_table *fadt, uint32_t field, uint32_t wide_field) {
    uint64_t address = acpi_table_number(fadt, wide_field, 8);
    return address != 0 ? address : acpi_table_number(fadt, field, 4);
}

enum acpi_error acpi_entry_next(const struct acpi_table *table, const struct acpi_layout *layout,
                                struct acpi_entry *entry) {
    uint32_t at = entry->at == 0 ? layout->first : entry->at + entry->length;
    if (at >= table->length)
        return ACPI_END;
    uint32_t least = layout->length_at + layout->length_size;
    if (table->length - at < least)
        return ACPI_ENTRY;
    uint32_t length = (uint32_t)acpi_table_number(table, at + layout->length_at, layout->length_size);
    // A length of 0 would stay here for ever.
    if (length < least || length > table->length - at)
        return ACPI_ENTRY;
    entry->at = at;
    entry->type = (uint32_t)acpi_table_number(table, at, layout->type_size);
    entry->length = length;
    return ACPI_OK;
}
