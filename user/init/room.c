// SPDX-License-Identifier: MIT
//
// What programs leave free: always what init itself needs to start a service, and while one is down, waiting
// to be started again, the room of that one. So programs that hold all they can get cannot keep it from
// coming back. A service that starts programs, as the session starts the shell, keeps the room of one until
// it has it.

#include "init.h"
#include <abi/objects.h>
#include <user/program.h>

enum { TABLE_BYTES = 64 << 10 }; // page tables of init's window, at most

struct room {
    uint64_t bytes;
    uint64_t records[RECORD_COUNT];
    size_t places; // in the table of processes
};

static void room_add(struct room *room, const struct image_entry *entry, uint64_t memory) {
    room->bytes += memory;
    for (size_t i = 0; i < RECORD_COUNT; i++)
        room->records[i] += entry->records[i];
    room->places++;
}

// What is not for programs now.
static void room_kept(struct room *room) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < init.image.service_count; i++) {
        const struct service *service = &init.services[i];
        bool down = service->process == 0 && !service->given_up && !service->stopped;
        most = max_u64(most, service->window + service->kept_bytes);
        if (down)
            room_add(room, service->entry, service_memory(service));
        if ((service->entry->grants & GRANT_SPAWN) != 0 && (down || process_children(service->process) == 0))
            room_add(room, &init.image.programs[0], init.image.programs[0].memory);
    }
    room->bytes += most + TABLE_BYTES;
}

static size_t places_free(void) {
    size_t count = 0;
    for (size_t i = 0; i < PROCESSES_MAX; i++)
        count += init.processes[i].place == PLACE_FREE;
    return count;
}

status_t room_check(const struct start *start) {
    const struct process *parent = process_find(start->parent);
    struct room room = {};
    struct quota_info info;
    bool is_of_service = start->service != NO_SERVICE || (parent != nullptr && parent->service != NO_SERVICE);
    if (is_of_service)
        return STATUS_OK;
    room_kept(&room);
    room_add(&room, start->entry, start->memory);
    if (room.places > places_free())
        return STATUS_TOO_MANY;
    status_t status = ts_quota_inspect((desc_t){init.boot->quota}, 0, &info, sizeof(info));
    if (status != STATUS_OK)
        return status;
    bool fits = room.bytes <= info.bytes_limit - info.bytes_used;
    for (size_t i = 0; i < RECORD_COUNT; i++)
        fits = fits && room.records[i] <= info.records_limit[i] - info.records_used[i];
    return fits ? STATUS_OK : STATUS_NO_QUOTA;
}
