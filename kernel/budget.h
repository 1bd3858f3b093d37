// SPDX-License-Identifier: MIT
//
// How the machine's memory is divided at boot between the kernel's reserve (slabs, page caches) and the root
// quota.
#pragma once
#include "object/charge.h"

// Sets up the slabs and returns what the root quota may use: all memory that is left, and the records.
struct charge budget_divide(void);
