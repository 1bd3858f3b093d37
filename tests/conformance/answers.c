// SPDX-License-Identifier: MIT
//
// The answers that stand for themselves. Source: PROTOCOL.md, "Feature List"; what a request that is not
// answered keeps: "Request". VESA E-EDID A2, 3.1 (header and checksum).

#include "console.h"
#include "kernel.h"

// What x86-64 leaves alone, what this loader has nothing to say to, and what stands outside the markers.
static void check_untouched(void) {
    check("unknown-request-untouched", unknown.response == UNTOUCHED, 0);
    check("request-before-the-markers-untouched", before_start.response == UNTOUCHED, 0);
    check("request-behind-the-markers-untouched", behind_end.response == UNTOUCHED, 0);
    check("risc-v-hart-id-untouched", hart_id.response == UNTOUCHED, 0);
    check("device-tree-untouched", device_tree.response == UNTOUCHED, 0);
}

static void check_revision(void) {
    check("base-revision-is-the-one-asked-for", revision() == REVISION && base_revision[2] == 0, revision());
}

static bool is_answered(const char *name, const volatile struct request *request, uint64_t size) {
    bool good = answer(request) != NULL && lies_in(answer(request), size, RECLAIMABLE);
    check(name, good, (uint64_t)request->response);
    return good;
}

static void check_texts(void) {
    if (is_answered("bootloader-info-answered", &bootloader_info, sizeof(struct info_response))) {
        const struct info_response *info = answer(&bootloader_info);
        check("bootloader-info-has-texts", info->name[0] != '\0' && info->version[0] != '\0', 0);
        fact_text("loader", info->name);
    }
    if (is_answered("command-line-answered", &command_line, sizeof(struct text_response)))
        fact_text("command-line", ((const struct text_response *)answer(&command_line))->text);
}

static void check_small_answers(void) {
    const struct word_response *type = answer(&firmware_type);
    check("firmware-type-is-bios-or-efi64", type->word == 0 || type->word == 2, type->word);
    check("entry-point-answered", answer(&entry_point) != NULL, 0);
    const struct word_response *mode = answer(&paging_mode);
    check("paging-mode-is-what-is-on", mode->word == (read_cr4() >> 12 & 1), mode->word);
    check("paging-mode-is-the-one-asked-for", mode->word == paging_mode.arguments[0], mode->word);
    if (is_answered("date-answered", &date, sizeof(struct word_response)))
        fact("date", ((const struct word_response *)answer(&date))->word);
    fact("firmware", type->word);
}

static void check_times(void) {
    if (is_answered("performance-answered", &performance, sizeof(struct performance_response))) {
        const struct performance_response *times = answer(&performance);
        check("performance-is-in-order", times->reset <= times->init && times->init < times->exec,
              times->exec);
    }
    if (is_answered("tsc-frequency-answered", &tsc_frequency, sizeof(struct word_response)))
        fact("tsc-frequency", ((const struct word_response *)answer(&tsc_frequency))->word);
}

static void check_entropy(void) {
    if (!is_answered("entropy-answered", &entropy, sizeof(struct entropy_response)))
        return;
    const struct entropy_response *random = answer(&entropy);
    check("entropy-is-as-much-as-asked", random->count == ENTROPY_WANTED, random->count);
    check("entropy-lies-in-reclaimable-memory", lies_in(random->values, random->count * 8, RECLAIMABLE), 0);
    struct check differ = {.name = "entropy-differs"};
    for (uint64_t i = 1; i < random->count; i++)
        check_that(&differ, random->values[i] != random->values[i - 1] && random->values[i] != 0, i);
    check_end(&differ);
    fact("entropy", random->values[0]);
}

static bool is_rgb(uint8_t model, uint16_t bits, uint8_t red, uint8_t green, uint8_t blue) {
    return model == 1 && bits >= 15 && bits <= 32 && red > 0 && green > 0 && blue > 0;
}

static void check_modes(const struct framebuffer *screen) {
    struct check sane = {.name = "video-modes-are-sane"};
    bool current = false;
    for (uint64_t i = 0; i < screen->mode_count; i++) {
        const struct video_mode *mode = screen->modes[i];
        check_that(&sane, is_rgb(mode->model, mode->bits, mode->red_size, mode->green_size, mode->blue_size),
                   i);
        check_that(&sane, mode->pitch >= mode->width * mode->bits / 8 && mode->height > 0, i);
        check_that(&sane, lies_in(mode, sizeof *mode, RECLAIMABLE), i);
        current = current || (mode->width == screen->width && mode->height == screen->height);
    }
    check_end(&sane);
    check("video-modes-have-the-current-one", current, screen->mode_count);
    fact("video-modes", screen->mode_count);
}

static void check_edid(const struct framebuffer *screen) {
    fact("edid-size", screen->edid_size);
    if (screen->edid == NULL) {
        check("edid-is-empty-where-there-is-none", screen->edid_size == 0, screen->edid_size);
        return;
    }
    uint8_t sum = 0;
    for (unsigned i = 0; i < 128; i++)
        sum = (uint8_t)(sum + screen->edid[i]);
    bool header = field(screen->edid, 0, 8) == 0x00ffffffffffff00ULL;
    check("edid-is-one", screen->edid_size % 128 == 0 && header && sum == 0, screen->edid_size);
    check("edid-lies-in-reclaimable-memory", lies_in(screen->edid, screen->edid_size, RECLAIMABLE), 0);
}

static void check_screen(void) {
    const struct framebuffer_response *response = answer(&framebuffer);
    fact("framebuffers", response == NULL ? 0 : response->count);
    if (response == NULL)
        return;
    const struct framebuffer *screen = response->framebuffers[0];
    check("framebuffer-revision-has-modes", response->revision >= 1, response->revision);
    check("framebuffer-is-rgb",
          is_rgb(screen->model, screen->bits, screen->red_size, screen->green_size, screen->blue_size),
          screen->bits);
    check("framebuffer-pitch-holds-a-line", screen->pitch >= screen->width * screen->bits / 8, screen->pitch);
    check("framebuffer-is-memory-of-its-type",
          lies_in(screen->address, screen->pitch * screen->height, FRAMEBUFFER), (uint64_t)screen->address);
    volatile uint32_t *first = screen->address;
    volatile uint32_t *last = first + screen->pitch * screen->height / 4 - 1;
    *first = 0x112233;
    *last = 0x445566;
    check("framebuffer-keeps-what-is-written", *first == 0x112233 && *last == 0x445566, *last);
    fact("framebuffer-width", screen->width);
    fact("framebuffer-height", screen->height);
    check_modes(screen);
    check_edid(screen);
}

void check_answers(void) {
    check_revision();
    check_untouched();
    check_texts();
    check_small_answers();
    check_times();
    check_entropy();
    check_screen();
}
