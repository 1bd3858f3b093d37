// SPDX-License-Identifier: MIT
//
// The conformance kernel: asks a loader of the Limine boot protocol for everything, and checks each answer
// and the machine it was given against the specification, one line each (console.h). The order matters where
// a check changes what another one looks at: the lower half of the address space before device() maps there.

#include "console.h"
#include "kernel.h"

[[noreturn]] void kernel_main(const struct frame *frame);
[[noreturn]] void kernel_wrong_entry(const struct frame *frame);

static bool has_what_checks_need(void) {
    bool all = true;
    const volatile struct request *needed[] = {&direct_map, &memory_map, &executable_address, &firmware_type,
                                               &paging_mode};
    for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++)
        all = all && answer(needed[i]) != NULL;
    check("hhdm-map-address-firmware-and-mode-answered", all, 0);
    return all;
}

void kernel_main(const struct frame *frame) {
    if (!has_what_checks_need())
        console_done();
    check_memory();
    check_state(frame);
    check_answers();
    check_files();
    check_firmware();
    check_devices();
    check_processors();
    console_done();
}

void kernel_wrong_entry(const struct frame *frame) {
    check("entry-point-is-honoured", false, (uint64_t)frame);
    console_done();
}
