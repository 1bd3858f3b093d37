// SPDX-License-Identifier: MIT
//
// The volume that the loader was started from.

#ifndef BOOT_UEFI_VOLUME_H
#define BOOT_UEFI_VOLUME_H

// Opens it, and finds the folder of the loader itself; once, before boot_run().
void volume_init(void);

#endif
