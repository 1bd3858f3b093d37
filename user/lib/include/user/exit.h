// SPDX-License-Identifier: MIT
//
// With which status a process ends, as shells elsewhere have it: numbers from 0 to 255 of their own, no
// status_t. 0 says that all went well, 1 that something did not; a program may mean more by them, as grep
// does.

#ifndef USER_EXIT_H
#define USER_EXIT_H

enum exit_status {
    EXIT_USAGE = 2,         // the command line, or a script's text, is wrong
    EXIT_CANNOT_RUN = 126,  // a program that is there could not be started
    EXIT_NO_PROGRAM = 127,  // there is none of this name; for `wait`, no such job
    EXIT_CTRL_C = 130,      // init's: a person typed Ctrl-C
    EXIT_KILLED = 137,      // init's: `kill`
    EXIT_CRASHED = 139,     // init's: a fault of the program
    EXIT_PIPE_CLOSED = 141, // nobody reads what the program writes
};

#endif
