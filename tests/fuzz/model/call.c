// SPDX-License-Identifier: MIT
//
// Endpoints, badges, messages and replies.

#include "parts.h"

status_t do_endpoint_create(int t, const uint64_t *a) {
    int made;
    if (a[0] > BADGE_PLACES_MAX)
        return STATUS_BAD_VALUE;
    struct charge charge = record(OBJECT_ENDPOINT);
    charge.records[RECORD_BADGE] = (uint32_t)a[0];
    status_t status = create(t, OBJECT_ENDPOINT, charge, RIGHTS_ENDPOINT_ALL, &made);
    if (status == STATUS_OK)
        object(made)->places = a[0];
    return status;
}

static int badge_find(int endpoint, uint64_t value) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->type == OBJECT_BADGE && object(i)->endpoint == endpoint &&
            object(i)->value == value)
            return i;
    return M_NONE;
}

status_t do_badge_create(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, made;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_MINT, 0, &s);
    if (status != STATUS_OK)
        return status;
    int endpoint = model.processes[p].slots[s].object;
    if (badge_find(endpoint, a[1]) != M_NONE)
        return STATUS_DUPLICATE;
    uint64_t used = 0;
    for (int i = 0; i < M_OBJECTS; i++)
        used += object(i)->used && object(i)->type == OBJECT_BADGE && object(i)->endpoint == endpoint;
    if (used >= object(endpoint)->places)
        return STATUS_NO_PLACE;
    status = create(t, OBJECT_BADGE, record(OBJECT_BADGE), RIGHTS_BADGE_ALL, &made);
    if (status == STATUS_OK) {
        object(made)->endpoint = endpoint;
        object(made)->value = a[1];
    }
    return status;
}

status_t do_badge_destroy(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    if (status != STATUS_OK)
        return status;
    int badge = badge_find(model.processes[p].slots[s].object, a[1]);
    if (badge == M_NONE || object(badge)->destroyed || object(badge)->ended)
        return STATUS_DEAD;
    object(badge)->destroyed = true;
    for (int i = 0; i < M_THREADS; i++)
        if (model.threads[i].used &&
            (model.threads[i].wait == M_CALLING || model.threads[i].wait == M_AWAITING) &&
            model.threads[i].call.badge == badge)
            call_cancel(i, STATUS_CANCELLED);
    return STATUS_OK;
}

static status_t descriptor_decide(int t, unsigned i, struct m_call *call) {
    int p = model.threads[t].process, s;
    const struct message_descriptor *wanted = &model.threads[t].send[i];
    if (wanted->mode != DESCRIPTOR_MOVE && wanted->mode != DESCRIPTOR_CLONE)
        return STATUS_BAD_FLAGS;
    bool move = wanted->mode == DESCRIPTOR_MOVE;
    status_t status =
        lookup(p, wanted->descriptor, ANY_TYPE, move ? RIGHT_TRANSFER : RIGHT_CLONE, ACCEPT_ONLY, &s);
    if (status != STATUS_OK)
        return status;
    const struct m_slot *slot = &model.processes[p].slots[s];
    if ((wanted->rights & ~slot->rights) != 0)
        return STATUS_NO_RIGHT;
    for (int k = 0; move && k < M_MAPPINGS; k++)
        if (model.mappings[k].used && model.mappings[k].process == p && model.mappings[k].slot == s)
            return STATUS_MAPPED;
    call->descriptors[i] = (struct m_outgoing){
        .object = slot->object, .move = move, .slot = s, .rights = wanted->rights, .received = M_NONE};
    for (unsigned k = 0; k < i; k++)
        if (call->descriptors[k].slot == s)
            return STATUS_DUPLICATE;
    return STATUS_OK;
}

static bool is_waited_on(int p, int s) {
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].process == p && model.threads[t].wait != M_ENDED &&
            (model.threads[t].through == s || model.threads[t].bound_through == s))
            return true;
    return false;
}

static status_t message_take(int t, uint64_t header, bool is_call, struct m_call *call) {
    int p = model.threads[t].process;
    uint64_t allowed = 0xffffffffull | 7ull << HEADER_DESCRIPTORS_SHIFT | 3ull << HEADER_RANGES_SHIFT |
                       (is_call ? 0 : HEADER_GIVE_BACK);
    if ((header & ~allowed) != 0)
        return STATUS_BAD_FLAGS;
    unsigned count = header >> HEADER_DESCRIPTORS_SHIFT & 7, ranges = header >> HEADER_RANGES_SHIFT & 3;
    if (count > MESSAGE_DESCRIPTORS || ranges > (is_call ? MESSAGE_RANGES : 0))
        return STATUS_BAD_VALUE;
    for (unsigned i = 0; i < ranges; i++) {
        const struct message_range *range = &model.threads[t].lend[i];
        if ((range->flags & ~3ull) != 0)
            return STATUS_BAD_FLAGS;
        if (range->length != 0 && !in_user(range->address, range->length))
            return STATUS_BAD_ADDRESS;
        call->range[i] = *range;
    }
    struct charge clones = {};
    for (unsigned i = 0; i < count; i++) {
        status_t status = descriptor_decide(t, i, call);
        if (status != STATUS_OK)
            return status;
        if (!call->descriptors[i].move)
            clones = add(clones, cost(call->descriptors[i].object));
    }
    for (unsigned i = 0; i < count; i++)
        if (call->descriptors[i].move && is_waited_on(p, call->descriptors[i].slot))
            return STATUS_MAPPED;
    if (count > 0 && !fits(model.processes[p].quota, clones))
        return STATUS_NO_QUOTA;
    for (unsigned i = 0; i < count; i++) {
        if (call->descriptors[i].move)
            model.processes[p].slots[call->descriptors[i].slot].kind = M_TRANSIT_OUT;
        else
            object(call->descriptors[i].object)->strong++;
    }
    call->header = header;
    call->count = count;
    call->ranges = ranges;
    memcpy(call->words, model.threads[t].words, sizeof(call->words));
    return STATUS_OK;
}

static struct charge message_cost(const struct m_call *call) {
    struct charge sum = {};
    for (unsigned i = 0; i < call->count; i++)
        sum = add(sum, cost(call->descriptors[i].object));
    return sum;
}

static bool accepts(int p, const struct m_call *call, uint64_t slots, uint64_t room) {
    if (call->count == 0)
        return true;
    struct charge charge = message_cost(call);
    uint64_t needed = charge.bytes;
    for (unsigned i = 0; i < call->count; i++)
        if (object(call->descriptors[i].object)->type == OBJECT_ENDPOINT)
            needed += OFFER_RECORD_BYTES * object(call->descriptors[i].object)->places;
    return call->count <= slots && needed <= room && model.processes[p].state != M_PROCESS_ENDED &&
           prepare(p, call->count, charge) == STATUS_OK;
}

static void receive_result(int t, uint64_t badge, const struct m_call *call) {
    struct m_result *result = &model.threads[t].result;
    result_now(&model.threads[t], STATUS_OK);
    *result =
        (struct m_result){.over = true, .check = {true, true, false}, .check_words = true, .number = true};
    result->a[0] = badge;
    result->a[1] = call->header;
    memcpy(result->words, call->words, sizeof(result->words));
}

// The call of `caller` reaches `receiver`, if that accepts it.
static bool deliver(int receiver, int caller) {
    struct m_call *call = &model.threads[caller].call;
    int server = model.threads[receiver].process;
    if (!accepts(server, call, model.threads[receiver].taken_slots, model.threads[receiver].taken_bytes))
        return false;
    model.threads[caller].wait = M_AWAITING;
    receive_result(receiver, call->badge != M_NONE ? object(call->badge)->value : 0, call);
    if (call->is_fault)
        model.threads[receiver].result.a[0] = model.processes[model.threads[caller].process].value;
    for (unsigned i = 0; i < call->count; i++) {
        struct m_outgoing *one = &call->descriptors[i];
        int s = insert(server, one->object, one->move ? M_TRANSIT_IN : M_STRONG, one->rights);
        if (one->move) {
            model.processes[server].slots[s].peer_process = model.threads[caller].process;
            model.processes[server].slots[s].peer_slot = one->slot;
            one->received = s;
        } else {
            object(one->object)->strong--; // the one that was on its way
        }
        model.threads[receiver].result.received_slot[i] = s;
    }
    model.threads[receiver].result.received = call->count;
    call->server = receiver;
    call->reply = M_NONE;
    call->server_process = server;
    model.threads[receiver].pending = caller;
    model.threads[receiver].gone = false;
    return true;
}

status_t message_send(int t, int endpoint, int through, uint64_t deadline) {
    struct m_call *call = &model.threads[t].call;
    if (object(endpoint)->ended || (call->badge != M_NONE && object(call->badge)->destroyed))
        return STATUS_DEAD;
    if (servers(endpoint) == 0)
        return STATUS_NO_SERVER;
    int receiver = first_waiting(M_RECEIVING, endpoint);
    call->server = call->reply = M_NONE;
    block(t, M_CALLING, endpoint, through, deadline);
    if (receiver != M_NONE && !deliver(receiver, t)) {
        result_now(&model.threads[t], STATUS_NOT_OFFERED);
        return STATUS_NOT_OFFERED;
    }
    return STATUS_PENDING;
}

status_t do_call(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    struct m_thread *thread = &model.threads[t];
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT | 1u << OBJECT_BADGE, RIGHT_ENDPOINT_CALL, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    thread->call = (struct m_call){.server = M_NONE, .reply = M_NONE, .badge = M_NONE};
    thread->call.offer_slots = thread->offer_slots;
    thread->call.offer_bytes = thread->offer_bytes;
    if (thread->offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    status = message_take(t, a[1], true, &thread->call);
    if (status != STATUS_OK)
        return status;
    int target = model.processes[p].slots[s].object;
    bool moved = model.processes[p].slots[s].kind == M_TRANSIT_OUT;
    int endpoint = object(target)->type == OBJECT_BADGE ? object(target)->endpoint : target;
    thread->call.badge = object(target)->type == OBJECT_BADGE ? target : M_NONE;
    thread->call.endpoint = endpoint;
    // Clones that are on their way count as held by the sender (process_used looks at M_CALLING).
    status = moved ? STATUS_SELF : endpoint == M_NONE ? STATUS_DEAD : message_send(t, endpoint, s, a[2]);
    if (status != STATUS_PENDING)
        model_message_put_back(t, &thread->call);
    return status;
}

// `stale`: the descriptor is not what it was when the call began, so nobody can wait through it.
static status_t do_receive_after(int t, int endpoint, int endpoint_slot, bool stale, uint64_t deadline) {
    struct m_thread *thread = &model.threads[t];
    if (thread->offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    if (thread->pending != M_NONE)
        return STATUS_REPLY_PENDING;
    if (stale)
        return STATUS_CLOSED;
    thread->taken_slots = thread->offer_slots;
    thread->taken_bytes = thread->offer_bytes;
    thread->gone = false;
    struct m_event *event = nullptr;
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used && model.events[i].endpoint == endpoint &&
            (event == nullptr || model.events[i].ticket < event->ticket))
            event = &model.events[i];
    if (event != nullptr) {
        event_deliver(t, event);
        event->used = false;
        return STATUS_PENDING;
    }
    if (thread->bound != M_NONE && object(thread->bound)->bits != 0) {
        struct m_event notified = {.label = EVENT_NOTIFIED, .words = {object(thread->bound)->bits}};
        object(thread->bound)->bits = 0;
        event_deliver(t, &notified);
        return STATUS_PENDING;
    }
    int caller;
    while ((caller = first_waiting(M_CALLING, endpoint)) != M_NONE) {
        if (deliver(t, caller))
            return STATUS_PENDING;
        call_cancel(caller, STATUS_NOT_OFFERED);
    }
    if (is_past(deadline))
        return STATUS_TIMED_OUT;
    block(t, M_RECEIVING, endpoint, endpoint_slot, deadline);
    return STATUS_PENDING;
}

status_t do_receive(int t, const uint64_t *a) {
    int s;
    if (a[1] != 0)
        return STATUS_BAD_VALUE;
    status_t status =
        lookup(model.threads[t].process, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    int endpoint = status == STATUS_OK ? model.processes[model.threads[t].process].slots[s].object : M_NONE;
    return status == STATUS_OK ? do_receive_after(t, endpoint, s, false, a[2]) : status;
}

static void settle(int caller) {
    struct m_call *call = &model.threads[caller].call;
    struct m_process *sender = &model.processes[model.threads[caller].process];
    for (unsigned i = 0; i < call->count; i++) {
        struct m_outgoing *one = &call->descriptors[i];
        if (!one->move || one->received == M_NONE)
            continue;
        uint64_t rights = sender->slots[one->slot].rights;
        model.processes[call->server_process].slots[one->received].kind = M_STRONG;
        slot_free(model.threads[caller].process, one->slot);
        served(one->object, rights);
    }
    call->count = 0;
}

static void answer_result(int caller, const struct m_call *answer) {
    struct m_result *result = &model.threads[caller].result;
    result_now(&model.threads[caller], STATUS_OK);
    *result = (struct m_result){.over = true, .check = {true, true, false}, .check_words = true};
    result->a[1] = answer->header & ~HEADER_GIVE_BACK;
    memcpy(result->words, answer->words, sizeof(result->words));
}

static void answer_move(int t, int caller, struct m_call *answer) {
    int from = model.threads[t].process, to = model.threads[caller].process;
    for (unsigned i = 0; i < answer->count; i++) {
        struct m_outgoing *one = &answer->descriptors[i];
        // Moved or cloned, its strong count goes along.
        int s = insert(to, one->object, M_STRONG, one->rights);
        object(one->object)->strong--;
        model.threads[caller].result.received_slot[i] = s;
    }
    model.threads[caller].result.received = answer->count;
    for (unsigned i = 0; i < answer->count; i++) {
        struct m_outgoing *one = &answer->descriptors[i];
        if (!one->move)
            continue;
        uint64_t rights = model.processes[from].slots[one->slot].rights;
        slot_free(from, one->slot);
        served(one->object, rights);
    }
    answer->count = 0;
}

// The caller whose process the answer ends: when the call that answered is over.
int faulted = M_NONE;

static status_t answer_act(int t, int caller, struct m_call *answer) {
    struct m_call *call = &model.threads[caller].call;
    int to = model.threads[caller].process;
    answer_carried = answer;
    answer_process = model.threads[t].process;
    bool accepted =
        call->is_fault ? answer->count == 0 : accepts(to, answer, call->offer_slots, call->offer_bytes);
    answer_process = M_NONE;
    if (!accepted) {
        model_message_put_back(t, answer);
        return STATUS_NOT_OFFERED;
    }
    uint64_t header = answer->header;
    bool give_back = (header & HEADER_GIVE_BACK) != 0;
    if (call->is_fault) {
        call_unlink(caller, false);
        result_now(&model.threads[caller], STATUS_OK);
        model.threads[caller].result.over = false;
        if ((header & 0xffffffff) != FAULT_REPLY_RESUME)
            faulted = caller;
        return STATUS_OK;
    }
    answer_result(caller, answer);
    answer_move(t, caller, answer);
    call_unlink(caller, false);
    if (give_back)
        message_give_back(caller);
    else
        settle(caller);
    return STATUS_OK;
}

static status_t answer(int t, int reply, uint64_t header) {
    int *place = reply != M_NONE ? &object(reply)->caller : &model.threads[t].pending;
    bool *gone = reply != M_NONE ? &object(reply)->gone : &model.threads[t].gone;
    if (*place == M_NONE) {
        status_t status = *gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
        *gone = false;
        return status;
    }
    struct m_call message = {};
    status_t status = message_take(t, header, false, &message);
    return status == STATUS_OK ? answer_act(t, *place, &message) : status;
}

static status_t reply_of(int t, uint64_t value, int *reply) {
    int p = model.threads[t].process, s;
    *reply = M_NONE;
    if (value == 0)
        return STATUS_OK;
    status_t status = lookup(p, value, 1u << OBJECT_REPLY, RIGHT_REPLY_ANSWER, 0, &s);
    if (status == STATUS_OK)
        *reply = model.processes[p].slots[s].object;
    return status;
}

status_t do_reply(int t, const uint64_t *a) {
    int reply;
    if (a[2] != 0)
        return STATUS_BAD_VALUE;
    status_t status = reply_of(t, a[0], &reply);
    return status == STATUS_OK ? answer(t, reply, a[1]) : status;
}

status_t do_reply_and_receive(int t, const uint64_t *a) {
    int s, p = model.threads[t].process;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (model.threads[t].offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    struct m_slot before = model.processes[p].slots[s];
    status = answer(t, M_NONE, a[1]);
    if (status != STATUS_OK || model.threads[t].wait == M_ENDED)
        return status;
    // What was answered may have taken the endpoint's descriptor along, or made it the server's own.
    const struct m_slot *now = &model.processes[p].slots[s];
    bool stale = now->kind != before.kind || now->value != before.value;
    return do_receive_after(t, before.object, s, stale, a[2]);
}

status_t do_reply_keep(int t, const uint64_t *a) {
    int reply;
    status_t status = a[0] == 0 ? STATUS_BAD_DESCRIPTOR : reply_of(t, a[0], &reply);
    if (status != STATUS_OK)
        return status;
    struct m_thread *thread = &model.threads[t];
    if (object(reply)->caller != M_NONE)
        return STATUS_REPLY_PENDING;
    if (thread->pending == M_NONE) {
        status = thread->gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
        thread->gone = false;
        return status;
    }
    struct m_call *call = &model.threads[thread->pending].call;
    object(reply)->caller = thread->pending;
    object(reply)->gone = false;
    call->server = M_NONE;
    call->reply = reply;
    thread->pending = M_NONE;
    return STATUS_OK;
}

// Whole pages only matter: how many bytes of the range can be reached.
static uint64_t reach(int p, uint64_t address, uint64_t length, unsigned flag) {
    uint64_t done = 0;
    while (done < length && model_can_access(p, address + done, 1, flag)) {
        uint64_t step = PAGE_SIZE - (address + done) % PAGE_SIZE;
        done = done + step < length ? done + step : length;
    }
    return done;
}

static status_t lent(int t, const uint64_t *a, bool write) {
    int reply, p = model.threads[t].process;
    if (a[1] > 1)
        return STATUS_BAD_VALUE;
    if (a[4] > LENT_COPY_MAX)
        return STATUS_BAD_SIZE;
    if (!in_user(a[3], a[4]))
        return STATUS_BAD_ADDRESS;
    status_t status = reply_of(t, a[0], &reply);
    if (status != STATUS_OK)
        return status;
    int caller = reply != M_NONE ? object(reply)->caller : model.threads[t].pending;
    bool gone = reply != M_NONE ? object(reply)->gone : model.threads[t].gone;
    if (caller == M_NONE)
        return gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
    const struct m_call *call = &model.threads[caller].call;
    if (a[1] >= call->ranges)
        return STATUS_OUT_OF_RANGE;
    const struct message_range *range = &call->range[a[1]];
    if (a[2] > range->length || a[4] > range->length - a[2])
        return STATUS_OUT_OF_RANGE;
    if ((range->flags & (write ? RANGE_WRITE : RANGE_READ)) == 0)
        return STATUS_LENT_FAULT;
    if (a[4] == 0)
        return STATUS_OK;
    int other = model.threads[caller].process;
    uint64_t mine = reach(p, a[3], a[4], write ? MAP_READ : MAP_WRITE);
    uint64_t theirs = reach(other, range->address + a[2], a[4], write ? MAP_WRITE : MAP_READ);
    uint64_t done = mine < theirs ? mine : theirs;
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = done;
    if (done == a[4])
        return STATUS_OK;
    // Both end there: who reads is asked first, but what was read must be written before.
    if (mine == theirs)
        return write ? STATUS_BAD_ADDRESS : STATUS_LENT_FAULT;
    return theirs < mine ? STATUS_LENT_FAULT : STATUS_BAD_ADDRESS;
}

status_t do_lent_read(int t, const uint64_t *a) {
    return lent(t, a, false);
}

status_t do_lent_write(int t, const uint64_t *a) {
    return lent(t, a, true);
}

status_t do_reply_create(int t, const uint64_t *a) {
    int made;
    (void)a;
    return create(t, OBJECT_REPLY, record(OBJECT_REPLY), RIGHTS_REPLY_ALL, &made);
}
