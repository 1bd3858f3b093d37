// SPDX-License-Identifier: MIT
//
// What the files of the model have in common. Nobody else includes it.
//
// In all of it `t` is a thread, `p` a process, `s` a slot of that process's table, `index` and the nouns are
// objects; each is the index of an entry in use, M_NONE where it says so. A function assumes what its call's
// earlier checks have shown and checks nothing again. What ends or cancels changes any other thread and
// object: a pointer into the model stays good, but what stood behind it is to be read again.
#pragma once
#include <string.h>
#include "model.h"

#define SLOTS_PER_GROWTH 64
#define FIXED_TABLES     4 // root, and one table of each level for the fixed part
#define ACCEPT_WEAK      1 // for lookup(): also a weak one, one that was sent, nothing that was received
#define ACCEPT_OUT       2
#define ACCEPT_ONLY      4
#define ANY_TYPE         UINT32_MAX

static inline struct m_object *object(int index) {
    return &model.objects[index];
}

static inline struct charge record(enum object_type type) {
    struct charge charge = {};
    charge.records[type - 1] = 1;
    return charge;
}

static inline struct charge add(struct charge a, struct charge b) {
    charge_add(&a, &b);
    return a;
}

static inline struct charge bytes(uint64_t amount) {
    return (struct charge){.bytes = amount};
}

// ---- cost.c: reads the model only, but for sweep()

// Set while an answer is being decided, M_NONE otherwise: see accepts() in call.c.
extern const struct m_call *answer_carried;
extern int answer_process;
// What a descriptor of a new memory object, or of this object, costs its holder.
struct charge cost_memory(uint64_t pages);
struct charge cost(int index);
// Page tables that a space needs for what is mapped in it now.
uint64_t tables(int space);
// Whether a quota has room for so much more than it pays now. Takes nothing.
bool fits(int quota, struct charge want);
// Frees ended objects and spent quotas that nothing keeps, until none is left. After each call; never inside
// one, whose indices it may free.
void sweep(void);

// ---- end.c: what ends, and all that ends with it

// Strong descriptors with the right to receive, those on their way included.
unsigned servers(int endpoint);
// The wait of the thread is over with this status; it runs. Its links to what it waited at are the caller's.
void result_now(struct m_thread *thread, status_t status);
// The slot alone; the object's strong count, mappings and waits are the caller's.
void slot_free(int p, int s);
// A message that was taken from its sender's slots and did not arrive: moves are the sender's again, clones
// end.
void model_message_put_back(int t, struct m_call *call);
// What hangs under a slot: mappings made through it, waits and a binding through it (with CLOSED).
void mappings_remove(int p, int s);
void waits_end(int p, int s);
// The thread's binding to a notification, if there is one.
void unbind(int t);
// Moved descriptors of the thread's delivered call go back from the server's table.
void message_give_back(int t);
// The thread's call and who has to answer it forget each other; `server_hears`: that it is gone.
void call_unlink(int t, bool server_hears);
// Ends a call, delivered or not, or whatever the thread waits in; nothing if it does not wait. A fault that
// nobody answers ends the process.
void call_cancel(int t, status_t status);
void cancel(int t, status_t status);
// The thread that waits longest so at an object; M_NONE.
int first_waiting(enum m_wait wait, int at);
// The event is what the thread's receive returns. Its storage is the caller's again.
void event_deliver(int t, const struct m_event *event);
// After a descriptor with these rights has gone: callers of an endpoint that has no server now hear of it.
void served(int index, uint64_t rights);
// Release of a descriptor of any kind, and of the object with its last one.
void slot_close(int p, int s);
// A thread or process ends; nothing if it has. `pending`: what the caller hears whom the thread did not
// answer.
void model_thread_finish(int t, status_t pending);
void process_finish(int p, uint64_t reason, uint64_t status, uint64_t address, uint64_t instruction);

// ---- descriptor.c

// The one look-up, with the kernel's order of errors. OK: `s` is a slot of `p`.
status_t lookup(int p, uint64_t value, uint32_t types, uint64_t rights, unsigned accept, int *s);
// Room and payment for so many new descriptors. The table may have grown, also when it is refused; the charge
// is not taken: it is there when what it pays for is.
status_t prepare(int p, uint32_t slots, struct charge charge);
// A new slot, after prepare(); counts a strong one. Its value is learned from the kernel.
int insert(int p, int index, enum m_kind kind, uint64_t rights);
// Result i of the thread's call is the value of this slot.
void bind_result(int t, unsigned i, int p, int s);
// prepare(), a new object and its only descriptor as result 0.
status_t create(int t, enum object_type type, struct charge charge, uint64_t rights, int *made);

// ---- memory.c

// Whether the bytes lie in what user space may map; mapped or not.
bool in_user(uint64_t address, uint64_t length);
// Whether a part of the platform covers a range of that kind.
bool covers(const struct m_object *o, uint64_t kind, uint64_t base, uint64_t length);
status_t platform(int t, uint64_t value, uint64_t right, const struct m_object **out);
// Those of all rights that what is made through a platform descriptor gets.
uint64_t made_rights(int t, uint64_t value, uint64_t all);
bool is_past(uint64_t deadline);
// The thread waits from now on; `through`: slot of its process or M_NONE.
void block(int t, enum m_wait wait, int at, int through, uint64_t deadline);

// ---- process.c

// OK or BAD_ADDRESS, for what a call writes to its caller.
status_t can_write(int t, uint64_t address, uint64_t length);

// ---- call.c

// The thread whose fault's answer ends its process, when the call that answered is over; M_NONE.
extern int faulted;
// Sends model.threads[t].call: PENDING, or why it cannot be sent, and then the message is still the caller's
// to put back.
status_t message_send(int t, int endpoint, int through, uint64_t deadline);

// ---- notification.c

// Raises bits: a waiter, or the bound thread that receives, takes them.
void notification_raise(int index, uint64_t raised);

// ---- the calls. `a`: six arguments as they stand in the registers, nothing of them checked. Each checks
// them in the order in which the kernel does, then acts: what is refused has changed nothing, but for a table
// that grew. PENDING: the thread waits, or has ended. Further results stand in the thread's `result`.

typedef status_t call_function(int t, const uint64_t *a);

call_function do_clone, do_release, do_transfer, do_weaken, do_strengthen, do_inspect;
call_function do_allocate, do_physical, do_seal, do_space_create, do_map, do_unmap, do_protect, do_futex_wait;
call_function do_futex_wake, do_process_create, do_process_end, do_exit, do_table, do_process_quota;
call_function do_quota_inspect, do_thread_create, do_thread_start, do_thread_exit, do_thread_priority;
call_function do_thread_pointer, do_endpoint_create, do_badge_create, do_badge_destroy, do_call, do_receive;
call_function do_reply, do_reply_and_receive, do_reply_create, do_reply_keep, do_lent_read, do_lent_write;
call_function do_notification_create, do_signal, do_wait, do_timer, do_bind, do_interrupt_create;
call_function do_interrupt_bind, do_interrupt_ack, do_restrict, do_port, do_log_write, do_log_read,
    do_entropy;
