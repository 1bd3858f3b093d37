// SPDX-License-Identifier: MIT
//
// See allowance.h.

#include "allowance.h"

#define LINE_NS (1'000'000'000ULL / ALLOWANCE_PER_SECOND)

// The client's entry, else a free one, else the one that was used longest ago.
static struct allowance *entry_of(struct allowances *allowances, uint32_t client) {
    struct allowance *best = &allowances->clients[0];
    for (size_t i = 0; i < ALLOWANCE_CLIENTS; i++) {
        struct allowance *entry = &allowances->clients[i];
        if (entry->client == client)
            return entry;
        if (best->client != 0 && (entry->client == 0 || entry->filled < best->filled))
            best = entry;
    }
    return best;
}

bool allowance_take(struct allowances *allowances, uint32_t client, uint64_t now) {
    struct allowance *entry = entry_of(allowances, client);
    if (entry->client != client)
        *entry = (struct allowance){.client = client, .lines = ALLOWANCE_BURST, .filled = now};
    uint64_t earned = (now - entry->filled) / LINE_NS;
    entry->lines = (uint32_t)min_u64(entry->lines + earned, ALLOWANCE_BURST);
    entry->filled += earned * LINE_NS;
    if (entry->lines == 0)
        return false;
    entry->lines--;
    return true;
}

void allowance_forget(struct allowances *allowances, uint32_t client) {
    struct allowance *entry = entry_of(allowances, client);
    if (entry->client == client)
        *entry = (struct allowance){};
}
