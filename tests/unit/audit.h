// SPDX-License-Identifier: MIT
//
// The proof that nothing leaks: walks every frame and every record from those who own them, and compares with
// what the kernel's own counters say. Called when nothing is on its way (world.h: drain()); fails the test
// that runs, or stops the program outside of one.
#pragma once
#include <stdint.h>

// Remembers which pages are the kernel's own, and what init uses. Once, after boot.
void audit_baseline(void);
// Every page in use is reached from exactly one owner, free + used = total, every quota's charge is what the
// walk finds, strong counts are what the tables hold, lists and trees are sound.
void audit_walk(void);
// And nothing is left but what was there at the baseline.
void audit_nothing_left(void);
// Of the state of tables, mappings, threads and objects, to show that a refused call changed nothing.
uint64_t audit_hash(void);
// What to do then: abort() unless somebody sets it.
extern void (*audit_failed)(void);
