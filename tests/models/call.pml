// SPDX-License-Identifier: MIT
//
// A call from entry to answer. The inlines have the names of the functions that they follow: kernel/ipc/call.c
// (call_send, call_receive, call_answer, call_keep, call_lock, call_cancel_locked), kernel/object/thread.c
// (thread_block_locked, thread_kill, cancel, thread_timeout, thread_finish), kernel/object/process.c
// (process_job), kernel/object/endpoint.c (endpoint_server_remove, wake_step), kernel/object/reply.c.
//
// One endpoint, CALLERS threads, the first of which calls CALLS times and the others once, SERVERS threads of one
// process that receive, and with KEEP one reply object and a thread that answers what is kept in it, or with RELEASE
// releases it. With LIMITS the first call of each caller has a time limit, with KILL caller 0 is ended, with DEATH the
// server's process. What happens under the endpoint's lock is one step, cut where somebody looks without it; looks
// without the lock are steps.
//
// Safety: each call ends once, with the answer to itself or a status that is true; who awaits an answer stands in
// some server's slot or in the reply object, and nobody else stands there; only calls with a limit time out.
// Liveness: no call waits for ever when the servers answer what they receive, or die.
// Left out: badges, faults, ranges and descriptors, events and bound notifications (wait.pml), the end of the
// endpoint itself (ends.pml), more than one server process (restart.pml).
//
// run limits safety -DCALLERS=2 -DCALLS=2 -DSERVERS=1 -DLIMITS
// run death safety -DCALLERS=2 -DCALLS=1 -DSERVERS=2 -DDEATH
// run late safety -DCALLERS=1 -DCALLS=2 -DSERVERS=1 -DLIMITS -DKILL -DDEATH
// run keep safety -DCALLERS=2 -DCALLS=1 -DSERVERS=2 -DKEEP
// run keeplate safety -DCALLERS=1 -DCALLS=2 -DSERVERS=1 -DKEEP -DRELEASE -DLIMITS -DDEATH
// run answered liveness -DCALLERS=2 -DCALLS=1 -DSERVERS=1 -DDEATH
// run kept liveness -DCALLERS=1 -DCALLS=2 -DSERVERS=1 -DKEEP -DRELEASE -DDEATH
// twin BROKEN_LIMIT limits
// twin BROKEN_KEEP keep
// twin BROKEN_BLOCK late
// twin BROKEN_LAST death
// twin BROKEN_DROP answered

#define NONE 7
#define THREADS (CALLERS + SERVERS)

mtype = { running, ready, calling, awaiting, receiving, ended };
mtype = { nothing, ok, timed_out, closed, no_server, server_died, dropped };

bool held;                   // the endpoint's lock
mtype state[THREADS];        // callers first
bool waits[THREADS];         // waiting_at is the endpoint
bool ending[THREADS];
bool limited[CALLERS];       // thread->deadline of the wait
bool armed[CALLERS];         // its timer
mtype outcome[CALLERS];
byte word[CALLERS];          // of the call under way; what was answered
byte answer[CALLERS];
chan callers = [CALLERS] of { byte };
chan receivers = [SERVERS] of { byte };
byte servers = 1;            // descriptors with the right to receive: the process's one
byte pending[SERVERS];
byte got[SERVERS];           // the word received
byte kept = NONE;            // reply->caller
bool reply_alive = true;
byte kept_word;              // the program's own note, for the thread that answers
byte living = SERVERS;       // threads of the server's process
#ifdef KEEP
byte workers = 1;
#else
byte workers = 0;
#endif
bool process_ending;

inline lock() { atomic { !held -> held = true } }

// What must be true whenever nobody changes it.
inline unlock() {
    d_step {
        t_ = 0;
        do
        :: t_ < CALLERS ->
            assert((state[t_] != awaiting) ||
                   ((kept == t_) + (pending[0] == t_) + (SERVERS > 1 && pending[SERVERS - 1] == t_) == 1));
            assert(state[t_] == awaiting || (kept != t_ && pending[0] != t_ && pending[SERVERS - 1] != t_));
            assert((state[t_] != calling) == !callers??[eval(t_)]);
            t_++
        :: else -> break
        od;
        t_ = 0;
        held = false
    }
}

inline wake_status(t, status) {
    assert(outcome[t] == nothing);
    outcome[t] = status;
    armed[t] = false;
    waits[t] = false;
    state[t] = ready
}

inline unlink_locked(t) {
    if
    :: callers??[eval(t)] -> callers??eval(t)
    :: else
    fi;
    if :: kept == t -> kept = NONE :: else fi;
    if :: pending[0] == t -> pending[0] = NONE :: else fi;
    if :: pending[SERVERS - 1] == t -> pending[SERVERS - 1] = NONE :: else fi
}

inline call_cancel_locked(t, status) {
    d_step { unlink_locked(t) };
    d_step { wake_status(t, status) }
}

// thread.c, cancel(): `timed` is for a limit that has passed.
inline cancel(t, status, timed) {
    do
    :: !waits[t] -> break
    :: waits[t] ->
        lock();
        if
        :: !waits[t] -> unlock()
#ifdef BROKEN_LIMIT
        :: waits[t] ->
#else
        :: waits[t] && timed && !limited[t] -> unlock(); break
        :: waits[t] && (!timed || limited[t]) ->
#endif
            if
            :: t < CALLERS -> call_cancel_locked(t, status)
            :: else -> d_step { receivers??eval(t); waits[t] = false; state[t] = ready }
            fi;
            unlock();
            break
        fi
    od
}

inline thread_kill(t) {
    ending[t] = true;
    cancel(t, closed, false)
}

// Published first, then looked at: against thread_kill().
inline thread_block_locked(t, how, blocked) {
#ifdef BROKEN_BLOCK
    blocked = !ending[t];
    d_step { if :: blocked -> waits[t] = true; state[t] = how :: else fi }
#else
    d_step { waits[t] = true; state[t] = how };
    d_step {
        blocked = !ending[t];
        if :: !blocked -> waits[t] = false; state[t] = running :: else fi
    }
#endif
}

// The caller that stands in `place`, with the endpoint's lock; NONE: nobody.
inline call_lock(place, found) {
    do
    :: found = place;
        if
        :: found == NONE -> break
        :: else ->
            if
            :: !waits[found] -> found = NONE; break
            :: else
            fi
        fi;
        lock();
        if
        :: place == found && waits[found] -> break
        :: else -> unlock()
        fi
    od
}

inline drop(place, status) {
    call_lock(place, c);
    if
    :: c != NONE -> call_cancel_locked(c, status); unlock(); c = NONE
    :: else
    fi
}

// `gone`: the caller went before.
inline call_answer(place, with, gone) {
    call_lock(place, c);
    if
    :: c != NONE ->
        gone = false;
        d_step { answer[c] = with; unlink_locked(c) };
        d_step { wake_status(c, ok) };
        unlock();
        c = NONE
    :: else -> gone = true
    fi
}

// `place` free: reply_keep() of the call in the thread's own slot.
inline call_keep(s, done) {
    done = (kept == NONE);
    if
    :: done ->
        call_lock(pending[s], c);
        if
        :: c != NONE ->
#ifdef BROKEN_KEEP
            kept = c;
#else
            d_step { done = (kept == NONE); if :: done -> kept = c :: else fi };
#endif
            if
            :: done ->
                d_step {
                    done = reply_alive;
                    if
                    :: done -> pending[s] = NONE; kept_word = got[s]
                    :: else -> kept = NONE
                    fi
                }
            :: else
            fi;
            unlock();
            c = NONE
        :: else -> done = false
        fi
    :: else
    fi
}

inline call_send(t) {
#ifdef BROKEN_LAST
    blocked = servers > 0;
    lock();
#else
    lock();
    blocked = servers > 0;
#endif
    if
    :: !blocked -> outcome[t] = no_server; unlock()
    :: else ->
        if
        :: empty(receivers) -> thread_block_locked(t, calling, blocked)
        :: else -> thread_block_locked(t, awaiting, blocked)
        fi;
        d_step {
            if
            :: !blocked -> outcome[t] = closed
            :: blocked && empty(receivers) -> callers!t
            :: blocked && nempty(receivers) ->
                receivers?r;
                pending[r - CALLERS] = t;
                got[r - CALLERS] = word[t];
                waits[r] = false;
                state[r] = ready;
                r = 0
            fi;
            if
            :: blocked -> limited[t] = limit; armed[t] = limit
            :: else
            fi
        };
        unlock();
        if
        :: blocked -> atomic { state[t] == ready -> state[t] = running }
        :: else
        fi
    fi
}

proctype caller(byte t) {
    byte r, t_, calls;
    bool blocked, limit;
    do
    :: calls < (t == 0 -> CALLS : 1) && !ending[t] ->
        d_step {
            calls++;
            word[t] = 2 * t + calls;
            answer[t] = 0;
            outcome[t] = nothing;
#ifdef LIMITS
            limit = calls == 1
#endif
        }
        call_send(t);
        d_step {
            assert(outcome[t] != nothing && !waits[t] && !armed[t]);
            assert(outcome[t] != ok || answer[t] == word[t]);
            assert(outcome[t] != timed_out || limit);
            assert(outcome[t] != closed || ending[t]);
            assert((outcome[t] != no_server && outcome[t] != server_died) || process_ending);
            assert(outcome[t] != dropped || !reply_alive)
        }
    :: else -> break
    od;
    state[t] = ended
}

inline call_receive(s) {
    lock();
    if
    :: nempty(callers) ->
        d_step {
            callers?c;
            state[c] = awaiting;
            pending[s] = c;
            got[s] = word[c];
            c = NONE
        };
        unlock()
    :: else ->
        thread_block_locked(CALLERS + s, receiving, blocked);
        if
        :: blocked -> receivers!(CALLERS + s)
        :: else
        fi;
        unlock();
        if
        :: blocked ->
end_receive: atomic { state[CALLERS + s] == ready -> state[CALLERS + s] = running }
        :: else
        fi
    fi
}

// Answers all that it receives, or keeps it for the worker. An answer or the end of the caller clears the slot.
proctype server(byte s) {
    byte c = NONE, t_;
    bool blocked, done;
    do
    :: ending[CALLERS + s] -> break
    :: else ->
        call_receive(s);
        if
        :: ending[CALLERS + s] -> break
        :: !ending[CALLERS + s] && got[s] != 0 -> call_answer(pending[s], got[s], done)
#ifdef KEEP
        :: !ending[CALLERS + s] && got[s] != 0 ->
            call_keep(s, done);
            if
            :: ending[CALLERS + s] -> break
            :: !ending[CALLERS + s] && !done -> call_answer(pending[s], got[s], done)
            :: !ending[CALLERS + s] && done
            fi
#endif
        :: !ending[CALLERS + s] && got[s] == 0
        fi;
        got[s] = 0
    od;
    // thread_finish()
#ifdef BROKEN_DROP
    skip;
#else
    drop(pending[s], server_died);
#endif
    d_step { got[s] = 0; state[CALLERS + s] = ended; living-- }
}

#ifdef KEEP
// Another thread of the server, which does not receive: it answers what is kept, or releases the reply object.
proctype worker() {
    byte c = NONE, t_;
    bool done;
    do
    :: process_ending -> break
    :: kept != NONE && reply_alive && !process_ending -> call_answer(kept, kept_word, done)
#ifdef RELEASE
    :: reply_alive && !process_ending ->
        reply_alive = false;
        drop(kept, dropped)
#endif
    :: (!reply_alive || kept == NONE) && !process_ending ->
end_idle: (process_ending || (reply_alive && kept != NONE))
    od;
    workers = 0
}
#endif

#ifdef DEATH
// process_end(), and its job: threads first, then the table, then what waits at an endpoint without servers.
proctype death() {
    byte c = NONE, t_;
    process_ending = true;
    thread_kill(CALLERS);
    if :: SERVERS > 1 -> thread_kill(CALLERS + SERVERS - 1) :: else fi;
    (living == 0 && workers == 0);
    servers--;
#ifdef KEEP
    drop(kept, server_died);
#endif
    lock();
    do
    :: nempty(callers) -> d_step { callers?<c> }; call_cancel_locked(c, no_server)
    :: empty(callers) -> break
    od;
    c = NONE;
    unlock()
}
#endif

#ifdef LIMITS
// Time passes, or does not. The timer is taken out of its tree before its owner's cancel() runs.
proctype timer(byte t) {
    byte t_;
end_timer:
    do
    :: atomic { armed[t] -> armed[t] = false }
        cancel(t, timed_out, true)
    :: true -> break
    od
}
#endif

#ifdef KILL
proctype killer() {
    byte t_;
    thread_kill(0)
}
#endif

ltl answered { [] ((waits[0] -> <> !waits[0]) && (waits[CALLERS - 1] -> <> !waits[CALLERS - 1])) }

init {
    byte t_;
    atomic {
        do
        :: t_ < THREADS -> state[t_] = running; t_++
        :: else -> break
        od;
        t_ = 0;
        do
        :: t_ < SERVERS -> pending[t_] = NONE; run server(t_); t_++
        :: else -> break
        od;
        t_ = 0;
        do
        :: t_ < CALLERS -> outcome[t_] = nothing; run caller(t_); t_++
        :: else -> break
        od;
#ifdef LIMITS
        run timer(0);
        if :: CALLERS > 1 -> run timer(CALLERS - 1) :: else fi;
#endif
#ifdef DEATH
        run death();
#endif
#ifdef KEEP
        run worker();
#endif
#ifdef KILL
        run killer();
#endif
        t_ = 0
    }
}
