// SPDX-License-Identifier: MIT
//
// x86-64: seeds the random generator. After clock_start(), before kernel_main(); takes interrupts if it must.
#pragma once
#include <stddef.h>

// `extra` is mixed in and counts for nothing.
void entropy_start(const void *extra, size_t length);
