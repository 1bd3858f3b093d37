// SPDX-License-Identifier: MIT
//
// A service dies and init starts it again, while clients ask. It follows user/lib/fs.c (piece_write, token_next),
// user/lib/retry.c (retry_after), user/servers/file (main.c: main, handle_write; content.c: volume_write,
// content_grow; account.c: request_done, request_note; volume.c: redo_commit, redo_apply, volume_open), and
// user/init/service.c (service_ended, service_failed, service_give_up, service_tick as `supervisor`), with the
// kernel's calls as tests/models/call.pml has them: a call that was received ends with SERVER_DIED, a queued one
// stays queued as long as init keeps the endpoint, and ends with NO_SERVER when nobody may receive any more.
//
// Two clients; client 0 appends REQUESTS times to a file that both append to, client 1 once. The server dies at any
// of its steps, DEATHS times; init gives it up after FAILURES of them. `appended` is the file in the kept memory, by
// client; a change is written to the redo list, counts from its commit on, and is applied in two steps. A client
// asks again up to ATTEMPTS times.
//
// Safety: what has a token is done at most once, and exactly once when the answer was OK; what ends with an error
// was done at most once; an answer is for the request that was made; a server never works on a half-applied change.
// Liveness: each request ends with an answer or an error, whatever dies.
// Left out: the tables of files and blocks (tests/unit/test_file_volume.c kills the volume at every store), more
// clients than the volume has places, a client with two requests at a time (one token is remembered for each
// process: programs here have one thread that asks), the pauses.
//
// run once safety -DREQUESTS=2 -DDEATHS=3 -DFAILURES=5 -DATTEMPTS=2
// run givenup safety -DREQUESTS=1 -DDEATHS=2 -DFAILURES=2 -DATTEMPTS=3
// run answered liveness -DREQUESTS=1 -DDEATHS=2 -DFAILURES=5 -DATTEMPTS=3
// run refused liveness -DREQUESTS=1 -DDEATHS=2 -DFAILURES=2 -DATTEMPTS=3
// twin BROKEN_TOKEN once
// twin BROKEN_NEW_TOKEN once
// twin BROKEN_NOTE once
// twin BROKEN_REDO once
// twin BROKEN_KEPT once
// twin BROKEN_GIVE_UP refused

#define NONE 7

mtype = { nothing, ok, server_died, no_server };
mtype = { idle, waiting, received, answered };

// ---- the kernel's part
bool served = true;            // init holds a right to receive
bool alive;                    // a server process runs
mtype call[2] = { idle, idle };
mtype status[2];
chan queue = [2] of { byte };
chan ended = [1] of { bit };   // EVENT_PROCESS_ENDED at init's endpoint

// ---- what the client asks, by client
byte token[2];
byte result[2];

// ---- the kept memory, which outlives the server
byte appended[2];              // how often something of this client stands in the file
byte noted_token[2];
byte noted_result[2];
bool committed;                // the redo list counts
byte redo_client = NONE;
byte redo_appended, redo_token, redo_result;

// ---- what was promised
byte accepted[2];              // requests that were answered with OK
byte made[2];                  // requests, each under its token
bool working[2];               // a client is in a request

// A call from queueing to its end; the server takes it from the queue and answers it.
inline call_make(c) {
    atomic {
        if
        :: served -> call[c] = waiting; queue!c
        :: else -> status[c] = no_server; call[c] = answered
        fi
    };
    atomic { call[c] == answered -> call[c] = idle }
}

// piece_write()
proctype client(byte c; byte requests) {
    byte attempts;
    do
    :: made[c] < requests ->
        d_step { made[c]++; token[c] = made[c]; working[c] = true; attempts = 0 };
        do
        :: call_make(c);
            if
            :: status[c] == ok -> break
            :: status[c] != ok && attempts == ATTEMPTS -> break
            :: status[c] != ok && attempts < ATTEMPTS ->
                d_step {
                    attempts++;
#ifdef BROKEN_NEW_TOKEN
                    token[c] = token[c] + 4;
#endif
                    status[c] = nothing
                }
            fi
        od;
        atomic {
            assert(appended[c] <= made[c]);
            if
            :: status[c] == ok ->
                accepted[c]++;
                // The answer names the place where this request's bytes went, the first time too.
                assert(result[c] == appended[c] && accepted[c] <= appended[c])
            :: else -> assert(status[c] == no_server || status[c] == server_died)
            fi;
            status[c] = nothing;
            result[c] = 0;
            working[c] = false
        }
    :: else -> break
    od
}

// One store of redo_apply() after the other; the last ends it.
inline redo_apply() {
    appended[redo_client] = redo_appended;
    d_step { noted_token[redo_client] = redo_token; noted_result[redo_client] = redo_result };
    d_step { committed = false; redo_client = NONE; redo_appended = 0; redo_token = 0; redo_result = 0 }
}

// volume_write() of an append
inline volume_write(c) {
#ifndef BROKEN_TOKEN
    if
    :: noted_token[c] == token[c] -> found = noted_result[c]
    :: else ->
#endif
#ifdef BROKEN_NOTE
        // The change counts before its token is noted.
        appended[c] = appended[c] + 1;
        d_step { noted_token[c] = token[c]; noted_result[c] = appended[c] };
#else
        d_step {
            assert(!committed);
            redo_client = c;
            redo_appended = appended[c] + 1;
            redo_token = token[c];
            redo_result = redo_appended
        };
        committed = true;
        redo_apply();
#endif
        found = noted_result[c]
#ifndef BROKEN_TOKEN
    fi
#endif
}

// main() of the server. It dies between any two of its steps: `unless`.
proctype server() {
    byte c = NONE, found;
    {
        // volume_open(): redo_finish()
        if
#ifdef BROKEN_REDO
        :: committed -> committed = false; redo_client = NONE
#else
        :: committed -> redo_apply()
#endif
        :: !committed -> d_step { redo_client = NONE; redo_appended = 0; redo_token = 0; redo_result = 0 }
        fi;
#ifdef BROKEN_KEPT
        // The kept memory is a new one.
        d_step { noted_token[0] = 0; noted_token[1] = 0 };
#endif
end_server:
        do
        :: atomic { queue?c -> assert(call[c] == waiting); call[c] = received };
            volume_write(c);
            atomic {
                result[c] = found;
                status[c] = ok;
                call[c] = answered;
                c = NONE;
                found = 0
            }
        od
    } unless { !alive };
    // The kernel ends what was received (thread_finish), and tells the supervisor.
    d_step {
        c = 0;
        do
        :: c < 2 ->
            if
            :: call[c] == received -> status[c] = server_died; call[c] = answered
            :: else
            fi;
            c++
        :: else -> break
        od;
        c = NONE
    };
    ended!1
}

// init: starts the service, hears of its end, starts it again, or gives it up.
proctype supervisor() {
    byte failures, c;
    atomic { alive = true; run server() };
end_supervisor:
    do
    :: ended?1 ->
        failures++;
        if
        :: failures < FAILURES -> atomic { alive = true; run server() }
        :: else ->
            // service_give_up(): the last right to receive goes, and the endpoint's job wakes who waits.
#ifndef BROKEN_GIVE_UP
            served = false;
            do
            :: atomic { queue?c -> status[c] = no_server; call[c] = answered; c = 0 }
            :: empty(queue) -> break
            od;
#endif
            break
        fi
    od
}

// Whatever ends a server, whenever.
proctype death() {
    byte times;
    do
    :: times < DEATHS -> atomic { alive -> alive = false; times++ }
    :: true -> break
    od
}

// At the end of all.
proctype watch() {
end_watch:
    timeout;
    assert(!working[0] && !working[1]);
    assert(appended[0] >= accepted[0] && appended[0] <= made[0]);
    assert(appended[1] >= accepted[1] && appended[1] <= made[1])
}

ltl ends { [] ((working[0] -> <> !working[0]) && (working[1] -> <> !working[1])) }

init {
    atomic {
        run supervisor();
        run client(0, REQUESTS);
        run client(1, 1);
        run death();
        run watch()
    }
}
