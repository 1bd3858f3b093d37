// SPDX-License-Identifier: MIT
//
// A kernel that only tells, over the serial line, what a Limine-protocol loader gave it: one line
// `testkernel: NAME VALUE...` per fact, `testkernel: bad ...` for what contradicts the specification, and
// `testkernel: done` at the end. It has its own declarations of the protocol, so that a mistake in the
// loader's cannot cancel itself out. Built with REVISION (base revision asked for) and optionally one DEFECT.

#include <stddef.h>
#include <stdint.h>

#ifndef REVISION
#define REVISION 6
#endif
#define DEFECT_NONE              0
#define DEFECT_TWO_TAGS          1
#define DEFECT_REQUEST_TWICE     2
#define DEFECT_UNKNOWN_TWICE     3
#define DEFECT_FIVE_LEVELS       4
#define DEFECT_INTERNAL_REQUIRED 5
#ifndef DEFECT
#define DEFECT DEFECT_NONE
#endif

#define MAGIC        0xc7b1dd30df4c8b88, 0x0a82e883a194f07b
#define IN_REQUESTS  __attribute__((used, section(".requests"), aligned(8)))
#define STACK_WANTED 0x80000

struct request {
    uint64_t id[4];
    uint64_t revision;
    volatile uint64_t *response;
    uint64_t arguments[3];
};

__attribute__((used, section(".requests_start"))) static volatile uint64_t start_marker[4] = {
    0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9};
__attribute__((used, section(".requests_end"))) static volatile uint64_t end_marker[2] = {0xadc0e0531bb10d03,
                                                                                          0x9572709f31764c62};

IN_REQUESTS static volatile uint64_t base_tag[3] = {0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, REVISION};

#define REQUEST(name, a, b, ...)                                                                             \
    IN_REQUESTS static volatile struct request name = {{MAGIC, a, b}, 0, NULL, {__VA_ARGS__}}

REQUEST(bootloader_info, 0xf55038d8e2a1202f, 0x279426fcf5f59740, 0);
REQUEST(cmdline, 0x4b161536e598651e, 0xb390ad4a2f1f303a, 0);
REQUEST(firmware_type, 0x8c2f75d90bef28a8, 0x7045a4688eac00c3, 0);
REQUEST(stack_size, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d, STACK_WANTED);
REQUEST(hhdm, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 0);
REQUEST(framebuffer, 0x9d5827dcd881dd75, 0xa3148604f6fab11b, 0);
REQUEST(memory_map, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 0);
REQUEST(executable_file, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69, 0);
REQUEST(rsdp, 0xc5e77b6b397e7b43, 0x27637845accdcf3c, 0);
REQUEST(smbios, 0x9e9046f11e095391, 0xaa4a520fefbde5ee, 0);
REQUEST(efi_system_table, 0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc, 0);
REQUEST(efi_memory_map, 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8, 0);
REQUEST(date, 0x502746e184c088aa, 0xfbc5ec83e6327893, 0);
REQUEST(executable_address, 0x71ba76863cc55f63, 0xb2644a48c516a487, 0);
REQUEST(performance, 0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17, 0);
REQUEST(tsc_frequency, 0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31, 0);
REQUEST(unknown, 0x1111111111111111, 0x2222222222222222, 0);

// Asked for by path, relative to the kernel's folder.
struct internal_module {
    const char *path;
    const char *string;
    uint64_t flags;
};
static struct internal_module internal = {"internal.txt", "from the kernel",
                                          DEFECT == DEFECT_INTERNAL_REQUIRED};
static struct internal_module *internals[] = {&internal};
IN_REQUESTS static volatile struct {
    uint64_t id[4];
    uint64_t revision;
    volatile uint64_t *response;
    uint64_t internal_count;
    struct internal_module **internals;
} module = {{MAGIC, 0x3e7e279702be32af, 0xca1c4f3bd1280cee}, 1, NULL, 1, internals};

IN_REQUESTS static volatile struct {
    uint64_t id[4];
    uint64_t revision;
    volatile uint64_t *response;
    uint64_t mode, max_mode, min_mode;
} paging_mode = {{MAGIC, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a},
                 1,
                 NULL,
                 DEFECT == DEFECT_FIVE_LEVELS,
                 DEFECT == DEFECT_FIVE_LEVELS,
                 DEFECT == DEFECT_FIVE_LEVELS};

#if DEFECT == DEFECT_TWO_TAGS
IN_REQUESTS static volatile uint64_t base_tag_2[3] = {0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, REVISION};
#elif DEFECT == DEFECT_REQUEST_TWICE
REQUEST(hhdm_2, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 0);
#elif DEFECT == DEFECT_UNKNOWN_TWICE
REQUEST(unknown_2, 0x1111111111111111, 0x2222222222222222, 0);
#endif

// A request in front of the start marker must not be answered.
__attribute__((used, section(".data"), aligned(8))) static volatile struct request outside = {
    {MAGIC, 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a}, 0, NULL, {0}};

uint64_t entry_registers[15];
uint64_t entry_stack;
uint64_t entry_flags;

[[noreturn]] void kernel_main(void);

static uint64_t direct_map;

static void outb(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t inb(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void put(char c) {
    while (!(inb(0x3fd) & 0x20))
        ;
    outb(0x3f8, (uint8_t)c);
}

static void puts_text(const char *text) {
    for (; *text != '\0'; text++)
        put(*text);
}

static void put_hex(uint64_t value) {
    char digits[17];
    int i = 16;
    digits[16] = '\0';
    do {
        digits[--i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    } while (value != 0);
    puts_text(digits + i);
}

static void line(const char *name) {
    puts_text("testkernel: ");
    puts_text(name);
}

static void end(void) {
    puts_text("\r\n");
}

static void fact(const char *name, uint64_t value) {
    line(name);
    put(' ');
    put_hex(value);
    end();
}

static void fact_text(const char *name, const char *text) {
    line(name);
    puts_text(" '");
    puts_text(text);
    puts_text("'");
    end();
}

static void expect(int good, const char *what) {
    if (!good) {
        line("bad ");
        puts_text(what);
        end();
    }
}

static uint64_t read_cr3(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static uint64_t rdmsr(uint32_t msr) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static volatile uint64_t *through_map(uint64_t physical) {
    return (volatile uint64_t *)(direct_map + physical);
}

// The leaf entry that maps `address`, with write and execute rights combined over the levels; 0 if unmapped.
static uint64_t leaf_entry(uint64_t address, unsigned *shift_of_leaf) {
    uint64_t table = read_cr3() & ~0xfffULL;
    uint64_t write = 2;
    uint64_t no_execute = 0;
    *shift_of_leaf = 0;
    for (unsigned shift = 39;; shift -= 9) {
        uint64_t entry = through_map(table)[(address >> shift) & 511];
        if (!(entry & 1))
            return 0;
        write &= entry;
        no_execute |= entry & (1ULL << 63);
        if (shift == 12 || (shift < 39 && (entry & 0x80))) {
            *shift_of_leaf = shift;
            return (entry & ~((1ULL << 63) | 2)) | write | no_execute;
        }
        table = entry & 0x000ffffffffff000ULL;
    }
}

static void print_rights(const char *name, uint64_t address) {
    unsigned shift;
    uint64_t entry = leaf_entry(address, &shift);
    line(name);
    puts_text(" r");
    put(entry & 2 ? 'w' : '-');
    put(entry & (1ULL << 63) ? '-' : 'x');
    puts_text(entry & 4 ? " user" : " supervisor");
    end();
}

static void print_machine(void) {
    uint64_t cr0, cr4;
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) gdtr, idtr;
    uint16_t ldt, cs, ds, es, ss, fs, gs;
    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    __asm__ volatile("sidt %0" : "=m"(idtr));
    __asm__ volatile("sldt %0" : "=r"(ldt));
    __asm__ volatile("mov %%cs, %0" : "=r"(cs));
    __asm__ volatile("mov %%ds, %0" : "=r"(ds));
    __asm__ volatile("mov %%es, %0" : "=r"(es));
    __asm__ volatile("mov %%ss, %0" : "=r"(ss));
    __asm__ volatile("mov %%fs, %0" : "=r"(fs));
    __asm__ volatile("mov %%gs, %0" : "=r"(gs));
    fact("cr0", cr0);
    fact("cr4", cr4);
    fact("efer", rdmsr(0xc0000080));
    fact("pat", rdmsr(0x277));
    fact("rflags", entry_flags);
    fact("idt", idtr.base | idtr.limit);
    fact("pic", (uint64_t)inb(0x21) << 8 | inb(0xa1));
    expect(cs == 0x28, "cs");
    expect(ds == 0x30 && es == 0x30 && ss == 0x30 && fs == 0x30 && gs == 0x30, "data segments");
    expect(ldt == 0, "ldt");
    expect(gdtr.limit >= 7 * 8 - 1 && gdtr.base >= direct_map, "gdt");
    for (unsigned i = 0; i < 15; i++)
        expect(entry_registers[i] == 0, "general register not 0");
    expect((entry_stack & 15) == 8, "stack alignment");
    expect(*(uint64_t *)entry_stack == 0, "return address");
    const volatile uint64_t *root = through_map(read_cr3() & ~0xfffULL);
    for (unsigned i = 0; i < 256; i++)
        expect(root[i] == 0, "something is mapped in the lower half");
}

// The local APIC's registers are not in the direct map: a page table of our own leads there.
static uint64_t device_tables[2][512] __attribute__((aligned(4096)));

static uint64_t to_physical(const void *object) {
    return (uint64_t)object - executable_address.response[2] + executable_address.response[1];
}

static void print_apics(void) {
    device_tables[0][3] = to_physical(device_tables[1]) | 3;
    device_tables[1][0xfee00000 >> 21 & 511] = 0xfee00000 | 0x9b;
    device_tables[1][0xfec00000 >> 21 & 511] = 0xfec00000 | 0x9b;
    through_map(read_cr3() & ~0xfffULL)[1] = to_physical(device_tables[0]) | 3;
    __asm__ volatile("mov %0, %%cr3" : : "r"(read_cr3()) : "memory");
    volatile uint32_t *lapic = (volatile uint32_t *)(0x8000000000ULL + 0xfee00000);
    volatile uint32_t *io_apic = (volatile uint32_t *)(0x8000000000ULL + 0xfec00000);
    fact("lapic-svr", lapic[0xf0 / 4]);
    fact("lapic-tpr", lapic[0x80 / 4]);
    for (unsigned reg = 0x320; reg <= 0x370; reg += 0x10)
        expect(lapic[reg / 4] & 0x10000, "a local vector is not masked");
    io_apic[0] = 1;
    unsigned lines = (io_apic[4] >> 16 & 0xff) + 1;
    fact("io-apic-lines", lines);
    for (unsigned i = 0; i < lines; i++) {
        io_apic[0] = 0x10 + 2 * i;
        expect(io_apic[4] & 0x10000, "an I/O APIC line is not masked");
    }
}

static int is_mapped_type(uint64_t type) {
    return type == 0 || type == 5 || type == 6 || type == 7 ||
           (base_tag[1] >= 4 && (type == 2 || type == 3 || type == 8));
}

struct range {
    uint64_t base, length, type;
};

static const struct range *range_at(uint64_t physical) {
    struct range **ranges = (struct range **)memory_map.response[2];
    for (uint64_t i = 0; i < memory_map.response[1]; i++)
        if (physical >= ranges[i]->base && physical - ranges[i]->base < ranges[i]->length)
            return ranges[i];
    return NULL;
}

static void check_range(const struct range *range, uint64_t previous_end) {
    unsigned shift;
    uint64_t last = range->base + range->length - 1;
    expect(range->length > 0, "an empty range");
    expect(range->base >= previous_end, "ranges unsorted or overlapping");
    if (range->type == 0 || range->type == 5)
        expect(((range->base | range->length) & 4095) == 0, "a usable range is not page-aligned");
    if (!is_mapped_type(range->type)) {
        expect(leaf_entry(direct_map + range->base + range->length / 2, &shift) == 0,
               "a range is mapped that must not be");
        return;
    }
    uint64_t first_entry = leaf_entry(direct_map + range->base, &shift);
    expect(first_entry != 0 && leaf_entry(direct_map + last, &shift) != 0,
           "a range is not in the direct map");
    expect((first_entry & 2) && !(first_entry & (1ULL << 63)), "the direct map is not rwx");
    if (range->type != 7) {
        (void)*(volatile char *)(direct_map + range->base);
        (void)*(volatile char *)(direct_map + last);
    }
}

static void print_memory_map(void) {
    struct range **ranges = (struct range **)memory_map.response[2];
    uint64_t totals[9] = {0};
    uint64_t previous_end = 0;
    for (uint64_t i = 0; i < memory_map.response[1]; i++) {
        line("range ");
        put_hex(ranges[i]->base);
        put(' ');
        put_hex(ranges[i]->length);
        put(' ');
        put_hex(ranges[i]->type);
        end();
        check_range(ranges[i], previous_end);
        previous_end = ranges[i]->base + ranges[i]->length;
        totals[ranges[i]->type] += ranges[i]->length;
    }
    fact("usable", totals[0]);
    fact("reclaimable", totals[5]);
}

static void print_file(const char *name, const uint64_t *file) {
    const char *bytes = (const char *)file[1];
    uint64_t sum = 0;
    for (uint64_t i = 0; i < file[2]; i++)
        sum += (uint8_t)bytes[i];
    line(name);
    puts_text(" '");
    puts_text((const char *)file[3]);
    puts_text("' '");
    puts_text((const char *)file[4]);
    puts_text("' size ");
    put_hex(file[2]);
    puts_text(" sum ");
    put_hex(sum);
    end();
    expect((file[1] & 4095) == 0, "a file is not page-aligned");
}

static void check_files_apart(const uint64_t *a, const uint64_t *b) {
    expect(a[1] + a[2] <= (b[1] & ~4095ULL) || b[1] + b[2] <= (a[1] & ~4095ULL), "two files share a page");
}

static void print_framebuffer(void) {
    if (framebuffer.response == NULL || framebuffer.response[1] == 0) {
        fact_text("framebuffer", "none");
        return;
    }
    uint64_t *fb = ((uint64_t **)framebuffer.response[2])[0];
    line("framebuffer ");
    put_hex(fb[1]);
    put('x');
    put_hex(fb[2]);
    puts_text(" pitch ");
    put_hex(fb[3]);
    puts_text(" bpp ");
    put_hex(fb[4] & 0xffff);
    end();
    unsigned shift;
    uint64_t entry = leaf_entry(fb[0], &shift);
    uint64_t pat_bit = shift == 12 ? 0x80 : 0x1000;
    expect((entry & 0x18) == 0x8 && (entry & pat_bit), "the framebuffer is not write-combining");
    const struct range *range = range_at(fb[0] - direct_map);
    expect(range != NULL && range->type == 7, "the framebuffer is not in the memory map");
    volatile uint32_t *pixels = (volatile uint32_t *)fb[0];
    for (uint64_t i = 0; i < fb[3] / 4 * 16; i++)
        pixels[i] = 0x00ff8000;
    expect(pixels[5] == 0x00ff8000, "the framebuffer does not keep what is written");
}

// Firmware's tables: physical in early base revisions, through the direct map in later ones.
static const char *table(uint64_t address, uint64_t last_physical) {
    if (base_tag[1] <= last_physical) {
        expect(address < direct_map, "a firmware table's address should be physical");
        return (const char *)(direct_map + address);
    }
    expect(address >= direct_map, "a firmware table's address should be in the direct map");
    return (const char *)address;
}

static int begins(const char *bytes, const char *text) {
    for (; *text != '\0'; text++, bytes++)
        if (*bytes != *text)
            return 0;
    return 1;
}

static void print_tables(void) {
    if (rsdp.response != NULL) {
        const char *found = table(rsdp.response[1], 3);
        fact("rsdp", (uint64_t)found - direct_map);
        if (base_tag[1] >= 4) {
            expect(begins(found, "RSD PTR "), "rsdp signature");
            uint64_t root = *(const uint32_t *)(found + 16);
            const char *rsdt = (const char *)(direct_map + root);
            expect(begins(rsdt, "RSDT"), "rsdt signature");
            expect(range_at(root) != NULL, "the RSDT is not in the memory map");
        }
    }
    if (smbios.response != NULL && base_tag[1] >= 5) {
        if (smbios.response[1] != 0)
            expect(begins(table(smbios.response[1], 4), "_SM_"), "smbios 32");
        if (smbios.response[2] != 0)
            expect(begins(table(smbios.response[2], 4), "_SM3_"), "smbios 64");
        fact("smbios", (smbios.response[1] != 0) + 2 * (uint64_t)(smbios.response[2] != 0));
    }
    if (efi_system_table.response != NULL) {
        const char *found = table(efi_system_table.response[1], 4);
        if (base_tag[1] >= 5)
            expect(begins(found, "IBI SYST"), "EFI system table signature");
        fact("efi-system-table", (uint64_t)found - direct_map);
    }
    if (efi_memory_map.response != NULL)
        fact("efi-memory-map", efi_memory_map.response[2] / efi_memory_map.response[3]);
}

static void print_answers(void) {
    fact_text("loader", (const char *)bootloader_info.response[1]);
    fact_text("loader-version", (const char *)bootloader_info.response[2]);
    fact_text("cmdline", (const char *)cmdline.response[1]);
    fact("firmware", firmware_type.response[1]);
    fact("paging-mode", paging_mode.response[1]);
    fact("date", date.response[1]);
    expect(stack_size.response != NULL, "stack size unanswered");
    expect(unknown.response == NULL, "an unknown request was answered");
    expect(outside.response == NULL, "a request outside the markers was answered");
    fact("tsc-frequency", tsc_frequency.response == NULL ? 0 : tsc_frequency.response[1]);
    if (performance.response != NULL) {
        expect(performance.response[1] <= performance.response[2], "init before reset");
        expect(performance.response[2] < performance.response[3], "kernel before loader");
        fact("performance", 1);
    }
    print_file("kernel", (const uint64_t *)executable_file.response[1]);
    for (uint64_t i = 0; module.response != NULL && i < module.response[1]; i++) {
        const uint64_t **files = (const uint64_t **)module.response[2];
        print_file("module", files[i]);
        check_files_apart(files[i], (const uint64_t *)executable_file.response[1]);
        for (uint64_t j = 0; j < i; j++)
            check_files_apart(files[i], files[j]);
    }
}

// Writes all over the part of the stack that is not in use. Were it smaller than asked for, something else
// that the loader made would be overwritten, and the rest of the report would not come out right.
static void fill_stack(void) {
    volatile char *lowest = (volatile char *)(entry_stack + 8 - STACK_WANTED);
    volatile char *end = (volatile char *)__builtin_frame_address(0) - 1024;
    for (; lowest < end; lowest++)
        *lowest = (char)0xaa;
}

void kernel_main(void) {
    fill_stack();
    fact("revision-left", base_tag[2]);
    fact("revision-used", base_tag[1]);
    direct_map = hhdm.response[1];
    fact("hhdm", direct_map);
    fact("virtual-base", executable_address.response[2]);
    print_machine();
    print_rights("text", (uint64_t)kernel_main);
    print_rights("rodata", (uint64_t)"literal");
    print_rights("data", (uint64_t)&direct_map);
    print_memory_map();
    print_answers();
    print_tables();
    print_framebuffer();
    print_apics();
    line("done");
    end();
    __asm__ volatile("outl %0, %1" : : "a"(0x10), "Nd"((uint16_t)0xf4));
    for (;;)
        __asm__ volatile("cli; hlt");
}
