// SPDX-License-Identifier: MIT
// protocols/serial_values.h: the numbers of the protocol serial, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum serial_label : uint32_t {
    SERIAL_WRITE = 1,
    SERIAL_READ = 2,
    SERIAL_DRAIN = 3,
    SERIAL_END = 4,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define SERIAL_OFFER_SLOTS 0
#define SERIAL_OFFER_BYTES 0ULL

#define SERIAL_WRITE_MAX 65535ULL // most bytes of one write
#define SERIAL_READ_MAX 4096ULL // most bytes of one read
#define SERIAL_TAG_SIZE 8ULL // characters of the tag in each record

// What bytes are; in records the two go apart.
enum serial_text : uint64_t {
    SERIAL_TEXT_OUTPUT = 0ULL, // what programs have to say
    SERIAL_TEXT_LOG = 1ULL, // what they say about themselves, and the log
};
