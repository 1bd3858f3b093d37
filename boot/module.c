// SPDX-License-Identifier: MIT
//
// The boot modules: first those that the kernel itself asks for (internal modules of the module request),
// then those of the configuration, in its order. Source: PROTOCOL.md, "Module Feature".

#include "module.h"
#include "arena.h"
#include "config_path.h"
#include "message.h"
#include <base/string.h>

static struct boot_file *module_add(struct boot *boot, const char *path, const char *string) {
    if (boot->module_count == BOOT_MODULES_MAX)
        stop("%s: too many modules (at most %d)", path, BOOT_MODULES_MAX);
    struct boot_file *module = &boot->modules[boot->module_count];
    module->path = path;
    module->string = string;
    return module;
}

static void load_configured(struct boot *boot, const struct config_module *config) {
    struct boot_file *module = module_add(boot, boot->config.path, nullptr);
    boot_file_read(module, "module", &boot->config, &config->path, config->string);
    boot->module_count++;
}

// A terminated string inside the kernel's image; null when it is not one.
static const char *image_string(const struct boot *boot, uint64_t address) {
    const struct image *image = &boot->image;
    const char *start = image_at(image, address, 1);
    if (start == nullptr)
        return nullptr;
    size_t room = image->size - (address - image->virtual_base);
    return strnlen(start, room) < room ? start : nullptr;
}

// A path of the kernel counts from the folder that the kernel lies in.
static const char *resolve(const struct boot *boot, struct config_text path) {
    const char *kernel = boot->kernel.path;
    size_t folder = path.length > 0 && path.start[0] == '/' ? 0 : (size_t)(strrchr(kernel, '/') - kernel) + 1;
    if (path.length > PLATFORM_PATH_MAX - folder)
        stop("%s: a path that the kernel asks for is too long", kernel);
    char *resolved = arena_take(folder + path.length + 1);
    memcpy(resolved, kernel, folder);
    memcpy(resolved + folder, path.start, path.length);
    return resolved;
}

static void load_internal(struct boot *boot, uint64_t address) {
    const struct limine_internal_module *wanted = image_at(&boot->image, address, sizeof *wanted);
    const char *path = wanted == nullptr ? nullptr : image_string(boot, wanted->path);
    if (path == nullptr || path[0] == '\0')
        stop("%s: it asks for a module by a pointer outside of itself", boot->kernel.path);
    struct config_text plain = {path, strlen(path), 0};
    struct config_text hash;
    if (!config_split_hash(&plain, &hash))
        stop("%s: the kernel asks for it with a hash that is no BLAKE2b", path);
    // A loader that unpacked it would answer with response revision 2; this one answers 1.
    if (wanted->flags & LIMINE_INTERNAL_MODULE_COMPRESSED)
        message("%s: the kernel asks for it to be unpacked, which is not supported; handed over as it is",
                path);
    const char *string = wanted->string == 0 ? "" : image_string(boot, wanted->string);
    if (string == nullptr)
        stop("%s: it asks for a module by a pointer outside of itself", boot->kernel.path);

    struct boot_file *module = module_add(boot, resolve(boot, plain), string);
    enum platform_status status = platform_file_read(module->path, &module->file);
    if (status == PLATFORM_OK) {
        boot_file_check(&boot->config, module, hash);
        boot->module_count++;
    } else if (wanted->flags & LIMINE_INTERNAL_MODULE_REQUIRED) {
        boot_file_stop("module that the kernel requires", module->path, status, &module->file);
    } else {
        message("%s: module left out: %s", module->path, platform_reason(status));
    }
}

static void load_all_internal(struct boot *boot) {
    const struct limine_request *head = boot->requests.requests[REQUEST_MODULE];
    if (head == nullptr || head->revision < 1)
        return;
    uint64_t address = boot->image.virtual_base + ((uint64_t)(uintptr_t)head - boot->image.physical_base);
    const struct limine_module_request *request = image_at(&boot->image, address, sizeof *request);
    if (request == nullptr || request->internal_count == 0)
        return;
    uint64_t size;
    const uint64_t *pointers = nullptr;
    if (!ckd_mul(&size, request->internal_count, sizeof *pointers))
        pointers = image_at(&boot->image, request->internal_modules, size);
    if (pointers == nullptr)
        stop("%s: its list of modules lies outside of itself", boot->kernel.path);
    for (uint64_t i = 0; i < request->internal_count; i++)
        load_internal(boot, pointers[i]);
}

void modules_load(struct boot *boot) {
    load_all_internal(boot);
    for (size_t i = 0; i < boot->entry->module_count; i++)
        load_configured(boot, &boot->config.modules[boot->entry->module_first + i]);
}
