// SPDX-License-Identifier: MIT
// protocols/log_values.h: the numbers of the protocol log, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum log_label : uint32_t {
    LOG_WRITE = 1,
    LOG_READ = 2,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define LOG_OFFER_SLOTS 0
#define LOG_OFFER_BYTES 0ULL

#define LOG_TEXT_MAX 400ULL // most bytes of a line

// What init raises at the notification of each service that has the kernel's log and hears; not a bit of
// their own.
enum log_signal : uint64_t {
    LOG_SIGNAL_LINE = 0x10000, // init has written a line itself
    LOG_SIGNAL_ALL = 0x10000,
};
