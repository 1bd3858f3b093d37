// SPDX-License-Identifier: MIT
//
// The power server: off by ACPI, restart by ACPI's reset register, else by the keyboard controller. It waits
// until the serial line has sent everything, so that no last words are lost.

#include "acpi.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/keyboard.h>
#include <protocols/power.h>
#include <protocols/serial.h>
#include <tessera/syscalls.h>
#include <user/program.h>

enum {
    RANGES_MAX = 34,
    PORTS_MAX = 8,
};

#define SETTLE_NS      1'000'000'000ULL
#define DRAIN_LIMIT_NS 5'000'000'000ULL

struct range {
    uint64_t base;
    uint64_t length;
    const uint8_t *bytes;
};

static struct range ranges[RANGES_MAX];
static size_t range_count;
static struct acpi_power power;

// ---- ports

// Writes to a port through the granted part that covers it.
static status_t port_out(uint16_t port, uint64_t width, uint64_t value) {
    for (size_t i = 0; i < PORTS_MAX; i++) {
        char name[STARTUP_NAME_SIZE];
        format_buffer(name, sizeof(name), "ports%zu", i);
        if (!startup_has(name))
            break;
        status_t status = ts_port_write(startup_descriptor(name), port, width, value);
        if (status != STATUS_OUT_OF_RANGE)
            return status;
    }
    return STATUS_OUT_OF_RANGE;
}

static status_t port_in(uint16_t port, uint64_t width, uint64_t *value) {
    for (size_t i = 0; i < PORTS_MAX; i++) {
        char name[STARTUP_NAME_SIZE];
        format_buffer(name, sizeof(name), "ports%zu", i);
        if (!startup_has(name))
            break;
        status_t status = ts_port_read(startup_descriptor(name), port, width, value);
        if (status != STATUS_OUT_OF_RANGE)
            return status;
    }
    return STATUS_OUT_OF_RANGE;
}

// ---- tables

static void range_map(const char *name) {
    struct descriptor_info info = {};
    desc_t memory;
    uint64_t size = 0;
    const uint8_t *bytes = nullptr;
    desc_t part = startup_descriptor(name);
    if (ts_descriptor_inspect(part, &info, sizeof(info)) != STATUS_OK)
        return;
    if (ts_memory_physical(part, info.value, info.size, 0, &memory) == STATUS_OK)
        bytes = memory_map(memory, MAP_READ, &size);
    if (bytes == nullptr) {
        log_at(LOG_INFO, "firmware tables at %#llx cannot be mapped", (unsigned long long)info.value);
        return;
    }
    ranges[range_count++] = (struct range){.base = info.value, .length = size, .bytes = bytes};
}

static void ranges_map(void) {
    for (size_t i = 0; i < RANGES_MAX; i++) {
        char name[STARTUP_NAME_SIZE];
        format_buffer(name, sizeof(name), "acpi%zu", i);
        if (startup_has(name))
            range_map(name);
    }
}

static bool physical_read(void *context, uint64_t address, void *buffer, size_t length) {
    (void)context;
    for (size_t i = 0; i < range_count; i++) {
        const struct range *range = &ranges[i];
        if (address >= range->base && range_within(address - range->base, length, range->length)) {
            memcpy(buffer, range->bytes + (address - range->base), length);
            return true;
        }
    }
    return false;
}

static void tables_read(int count, char **arguments) {
    uint64_t rsdp = 0;
    if (count != 2 || !number_parse(arguments[1], &rsdp))
        log_at(LOG_ERROR, "no address of the RSDP was given");
    ranges_map();
    enum acpi_error error = acpi_power_read(&power, rsdp, physical_read, nullptr);
    if (error != ACPI_OK)
        log_at(LOG_INFO, "%s: %s", power.table, acpi_error_text(error));
    log_at(LOG_INFO, "off: %s, restart: %s", power.has_off ? "ACPI" : "not possible",
           power.has_reset ? "ACPI" : "keyboard controller");
}

// ---- the protocol

static void last_words_wait(void) {
    if (startup_has("serial"))
        (void)serial_drain(startup_descriptor("serial"), clock_now() + DRAIN_LIMIT_NS);
}

// Firmware that left ACPI mode off gets it switched on first (ACPI 6.5, section 4.8.2.5).
static void acpi_enable(void) {
    uint64_t value = 0;
    if (power.smi_command == 0 || power.enable_value == 0)
        return;
    if (port_in(power.pm1a_control, 2, &value) == STATUS_OK && (value & ACPI_SCI_ENABLE) == 0) {
        (void)port_out(power.smi_command, 1, power.enable_value);
        sleep_until(clock_now() + 10'000'000);
    }
}

static status_t handle_off(struct ts_call *call) {
    (void)call;
    if (!power.has_off)
        return STATUS_NOT_HERE;
    log_at(LOG_INFO, "off");
    last_words_wait();
    acpi_enable();
    (void)port_out(power.pm1a_control, 2, power.sleep_a | ACPI_SLEEP_ENABLE);
    if (power.pm1b_control != 0)
        (void)port_out(power.pm1b_control, 2, power.sleep_b | ACPI_SLEEP_ENABLE);
    sleep_until(clock_now() + SETTLE_NS);
    return STATUS_NOT_HERE;
}

static status_t handle_restart(struct ts_call *call) {
    (void)call;
    log_at(LOG_INFO, "restart");
    last_words_wait();
    if (power.has_reset) {
        (void)port_out(power.reset_port, 1, power.reset_value);
        sleep_until(clock_now() + SETTLE_NS / 10);
    }
    (void)keyboard_reset(startup_descriptor("keyboard"), clock_now() + SETTLE_NS);
    return STATUS_NOT_HERE;
}

static const struct power_ops operations = {.off = handle_off, .restart = handle_restart};

int main(int count, char **arguments) {
    tables_read(count, arguments);
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), POWER_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK)
        (void)power_serve(&operations, nullptr, &call);
    return 1;
}
