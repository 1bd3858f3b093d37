// SPDX-License-Identifier: MIT
//
// Calls whose server has died. init starts a service again in a moment; who may make the call again does so:
//
//     int attempts = 0;
//     do {
//         status = file_open(server, ...);
//     } while (retry_after(status, &attempts));

#ifndef USER_RETRY_H
#define USER_RETRY_H

#include <abi/status.h>

// Whether the call is to be made again; waits first. False for every other result, and when the server does
// not come back within two seconds.
[[nodiscard]] bool retry_after(status_t status, int *attempts);

#endif
