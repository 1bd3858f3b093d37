// SPDX-License-Identifier: MIT
//
// boot/request.c on arbitrary words. Magic numbers of 128 bits are beyond a fuzzer, so each input byte below
// 32 stands for a word of one of them, and every other byte for itself.

#include "fuzz.h"
#include "../../boot/request.h"
#include <stdlib.h>

static const uint64_t magic[] = {
    LIMINE_COMMON,        LIMINE_BASE,    LIMINE_START,     LIMINE_END,
    LIMINE_ID_STACK_SIZE, LIMINE_ID_HHDM, LIMINE_ID_MODULE, LIMINE_ID_PAGING_MODE,
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
                       (set.requests[i] + 1 <= end && set.requests[i]->id[0] == magic[0]));
        fuzz_check(set.tag == NULL || (const uint64_t *)(set.tag + 1) <= words + size);
    }
    free(words);
    return 0;
}
