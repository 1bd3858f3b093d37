// SPDX-License-Identifier: MIT
//
// boot/request.c on arbitrary words. Magic numbers of 128 bits are beyond a fuzzer, so each input byte below
// 32 stands for a word of one of them, and every other byte for itself.

#include "fuzz.h"
#include "../../boot/request.h"
#include <stdlib.h>

static const uint64_t magic[] = {
    LIMINE_COMMON_0,    LIMINE_COMMON_1,    LIMINE_BASE_0,      LIMINE_BASE_1,      LIMINE_START_0,
    LIMINE_START_1,     LIMINE_START_2,     LIMINE_START_3,     LIMINE_END_0,       LIMINE_END_1,
    0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 0x3e7e279702be32af,
    0xca1c4f3bd1280cee, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct request_set set;
    const char *reason = NULL;
    uint64_t *words = malloc(size * sizeof *words + 1);
    fuzz_check(words != NULL);
    for (size_t i = 0; i < size; i++)
        words[i] = bytes[i] < sizeof magic / sizeof magic[0] ? magic[bytes[i]] : bytes[i];
    if (!request_scan(words, size * sizeof *words, &set, &reason)) {
        fuzz_check(reason != NULL);
    } else {
        const struct limine_request *end = (const struct limine_request *)(const void *)(words + size);
        for (size_t i = 0; i < REQUEST_KINDS; i++)
            fuzz_check(set.requests[i] == NULL ||
                       (set.requests[i] + 1 <= end && set.requests[i]->id[0] == LIMINE_COMMON_0));
        fuzz_check(set.tag == NULL || (const uint64_t *)(set.tag + 1) <= words + size);
    }
    free(words);
    return 0;
}
