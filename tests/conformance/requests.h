// SPDX-License-Identifier: MIT
//
// The requests of the conformance kernel. All of them stand in the image; answered() is what a check asks.

#ifndef CONFORMANCE_REQUESTS_H
#define CONFORMANCE_REQUESTS_H

#include "protocol.h"

#define STACK_WANTED   0x40000
#define ENTROPY_WANTED 4

extern volatile uint64_t base_revision[3];

extern volatile struct request bootloader_info, command_line, firmware_type, stack_size, direct_map,
    framebuffer, paging_mode, multiprocessor, hart_id, memory_map, entry_point, executable_file, modules,
    rsdp, smbios, efi_system_table, event_log, efi_memory_map, date, executable_address, device_tree,
    performance, tsc_frequency, flanterm, entropy, unknown, before_start, behind_end;
#ifdef KEEP_IOMMU
extern volatile struct request keep_iommu;
#endif

// The response; null where the loader left the request untouched.
static inline void *answer(const volatile struct request *request) {
    return request->response == UNTOUCHED ? NULL : request->response;
}

#endif
