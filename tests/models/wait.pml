// SPDX-License-Identifier: MIT
//
// Signals of a notification and those who hear them. The inlines have the names of the functions that they follow:
// kernel/object/notification.c (notification_signal, tell_bound, timer_fired, notification_unbind),
// kernel/syscall/notification.c (sys_notification_wait, sys_notification_timer), kernel/ipc/call.c (receive_once,
// receive_ready_locked, receive_bound_locked), kernel/object/thread.c (thread_block_locked, cancel, thread_kill,
// thread_finish), kernel/sched/timer.c (timer_arm, timer_disarm, timer_run).
//
// One notification with two bits, one endpoint. Thread 0 is bound and receives; thread 1 waits for bit 0 alone. Two
// processors signal a bit each, with EXPIRY one sets the timer twice instead and two let it expire, with CALLER something
// is queued at the endpoint (an event or a call), with LIMIT the wait of thread 1 ends by its time limit, with KILL
// thread 0 is ended,
// with ALONE none is bound. Steps are what happens under one lock, cut where somebody looks without that lock; the
// endpoint's lock comes before the notification's.
//
// Safety: a bit that is taken was raised; who waits is where its state says; nothing is signalled by a timer that was
// set anew. No lost wake-up: when all is quiet, nobody waits for a bit that is raised, or for a message that is
// queued. Liveness: a bit that was raised is taken, as long as somebody is there who may.
// Left out: interrupts (they signal), more than one bound thread (the second is refused), futexes.
//
// run signal safety -DCALLER
// run expiry safety -DEXPIRY
// run limit safety -DLIMIT -DKILL
// run alone safety -DALONE -DLIMIT
// run heard liveness -DCALLER
// twin BROKEN_BOUND heard
// twin BROKEN_WAIT alone
// twin BROKEN_REST signal
// twin BROKEN_EXPIRY expiry
// twin BROKEN_ENDING limit
// twin BROKEN_TELL signal

mtype = { running, ready, receiving, waiting, ended };

bool endpoint_held, notification_held;
mtype state[2] = { running, running };
byte waits[2];                 // waiting_at: 0 nothing, 1 the endpoint, 2 the notification
bool ending;                   // of thread 0
byte bits;                     // raised
byte raised, heard;            // ever, by anybody
bool waiter;                   // notification->waiter is thread 1
#ifdef ALONE
bool bound;
#else
bool bound = true;             // notification->bound is thread 0
#endif
byte queued;                   // events and calls at the endpoint
bool armed;                    // the timer is in a tree
byte timer_bits;

inline lock(which) { atomic { !which -> which = true } }

// Takes `mask`; both bits were raised by somebody.
inline take_locked(mask) {
    assert(((bits & mask) & ~raised) == 0);
    heard = heard | (bits & mask);
    bits = bits & ~(mask)
}

inline tell_bound() {
    if
    :: waits[0] == 1 && state[0] == receiving ->
        lock(endpoint_held);
        if
#ifdef BROKEN_TELL
        :: true ->
#else
        :: waits[0] == 1 && state[0] == receiving ->
#endif
            lock(notification_held);
            d_step {
                some = bound && bits != 0;
                if
                :: some -> take_locked(3)
                :: else
                fi;
                notification_held = false
            };
            if
            :: some -> d_step { assert(waits[0] == 1 && state[0] == receiving); waits[0] = 0; state[0] = ready }
            :: else
            fi
        :: else
        fi;
        d_step { some = false; endpoint_held = false }
    :: else
    fi
}

inline notification_signal(which) {
    lock(notification_held);
    d_step {
        bits = bits | which;
        raised = raised | which;
#ifdef BROKEN_REST
        for_bound = bound && !waiter;
#endif
        if
        :: waiter && (bits & 1) -> take_locked(1); waiter = false; waits[1] = 0; state[1] = ready
        :: else
        fi;
#ifndef BROKEN_REST
        for_bound = bits != 0 && bound;
#endif
        notification_held = false
    };
    if
    :: for_bound -> for_bound = false; tell_bound()
    :: else
    fi
}

proctype signaller(byte which) {
    bool some, for_bound;
    notification_signal(which)
}

// receive of thread 0: what is queued, else its bits (events come first), else it waits.
proctype receiver() {
    bool has, some;
    do
    :: ending -> break
    :: else ->
        has = bound;
        lock(endpoint_held);
        // receive_ready_locked()
        lock(notification_held);
        d_step {
            some = has && bound && bits != 0 && queued == 0;
            if
            :: some -> take_locked(3)
            :: else
            fi;
            notification_held = false
        };
        if
        :: some -> endpoint_held = false
        :: !some && queued > 0 -> d_step { queued--; endpoint_held = false }
        :: !some && queued == 0 ->
            // receive_bound_locked()
#ifndef BROKEN_BOUND
            lock(notification_held);
            some = has && bound && bits != 0;
#endif
            if
            :: some -> take_locked(3)
#ifdef BROKEN_ENDING
            :: !some && !ending ->
                d_step { waits[0] = 1; state[0] = receiving }
#else
            :: !some ->
                d_step { waits[0] = 1; state[0] = receiving };
                d_step { if :: ending -> waits[0] = 0; state[0] = running :: else fi }
#endif
#ifdef BROKEN_ENDING
            :: !some && ending
#endif
            fi;
            d_step {
#ifndef BROKEN_BOUND
                notification_held = false;
#endif
                endpoint_held = false
            };
            if
            :: state[0] != running ->
end_receiving:  atomic { state[0] == ready -> state[0] = running }
            :: else
            fi
        fi;
        some = false
    od;
    // thread_finish(): notification_unbind()
    lock(notification_held);
    d_step { bound = false; notification_held = false };
    state[0] = ended
}

// Waits for bit 0 twice.
proctype waits_for_one() {
    byte times;
    do
    :: times < 2 ->
        times++;
#ifdef BROKEN_WAIT
        if :: bits & 1 -> lock(notification_held); d_step { take_locked(1); notification_held = false }
        :: else ->
            lock(notification_held);
            d_step { waits[1] = 2; state[1] = waiting; waiter = true; notification_held = false };
end_early:  atomic { state[1] == ready -> state[1] = running }
        fi
#else
        lock(notification_held);
        d_step {
            if
            :: bits & 1 -> take_locked(1)
            :: else -> waits[1] = 2; state[1] = waiting; waiter = true
            fi;
            notification_held = false
        };
        if
        :: state[1] != running ->
end_waiting: atomic { state[1] == ready -> state[1] = running }
        :: else
        fi
#endif
    :: else -> break
    od;
    state[1] = ended
}

#ifdef CALLER
// An event is posted: to a receiver that waits, else it is queued.
proctype poster() {
    lock(endpoint_held);
    d_step {
        if
        :: waits[0] == 1 && state[0] == receiving -> waits[0] = 0; state[0] = ready
        :: else -> queued++
        fi;
        endpoint_held = false
    }
}
#endif

#ifdef LIMIT
// thread_timeout(): ends the wait of thread 1.
proctype limit() {
    if
    :: waits[1] == 2 ->
        lock(notification_held);
        d_step {
            if
            :: waits[1] == 2 -> waiter = false; waits[1] = 0; state[1] = ready
            :: else
            fi;
            notification_held = false
        }
    :: else
    fi
}
#endif

#ifdef KILL
proctype killer() {
    ending = true;
    do
    :: waits[0] == 0 -> break
    :: waits[0] == 1 ->
        lock(endpoint_held);
        d_step {
            if
            :: waits[0] == 1 -> waits[0] = 0; state[0] = ready
            :: else
            fi;
            endpoint_held = false
        }
    od
}
#endif

#ifdef EXPIRY
bool expired;                  // the first time was replaced: its bit may not come any more
bool late;

// sys_notification_timer(): bit 0 at a time, then, instead, bit 1 at a later one.
proctype setter() {
    lock(notification_held);
    d_step { timer_bits = 1; armed = true; notification_held = false };
    lock(notification_held);
    d_step { expired = timer_bits == 1; timer_bits = 2; armed = true; notification_held = false };
    late = true
}

// timer_run() on a processor: takes what is due out of the tree, then fires it with no lock held. Two of them, since
// what is set anew may be set on another processor.
proctype clock() {
    byte which;
    bool some, for_bound;
end_clock:
    do
    :: atomic { armed && (timer_bits == 1 || late) -> armed = false };
        lock(notification_held);
        d_step {
#ifdef BROKEN_EXPIRY
            which = timer_bits;
            timer_bits = 0;
#else
            which = (armed -> 0 : timer_bits);
            timer_bits = (armed -> timer_bits : 0);
#endif
            // The second time has not come before it was set for later.
            assert(which != 2 || late || !armed);
            assert(which != 1 || !expired);
            notification_held = false
        };
        if
        :: which != 0 -> notification_signal(which); which = 0
        :: else
        fi
    od
}
#endif

// Nobody sleeps over what there is for it.
#define SLEEPS ((state[0] == receiving && (queued > 0 || (bound && bits != 0))) || (state[1] == waiting && (bits & 1)))

// At the end of all: who is left waiting has nothing to hear.
proctype watch() {
end_watch:
    timeout;
    assert(!SLEEPS);
    assert(state[0] != ready && state[1] != ready && (!ending || state[0] == ended))
}

ltl heard { [] (SLEEPS -> <> !SLEEPS) }

init {
    atomic {
        run receiver();
        run waits_for_one();
#ifndef EXPIRY
        run signaller(1);
        run signaller(2);
#endif
#ifdef CALLER
        run poster();
#endif
#ifdef LIMIT
        run limit();
#endif
#ifdef KILL
        run killer();
#endif
#ifdef EXPIRY
        run setter();
        run clock();
        run clock();
#endif
        run watch()
    }
}
