// SPDX-License-Identifier: MIT
//
// x86-64: what traps need of threads beyond the seam.
#pragma once
#include <arch/thread.h>

// The first FP instruction of the thread that this CPU runs: a fresh state.
void arch_thread_fp_start(struct arch_thread *thread);
