// SPDX-License-Identifier: MIT
//
// See user/allowance.h.

#include <user/allowance.h>

#define SECOND_NS 1'000'000'000ULL

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

bool allowance_take(struct allowances *allowances, uint32_t client, uint64_t now, uint32_t *refused) {
    uint64_t period = SECOND_NS / allowances->per_second;
    struct allowance *entry = entry_of(allowances, client);
    if (entry->client != client)
        *entry = (struct allowance){.client = client, .left = allowances->burst, .filled = now};
    uint64_t earned = (now - entry->filled) / period;
    entry->left = (uint32_t)min_u64(entry->left + earned, allowances->burst);
    entry->filled += earned * period;
    if (entry->left == 0) {
        entry->refused += entry->refused < UINT32_MAX;
        return false;
    }
    entry->left--;
    *refused = entry->refused;
    entry->refused = 0;
    return true;
}

void allowance_forget(struct allowances *allowances, uint32_t client) {
    struct allowance *entry = entry_of(allowances, client);
    if (entry->client == client)
        *entry = (struct allowance){};
}
