// SPDX-License-Identifier: MIT
// protocols/console_values.h: the numbers of the protocol console, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum console_label : uint32_t {
    CONSOLE_WRITE = 1,
    CONSOLE_READ = 2,
    CONSOLE_MODE = 3,
    CONSOLE_FOREGROUND = 4,
    CONSOLE_NOTICE = 5,
    CONSOLE_PASS = 6,
    CONSOLE_SIZE = 7,
    CONSOLE_INTERRUPTED = 8,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define CONSOLE_OFFER_SLOTS 0
#define CONSOLE_OFFER_BYTES 0ULL

#define CONSOLE_WRITE_MAX 65536ULL // most bytes of one write
#define CONSOLE_READ_MAX 4096ULL // most bytes of one read
#define CONSOLE_NOTICE_MAX 4096ULL // most bytes of a notice

// What a text is; the two go apart where the boot has a command to run.
enum console_text : uint64_t {
    CONSOLE_TEXT_OUTPUT = 0ULL, // what a program has to say
    CONSOLE_TEXT_MESSAGES = 1ULL, // what it says about itself
};

// How input is treated while a client reads.
enum console_input : uint64_t {
    CONSOLE_INPUT_LINES = 0ULL, // lines, with echo and editing
    CONSOLE_INPUT_RAW = 1ULL, // bytes as they are typed
};

// What its devices raise at the console's notification.
enum console_signal : uint64_t {
    CONSOLE_SIGNAL_SERIAL = 0x1, // serial: bytes have arrived
    CONSOLE_SIGNAL_KEYS = 0x2, // keyboard: something was typed
    CONSOLE_SIGNAL_ANSWER = 0x4, // terminal: it answers a question in the text
    CONSOLE_SIGNAL_SCREEN = 0x8, // terminal: it has started, and its screen is empty
    CONSOLE_SIGNAL_ALL = 0xf,
};
