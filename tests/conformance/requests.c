// SPDX-License-Identifier: MIT
//
// Every request of the specification's "Feature List", also those that x86-64 must leave alone, one with an
// id that nobody knows, and one on each outer side of the markers. Built with REVISION, and optionally
// KEEP_IOMMU and PAGING_MODE (the one mode that the kernel accepts).

#include "requests.h"

#ifndef PAGING_MODE
#define PAGING_MODE 0
#endif

#define PLACE(name) __attribute__((used, section(name), aligned(8)))
#define MAGIC       0xc7b1dd30df4c8b88, 0x0a82e883a194f07b
#define REQUEST_IN(section, name, a, b, revision, ...)                                                       \
    PLACE(section) volatile struct request name = {{MAGIC, a, b}, revision, UNTOUCHED, {__VA_ARGS__}}
#define REQUEST(name, a, b, revision, ...) REQUEST_IN(".requests", name, a, b, revision, __VA_ARGS__)

extern char start[];

// With the BLAKE2b hash of the 8 bytes that it shall have.
#define INTERNAL_HASH                                                                                        \
    "f9e4934a67a1995a91d1490a20de8ce55cc69f12334b78c28c255976dc7d10b3"                                       \
    "f48d2976228139e4414e9a30f187ed4c6428efe5d5e4d54eb78ea2bfde329669"
static struct internal_module internal = {"internal.bin#" INTERNAL_HASH, "from the kernel", 0};
static struct internal_module missing = {"no such file", "", 0};
static struct internal_module *internals[] = {&missing, &internal};

PLACE(".requests_start")
static volatile uint64_t start_marker[4] = {0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316,
                                            0x181e920a7852b9d9};
PLACE(".requests_end")
static volatile uint64_t end_marker[2] = {0xadc0e0531bb10d03, 0x9572709f31764c62};

PLACE(".requests") volatile uint64_t base_revision[3] = {0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, REVISION};

REQUEST(bootloader_info, 0xf55038d8e2a1202f, 0x279426fcf5f59740, 0, 0);
REQUEST(command_line, 0x4b161536e598651e, 0xb390ad4a2f1f303a, 0, 0);
REQUEST(firmware_type, 0x8c2f75d90bef28a8, 0x7045a4688eac00c3, 0, 0);
REQUEST(stack_size, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d, 0, STACK_WANTED);
REQUEST(direct_map, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 0, 0);
REQUEST(framebuffer, 0x9d5827dcd881dd75, 0xa3148604f6fab11b, 0, 0);
REQUEST(paging_mode, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a, 1, PAGING_MODE, PAGING_MODE, PAGING_MODE);
REQUEST(multiprocessor, 0x95a67b819a1b857e, 0xa0b61b723b6a73e0, 0, 0);
REQUEST(hart_id, 0x1369359f025525f9, 0x2ff2a56178391bb6, 0, 0);
REQUEST(memory_map, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 0, 0);
REQUEST(entry_point, 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a, 0, (uint64_t)start);
REQUEST(executable_file, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69, 0, 0);
REQUEST(modules, 0x3e7e279702be32af, 0xca1c4f3bd1280cee, 1, 2, (uint64_t)internals);
REQUEST(rsdp, 0xc5e77b6b397e7b43, 0x27637845accdcf3c, 0, 0);
REQUEST(smbios, 0x9e9046f11e095391, 0xaa4a520fefbde5ee, 0, 0);
REQUEST(efi_system_table, 0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc, 0, 0);
REQUEST(event_log, 0x98e094fc7e76e979, 0xee8d8775c54e1d1f, 0, 0);
REQUEST(efi_memory_map, 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8, 0, 0);
REQUEST(date, 0x502746e184c088aa, 0xfbc5ec83e6327893, 0, 0);
REQUEST(executable_address, 0x71ba76863cc55f63, 0xb2644a48c516a487, 0, 0);
REQUEST(device_tree, 0xb40ddb48fb54bac7, 0x545081493f81ffb7, 0, 0);
REQUEST(performance, 0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17, 0, 0);
REQUEST(tsc_frequency, 0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31, 0, 0);
REQUEST(flanterm, 0x3259399fe7c5f126, 0xe01c1c8c5db9d1a9, 0, 0);
REQUEST(entropy, 0x65ea80255d5682c5, 0x9117240723f493eb, 0, ENTROPY_WANTED);
REQUEST(unknown, 0x1111111111111111, 0x2222222222222222, 0, 0);
#ifdef KEEP_IOMMU
REQUEST(keep_iommu, 0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f, 0, 0);
#endif
REQUEST_IN(".requests_before", before_start, 0x3333333333333333, 0x4444444444444444, 0, 0);
REQUEST_IN(".requests_behind", behind_end, 0xf55038d8e2a1202f, 0x279426fcf5f59740, 0, 0);
