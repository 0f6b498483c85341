/* DfuSe and plain DFU as protocols of a session. */
#ifndef B0_LIB_DFU_DFU_H
#define B0_LIB_DFU_DFU_H

#include "../protocol.h"

/*
 * A protocol for a board that has been probed. `transport` and `board` must outlive it. `patient`:
 * honour every poll timeout. NULL if out of memory; else the caller's: ops->close().
 */
struct b0_protocol *b0_dfu_new(const struct boot0_transport *transport,
                               const struct boot0_board *board, bool patient);

/*
 * Asks a running program for DFU mode (DFU 1.1, 5.1); the board goes away by it. A bootloader may
 * take the request as one to go back to its program.
 */
enum boot0_status b0_dfu_detach(const struct boot0_transport *transport,
                                const struct boot0_board *board, struct boot0_error *error);

#endif
