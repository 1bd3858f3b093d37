// SPDX-License-Identifier: MIT
//
// The PC's real-time clock, for a front without firmware services.

#ifndef BOOT_MULTIBOOT2_CMOS_H
#define BOOT_MULTIBOOT2_CMOS_H

#include "../date.h"

// False when the clock does not settle: then there is none.
[[nodiscard]] bool cmos_date_read(struct date *date);

#endif
