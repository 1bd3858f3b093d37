// SPDX-License-Identifier: MIT
//
// The kernel's file and requests (see kernel.h).

#include "kernel.h"
#include "arch.h"
#include "arena.h"
#include "message.h"

#define STACK_SIZE_MIN (64 * KIB)
#define STACK_SIZE_MAX (16 * MIB)

void kernel_load(struct boot *boot) {
    boot_file_read(&boot->kernel, "kernel", &boot->config, &boot->entry->path, boot->entry->cmdline);
    image_load(&boot->image, boot->kernel.path, &boot->kernel.file);
}

static void negotiate_revision(struct boot *boot) {
    uint64_t wanted = boot->requests.base_revision;
    if (wanted < LIMINE_BASE_REVISION_MIN)
        stop("%s: it asks for base revision %llu of the Limine protocol; this loader offers %d to %d",
             boot->kernel.path, (unsigned long long)wanted, LIMINE_BASE_REVISION_MIN,
             LIMINE_BASE_REVISION_MAX);
    boot->base_revision = min_u64(wanted, LIMINE_BASE_REVISION_MAX);
    boot->requests.tag->magic[1] = boot->base_revision;
    if (wanted <= LIMINE_BASE_REVISION_MAX)
        boot->requests.tag->revision = 0;
}

static void limit_paging_mode(const struct config *config, struct config_text name, uint64_t *limit,
                              uint64_t (*stricter)(uint64_t, uint64_t)) {
    uint64_t mode;
    if (name.start == nullptr)
        return;
    if (!arch_paging_named(name, &mode))
        stop("%s:%u: a paging mode that this architecture does not have", config->path, name.line);
    *limit = stricter(*limit, mode);
}

// PROTOCOL.md, "Paging Mode Feature": what a kernel accepts that asks by an old request, or not at all.
static void choose_paging_mode(struct boot *boot) {
    uint64_t preferred = ARCH_PAGING_DEFAULT;
    uint64_t least = ARCH_PAGING_MIN;
    uint64_t most = ARCH_PAGING_DEFAULT;
    struct limine_request *head = boot->requests.requests[REQUEST_PAGING_MODE];
    if (head != nullptr) {
        const struct limine_paging_mode_request *request =
            container_of(head, struct limine_paging_mode_request, head);
        preferred = request->mode;
        most = head->revision < 1 ? request->mode : request->max_mode;
        least = head->revision < 1 ? ARCH_PAGING_MIN : request->min_mode;
    }
    limit_paging_mode(&boot->config, boot->entry->min_paging_mode, &least, max_u64);
    limit_paging_mode(&boot->config, boot->entry->max_paging_mode, &most, min_u64);
    if (!arch_paging_choose(preferred, least, most, &boot->paging_mode))
        stop("%s: it accepts paging modes %llu to %llu, with the configuration's limits, "
             "and this processor has none of them",
             boot->kernel.path, (unsigned long long)least, (unsigned long long)most);
}

void kernel_requests_read(struct boot *boot) {
    const char *reason;
    if (!request_scan((void *)(uintptr_t)boot->image.physical_base, boot->image.size, &boot->requests,
                      &reason))
        stop("%s: no kernel that can be started: %s", boot->kernel.path, reason);
    negotiate_revision(boot);
    choose_paging_mode(boot);
    struct limine_request *head = boot->requests.requests[REQUEST_ENTRY_POINT];
    if (head != nullptr)
        boot->image.entry = container_of(head, struct limine_entry_point_request, head)->entry;
    if (image_at(&boot->image, boot->image.entry, 1) == nullptr)
        stop("%s: the entry point that it asks for lies outside of it", boot->kernel.path);
}

void kernel_stack_make(struct boot *boot) {
    uint64_t size = STACK_SIZE_MIN;
    struct limine_request *head = boot->requests.requests[REQUEST_STACK_SIZE];
    if (head != nullptr)
        size = max_u64(size, container_of(head, struct limine_stack_size_request, head)->stack_size);
    if (size > STACK_SIZE_MAX)
        stop("%s: it asks for a stack of %llu bytes; at most %llu are given", boot->kernel.path,
             (unsigned long long)size, (unsigned long long)STACK_SIZE_MAX);
    boot->stack_size = align_up(size, PAGE_SIZE);
    boot->stack_top = arena_pages(boot->stack_size, "the kernel's stack") + boot->stack_size;
}
