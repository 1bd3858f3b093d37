// SPDX-License-Identifier: MIT
//
// ls: lists folders.

#include <base/string.h>
#include <manual/ls.h>
#include <user/date.h>
#include <user/fs.h>
#include <user/heap.h>
#include <user/program.h>

// When it changed, in UTC.
static void time_print(const struct file *file) {
    if (file->changed == 0) {
        print("%16s ", "-");
        return;
    }
    struct date date = date_from_seconds(file->changed);
    print("%04lld-%02u-%02u %02u:%02u ", (long long)date.year, date.month, date.day, date.hour, date.minute);
}

static void entry_print(const char *name, const struct file *file) {
    if (option_long) {
        struct file now = *file;
        // When it has gone meanwhile, what the folder said has to do.
        if (fs_stat(&now) != STATUS_OK)
            now = *file;
        print("%04o %10llu ", now.mode, (unsigned long long)now.size);
        time_print(&now);
    }
    print("%s%s\n", name, file->is_directory ? "/" : "");
}

// The entries of a folder, sorted by name.
struct listing {
    struct listed {
        char *name;
        struct file file;
    } *entries;
    size_t count;
    size_t room;
};

static bool room_make(struct listing *listing) {
    if (listing->count < listing->room)
        return true;
    size_t room = listing->room == 0 ? 64 : 2 * listing->room;
    struct listed *entries = heap_resize(listing->entries, room * sizeof(*entries));
    if (entries == nullptr)
        return false;
    listing->entries = entries;
    listing->room = room;
    return true;
}

// Puts an entry behind all that come before it; most servers give them in order, so it seldom moves any.
static bool entry_add(struct listing *listing, const struct directory_entry *entry) {
    size_t size = strlen(entry->name) + 1;
    char *name = heap_allocate(size);
    if (name == nullptr || !room_make(listing))
        return false;
    memcpy(name, entry->name, size);
    size_t at = listing->count++;
    for (; at > 0 && strcmp(name, listing->entries[at - 1].name) < 0; at--)
        listing->entries[at] = listing->entries[at - 1];
    listing->entries[at] = (struct listed){.name = name, .file = entry->file};
    return true;
}

static void listing_print(struct listing *listing) {
    for (size_t i = 0; i < listing->count; i++) {
        entry_print(listing->entries[i].name, &listing->entries[i].file);
        heap_free(listing->entries[i].name);
    }
    heap_free(listing->entries);
}

static status_t folder_print(const struct file *folder) {
    static struct directory_entry entry;
    struct listing listing = {};
    uint64_t position = 0;
    status_t status;
    while ((status = fs_list(folder, &position, &entry)) == STATUS_OK) {
        if (!entry_add(&listing, &entry))
            fail("there is no memory for so many names");
    }
    listing_print(&listing);
    return status == STATUS_NOTHING_LEFT ? STATUS_OK : status;
}

static bool path_print(const char *path, bool heading) {
    struct file file;
    status_t status = fs_open(path, &file);
    if (status == STATUS_OK && !file.is_directory) {
        entry_print(path, &file);
        return true;
    }
    if (status == STATUS_OK && heading)
        print("%s:\n", path);
    if (status == STATUS_OK)
        status = folder_print(&file);
    return status_report(path, status);
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    if (operands == 0)
        return path_print(".", false) ? 0 : 1;
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = path_print(arguments[i], operands > 1) && good;
    return good ? 0 : 1;
}
