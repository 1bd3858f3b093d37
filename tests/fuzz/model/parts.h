// SPDX-License-Identifier: MIT
//
// What the files of the model have in common. Nobody else includes it.
#pragma once
#include <string.h>
#include "model.h"

#define SLOTS_PER_GROWTH 64
#define FIXED_TABLES     4 // root, and one table of each level for the fixed part
#define ACCEPT_WEAK      1
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

// cost.c
extern const struct m_call *answer_carried;
extern int answer_process;
struct charge cost_memory(uint64_t pages);
struct charge cost(int index);
uint64_t tables(int space);
bool fits(int quota, struct charge want);
void sweep(void);

// end.c
unsigned servers(int endpoint);
void result_now(struct m_thread *thread, status_t status);
void slot_free(int p, int s);
void model_message_put_back(int t, struct m_call *call);
void mappings_remove(int p, int s);
void unbind(int t);
void waits_end(int p, int s);
void message_give_back(int t);
void call_unlink(int t, bool server_hears);
void call_cancel(int t, status_t status);
void cancel(int t, status_t status);
int first_waiting(enum m_wait wait, int at);
void event_deliver(int t, const struct m_event *event);
void served(int index, uint64_t rights);
void slot_close(int p, int s);
void model_thread_finish(int t, status_t pending);
void process_finish(int p, uint64_t reason, uint64_t status, uint64_t address, uint64_t instruction);

// descriptor.c
status_t lookup(int p, uint64_t value, uint32_t types, uint64_t rights, unsigned accept, int *out);
status_t prepare(int p, uint32_t slots, struct charge charge);
int insert(int p, int index, enum m_kind kind, uint64_t rights);
void bind_result(int t, unsigned i, int p, int s);
status_t create(int t, enum object_type type, struct charge charge, uint64_t rights, int *made);
status_t do_clone(int t, const uint64_t *a);
status_t do_release(int t, const uint64_t *a);
status_t do_transfer(int t, const uint64_t *a);
status_t do_weaken(int t, const uint64_t *a);
status_t do_strengthen(int t, const uint64_t *a);

// memory.c
bool in_user(uint64_t address, uint64_t length);
status_t do_allocate(int t, const uint64_t *a);
bool covers(const struct m_object *o, uint64_t kind, uint64_t base, uint64_t length);
status_t platform(int t, uint64_t value, uint64_t right, const struct m_object **out);
status_t do_physical(int t, const uint64_t *a);
status_t do_seal(int t, const uint64_t *a);
status_t do_space_create(int t);
status_t do_map(int t, const uint64_t *a);
status_t do_unmap(int t, const uint64_t *a);
status_t do_protect(int t, const uint64_t *a);
bool is_past(uint64_t deadline);
void block(int t, enum m_wait wait, int at, int through, uint64_t deadline);
status_t do_futex_wait(int t, const uint64_t *a);
status_t do_futex_wake(int t, const uint64_t *a);

// process.c
status_t do_process_create(int t, const uint64_t *a);
status_t do_process_end(int t, const uint64_t *a);
status_t do_exit(int t, const uint64_t *a);
status_t do_table(int t, const uint64_t *a);
status_t can_write(int t, uint64_t address, uint64_t length);
status_t do_inspect(int t, const uint64_t *a);
status_t do_process_quota(int t, const uint64_t *a);
status_t do_quota_inspect(int t, const uint64_t *a);
status_t do_thread_create(int t, const uint64_t *a);
status_t do_thread_start(int t, const uint64_t *a);
status_t do_thread_priority(int t, const uint64_t *a);

// call.c
extern int faulted;
status_t do_endpoint_create(int t, const uint64_t *a);
status_t do_badge_create(int t, const uint64_t *a);
status_t do_badge_destroy(int t, const uint64_t *a);
status_t message_send(int t, int endpoint, int through, uint64_t deadline);
status_t do_call(int t, const uint64_t *a);
status_t do_receive(int t, const uint64_t *a);
status_t do_reply(int t, const uint64_t *a);
status_t do_reply_and_receive(int t, const uint64_t *a);
status_t do_reply_keep(int t, const uint64_t *a);
status_t do_lent(int t, const uint64_t *a, bool write);

// notification.c
void notification_raise(int index, uint64_t raised);
status_t do_signal(int t, const uint64_t *a);
status_t do_wait(int t, const uint64_t *a);
status_t do_timer(int t, const uint64_t *a);
status_t do_bind(int t, const uint64_t *a);
status_t do_interrupt_create(int t, const uint64_t *a);
status_t do_interrupt_bind(int t, const uint64_t *a);
status_t do_interrupt_ack(int t, const uint64_t *a);

// platform.c
status_t do_restrict(int t, const uint64_t *a);
status_t do_port(int t, const uint64_t *a);
status_t do_log(int t, const uint64_t *a, bool read);
status_t do_entropy(int t, const uint64_t *a);
