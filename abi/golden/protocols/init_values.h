// SPDX-License-Identifier: MIT
// protocols/init_values.h: the numbers of the protocol init, for code that makes no calls too. Made by
// tools/abigen; edit the TOML instead.

#pragma once

#include <stdint.h>

enum init_label : uint32_t {
    INIT_SPAWN = 1,
    INIT_HAND_OVER = 8,
    INIT_WAIT = 2,
    INIT_KILL = 3,
    INIT_INTERRUPT = 4,
    INIT_LIST = 5,
    INIT_DESCRIPTORS = 6,
    INIT_QUOTA = 7,
    INIT_SERVICE = 9,
    INIT_CONTROL = 10,
};

// What a server offers when it receives: the most descriptors in a request, and the most that they cost.
#define INIT_OFFER_SLOTS 1
#define INIT_OFFER_BYTES 0ULL

#define INIT_ENVIRONMENT_MAX 512ULL // most strings NAME=VALUE of a process
#define INIT_ARGUMENTS_MAX 16384ULL // most bytes of all strings of a spawn
#define INIT_STREAMS_SIZE 72ULL // bytes of three struct stream
#define INIT_NAME_SIZE 32ULL // room for the name of a process and a NUL; a longer name is cut
#define INIT_PROCESS_RECORD_SIZE 128ULL // bytes of a struct process_record
#define INIT_SERVICE_RECORD_SIZE 80ULL // bytes of a struct service_record
#define INIT_STREAM_LAST 2ULL // the last stream: input, output, messages
#define INIT_GROUP_OWN 0ULL // group of a spawn: the caller's
#define INIT_GROUP_NEW 1ULL // group of a spawn: a new one

// What to do about a process that still runs.
enum init_wait : uint64_t {
    INIT_WAIT_END = 0ULL, // wait for its end
    INIT_WAIT_POLL = 1ULL, // answer TIMED_OUT
};

// What becomes of a service.
enum init_control : uint64_t {
    INIT_CONTROL_RESTART = 0ULL, // it ends and is started again
    INIT_CONTROL_STOP = 1ULL, // it ends and stays down
};
