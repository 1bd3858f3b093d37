// SPDX-License-Identifier: MIT
//
// Who holds how much of the volume, and what was answered last: see volume.h. The sum of the pot and of what
// each living client holds, or of its share when that is more, never passes the total; so whoever has a share
// always gets it, whatever others do.

#include "volume_parts.h"

// One client may have a quarter: three that take all they can leave room for a fourth, and for the shares of
// small ones. Who has ended pays for nothing more, so what they left may fill three quarters and no more
// before newcomers are told to clear up: a quarter stays for those who live, which is what one of them may
// have.
enum { LIMIT_PART = 4, POT_PARTS = 3 };

size_t client_find(const struct volume *volume, uint32_t process) {
    for (size_t i = 0; process != 0 && i < VOLUME_CLIENTS; i++) {
        if (volume->clients[i].process == process)
            return i;
    }
    return VOLUME_CLIENTS;
}

struct volume_use *use_of(struct volume *volume, uint32_t process) {
    size_t place = client_find(volume, process);
    return place < VOLUME_CLIENTS ? &volume->use[place] : &volume->left;
}

void volume_client_end(struct volume *volume, uint32_t client) {
    size_t place = client_find(volume, client);
    if (place == VOLUME_CLIENTS)
        return;
    volume->clients[place].process = 0;
    volume->left.blocks += volume->use[place].blocks;
    volume->left.names += volume->use[place].names;
    volume->use[place] = (struct volume_use){};
}

// What a process made before it lost its place counts for it again.
static void use_recount(struct volume *volume, size_t place, uint32_t process) {
    struct volume_use use = {};
    for (uint64_t block = 1; block <= volume->total.blocks; block++)
        use.blocks += volume->used[block] && table_owner(volume->table[block]) == process;
    for (uint64_t slot = 1; slot < volume->node_count; slot++)
        use.names += volume->nodes[slot].number != 0 && volume->nodes[slot].owner == process;
    volume->left.blocks -= use.blocks;
    volume->left.names -= use.names;
    volume->use[place] = use;
}

// The client's place. When all are used (ends that a dead server heard of, and did not note), the oldest
// goes.
static struct volume_client *client_get(struct volume *volume, uint32_t process) {
    size_t place = client_find(volume, process);
    if (place < VOLUME_CLIENTS)
        return &volume->clients[place];
    struct volume_client *best = &volume->clients[0];
    for (size_t i = 0; i < VOLUME_CLIENTS; i++) {
        struct volume_client *client = &volume->clients[i];
        if (best->process != 0 && (client->process == 0 || client->order < best->order))
            best = client;
    }
    volume_client_end(volume, (uint32_t)best->process);
    *best = (struct volume_client){.order = ++volume->head->last_order};
    best->process = process;
    use_recount(volume, (size_t)(best - volume->clients), process);
    return best;
}

static struct volume_use limit_of(const struct volume *volume) {
    return (struct volume_use){volume->total.blocks / LIMIT_PART, volume->total.names / LIMIT_PART};
}

static void promised_add(struct volume_use *sum, const struct volume_use *use, bool shares) {
    sum->blocks += shares ? max_u64(use->blocks, VOLUME_SHARE_BLOCKS) : use->blocks;
    sum->names += shares ? max_u64(use->names, VOLUME_SHARE_NAMES) : use->names;
}

bool space_allows(const struct volume *volume, uint32_t client, uint64_t blocks, uint64_t names) {
    const struct volume_use total = volume->total, limit = limit_of(volume);
    const size_t place = client_find(volume, client);
    const bool known = place < VOLUME_CLIENTS;
    const bool shares = known && volume->clients[place].shares != 0;
    struct volume_use own = known ? volume->use[place] : (struct volume_use){};
    if (blocks == 0 && names == 0)
        return true;
    if (!shares &&
        (volume->left.blocks >= POT_PARTS * limit.blocks || volume->left.names >= POT_PARTS * limit.names))
        return false;
    if (blocks > limit.blocks - min_u64(own.blocks, limit.blocks) ||
        names > limit.names - min_u64(own.names, limit.names))
        return false;
    own.blocks += blocks;
    own.names += names;
    struct volume_use sum = volume->left;
    promised_add(&sum, &own, true);
    for (size_t i = 0; i < VOLUME_CLIENTS; i++) {
        if (i != place && volume->clients[i].process != 0)
            promised_add(&sum, &volume->use[i], volume->clients[i].shares != 0);
    }
    return sum.blocks <= total.blocks && sum.names <= total.names;
}

void space_take(struct volume *volume, uint32_t client, uint64_t blocks, uint64_t names) {
    if (blocks == 0 && names == 0)
        return;
    struct volume_client *entry = client_get(volume, client);
    struct volume_use *use = &volume->use[entry - volume->clients];
    entry->shares = 1;
    use->blocks += blocks;
    use->names += names;
}

bool request_done(const struct volume *volume, struct volume_request request, uint64_t *result) {
    size_t place = client_find(volume, request.client);
    if (request.token == 0 || place == VOLUME_CLIENTS || volume->clients[place].token != request.token)
        return false;
    *result = volume->clients[place].result;
    return true;
}

void request_note(struct volume *volume, struct volume_request request, uint64_t result) {
    if (request.token == 0)
        return;
    struct volume_client *client = client_get(volume, request.client);
    redo_set(volume, &client->token, request.token);
    redo_set(volume, &client->result, result);
}

void volume_space(const struct volume *volume, uint32_t client, struct volume_space *space) {
    const size_t place = client_find(volume, client);
    struct volume_use held = volume->left;
    for (size_t i = 0; i < VOLUME_CLIENTS; i++) {
        held.blocks += volume->use[i].blocks;
        held.names += volume->use[i].names;
    }
    *space = (struct volume_space){
        .total = volume->total,
        .free = {volume->total.blocks - held.blocks, volume->total.names - held.names},
        .own = place < VOLUME_CLIENTS ? volume->use[place] : (struct volume_use){},
        .limit = limit_of(volume),
        .left = volume->left,
    };
}
