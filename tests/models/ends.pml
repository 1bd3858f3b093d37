// SPDX-License-Identifier: MIT
//
// The end of an endpoint and its job: kernel/object/endpoint.c (endpoint_server_remove, endpoint_end, wake_step,
// endpoint_job), kernel/object/object.c (object_release, object_try_retain, object_put), kernel/sched/job.c (job_queue,
// the queue of one processor), kernel/ipc/call.c (send_check_locked).
//
// Three holders on three processors: one of a descriptor with the right to receive, one of a descriptor without it,
// one that makes a weak descriptor strong, to receive, and releases it. Two callers through a badge that may call at
// any time, one call that was received. A step of the job wakes one caller.
//
// Safety: the reference count does not pass below 0, the job never runs on storage that was given back. In the end,
// whatever the order: nobody waits, nothing is left.
// Left out: events, the descriptors' tables, the reuse of storage (decision 0002).
//
// run together safety
// twin BROKEN_GONE together
// twin BROKEN_QUEUED together

byte references = 2;           // for being alive, and the badge's
byte strong = 2;
byte servers = 1;
bool ended, freed;
bool held;                     // the endpoint's lock
bool queued;                   // the job
byte callers;                  // queued calls
byte delivered = 1;
bool badge = true;             // badge->endpoint
#ifdef BROKEN_GONE
bool gone;
#endif

inline lock() { atomic { !held -> held = true } }

inline put() {
    d_step {
        assert(references > 0 && !freed);
        references--;
        if
        :: references == 0 -> freed = true
        :: else
        fi
    }
}

// The count that the caller has goes to the queue.
inline wake_later() {
    d_step { was = queued; queued = true };
#ifndef BROKEN_QUEUED
    if
    :: was -> put()
    :: else
    fi
#endif
}

inline endpoint_server_remove() {
    d_step { servers--; last = servers == 0 };
    if
    :: last ->
#ifdef BROKEN_GONE
        queued = true
#else
        references++;
        wake_later()
#endif
    :: else
    fi
}

inline object_release() {
    d_step { strong--; last = strong == 0 };
    if
    :: last ->
        ended = true;
#ifdef BROKEN_GONE
        gone = true;
        queued = true
#else
        wake_later()
#endif
    :: else
    fi
}

proctype holder(bool receives) {
    bool last, was;
    if
    :: receives -> endpoint_server_remove()
    :: else
    fi;
    object_release()
}

proctype reviver() {
    bool last, was, has;
    d_step {
        has = strong > 0;
        if
        :: has -> strong++
        :: else
        fi
    };
    if
    :: has ->
        servers++;
        endpoint_server_remove();
        object_release()
    :: else
    fi
}

proctype caller() {
    if
    :: badge ->
        lock();
        d_step {
            if
            :: !ended && servers > 0 -> callers++
            :: else
            fi;
            held = false
        }
    :: else
    fi
}

// The processor on which the job is queued.
proctype runner() {
    bool done, over, was, detach;
end_idle:
    do
    :: atomic { queued -> queued = false; assert(!freed) };
        lock();
        over = ended;
        d_step {
            done = true;
            if
            :: (over || servers == 0) && callers > 0 -> callers--; done = callers == 0
            :: else
            fi;
            if
            :: done && over -> delivered = 0; detach = badge; badge = false
            :: else
            fi;
            held = false
        };
        if
        :: detach -> detach = false; put()
        :: else
        fi;
#ifdef BROKEN_GONE
        if
        :: !done -> queued = true
        :: done && gone -> put()
        :: done && !gone
        fi
#else
        if
        :: done -> put()
        :: else -> wake_later()
        fi
#endif
    od
}

proctype watch() {
end_watch:
    timeout;
    assert(freed && !queued && callers == 0 && delivered == 0)
}

init {
    atomic {
        run holder(true);
        run holder(false);
        run reviver();
        run caller();
        run caller();
        run runner();
        run watch()
    }
}
