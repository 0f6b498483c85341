/* SPDX-License-Identifier: MIT */
/*
 * A session with one board. Opening it brings the board to dfuIDLE from any state; then the board
 * can be read, verified, erased, flashed and started. All calls block. The observer sees progress
 * and can stop them.
 */
#ifndef BOOT0_SESSION_H
#define BOOT0_SESSION_H

#include <boot0/board.h>
#include <boot0/image.h>
#include <boot0/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

enum boot0_phase {
    BOOT0_PHASE_WAIT, /* waiting for a board; no total */
    BOOT0_PHASE_READ, /* reading the board's contents */
    BOOT0_PHASE_ERASE,
    BOOT0_PHASE_WRITE,
    BOOT0_PHASE_VERIFY,
    BOOT0_PHASE_RUN,     /* starting the program; no total */
    BOOT0_PHASE_PREPARE, /* between opening the board and the first other phase; no total */
    BOOT0_PHASE_COUNT
};

struct boot0_progress {
    enum boot0_phase phase;
    uint64_t done; /* bytes, up to total */
    uint64_t total;
    uint64_t elapsed_us; /* since the start of this phase, by the board's clock */
    /* Usual duration of a phase without a total (mass erase); 0: unknown. */
    uint64_t expected_us;
    /*
     * How long the operation still takes, over all of its phases, as far as that can be told: by
     * the chip's flash times, by the speed of the wire, and by the rate so far. While the board is
     * read to find out what has to be written, the time of reading alone. 0: unknown.
     */
    uint64_t left_us;
};

struct boot0_observer {
    /*
     * Called often. Return false to stop: the board returns to dfuIDLE and the operation fails with
     * BOOT0_E_CANCELLED. The function is not called again before the operation returns. If it
     * returns false in the last call of an operation, the next operation is stopped.
     */
    bool (*progress)(void *context, const struct boot0_progress *progress);
    /* Reports an event that is not an error ("the supply range is set to 2.7-3.6 V"). */
    void (*note)(void *context, const char *text);
    void *context;
    /*
     * Reports a note whose remedy is a feature of the calling program: message, hint and advice;
     * the code is BOOT0_OK, and the hint continues the message. NULL: note() gets both in one text.
     */
    void (*advise)(void *context, const struct boot0_error *note);
    /*
     * Shows the plan that boot0_session_flash() is about to execute, once per memory and attempt:
     * what is known of the sectors so far, and the steps. Progress of erasing and writing counts
     * the bytes of the steps in order; progress of verifying counts the sectors that differ. The
     * plan is valid during the call. May be NULL.
     */
    void (*plan)(void *context, const struct boot0_plan *plan);
};

struct boot0_session_options {
    /* Supply voltage of the board in millivolts if the user or a board profile gives it, else 0.
     * Sets the programming width of F2/F4 ROMs. Never guessed: bits that are written with a width
     * too large for the supply may not last. */
    uint32_t supply_mv;
    bool patient; /* honour every poll timeout, also on chips that tolerate early polling */
    const char *alternate; /* number, or prefix of a name; NULL: chosen by address */
    const char *chip;      /* chip given by the user; NULL: detect */
    const char *board;     /* key of a board profile, which gives chip and supply; NULL: none */
    /* Allow reads and raw writes outside of the layouts; the board decides. */
    bool anywhere;
    /* Bytes per transfer; 0: the board's own value. Plain DFU only: boards with addresses derive
     * block addresses from their own value. */
    uint16_t transfer_size;
    uint32_t detach_wait_ms; /* wait for a program that was told to enter DFU mode; 0: 30 seconds */
};

struct boot0_session;

/*
 * Opens the board that `selection` matches (NULL: the only one), reads its descriptors and brings
 * it to dfuIDLE. A board in run-time mode with a DFU interface is detached first. `options` and
 * `observer` may be NULL. The strings and the observer must live as long as the session.
 *
 * BOOT0_E_NO_BOARD, BOOT0_E_SEVERAL (the hint lists them), BOOT0_E_PERMISSION, BOOT0_E_BUSY,
 * BOOT0_E_IO, BOOT0_E_GONE, BOOT0_E_PROTOCOL, BOOT0_E_USAGE (no such alternate), BOOT0_E_CANCELLED.
 * On success the caller owns *session: boot0_session_close(). The bus must outlive it.
 */
BOOT0_API enum boot0_status boot0_session_open(struct boot0_session **session,
                                               const struct boot0_bus *bus,
                                               const struct boot0_selection *selection,
                                               const struct boot0_session_options *options,
                                               const struct boot0_observer *observer,
                                               struct boot0_error *error);
BOOT0_API void boot0_session_close(struct boot0_session *session);

/* Returns what the board reported; valid until the session is closed. */
BOOT0_API const struct boot0_board *boot0_session_board(const struct boot0_session *session);

/* Returns the layout of the memory in use: the chosen alternate's, else the main flash's. NULL:
 * plain DFU. */
BOOT0_API const struct boot0_layout *boot0_session_layout(const struct boot0_session *session);

/*
 * Selects another alternate for the following calls, instead of the one in the options: number, or
 * prefix of a name. NULL: chosen by address. BOOT0_E_USAGE.
 */
BOOT0_API enum boot0_status boot0_session_choose(struct boot0_session *session,
                                                 const char *alternate, struct boot0_error *error);

struct boot0_flash_options {
    bool full;               /* write everything, regardless of the board's contents */
    bool no_preserve;        /* do not preserve other data in partly covered sectors */
    bool no_verify;          /* do not read back written data */
    bool no_run;             /* stay in DFU mode afterwards */
    bool ignore_suffix;      /* accept a file whose suffix names another device */
    bool force;              /* accept a vector table or chip family of another chip */
    bool allow_option_bytes; /* accept an image with option bytes or OTP data */
    bool has_address;        /* address for a raw binary; else the start of the main flash */
    uint32_t address;
    bool skip_ram; /* omit data for RAM; else such an image is refused */
};

/* What a session has done so far. Times are in microseconds of the board's clock. */
struct boot0_report {
    uint64_t image_bytes;
    uint64_t unchanged_bytes;
    uint64_t bytes_read;
    uint64_t bytes_written;
    uint64_t bytes_verified;
    uint32_t sectors_erased;
    uint64_t transfers;
    uint64_t read_us;
    uint64_t erase_us;
    uint64_t write_us;
    uint64_t verify_us;
    uint64_t total_us; /* since the session was opened */
    bool started;
    bool touched;          /* the board was told to erase or write; its contents may have changed */
    uint64_t bytes_erased; /* whole sectors */
    /* The first address where boot0_session_verify() found a difference. */
    bool differs;
    uint32_t differs_at;
};
BOOT0_API void boot0_session_report(const struct boot0_session *session,
                                    struct boot0_report *report);

/*
 * Checks that the image is for this board and converts it to the form that the board takes. The
 * check covers the image's suffix, UF2 family and address, and compares the vector table with the
 * chip's RAM. In *resolved, raw bytes have their address, data for an alias of the flash has the
 * flash's own address, data for RAM is omitted if the options allow it, and each segment has its
 * alternate setting. `image` is unchanged; a resolved image resolves to itself. BOOT0_E_MISMATCH,
 * BOOT0_E_USAGE, BOOT0_E_RANGE, BOOT0_E_DATA, BOOT0_E_MEMORY. On success the caller owns *resolved:
 * boot0_image_free(); else it is NULL. The functions below call this function themselves.
 */
BOOT0_API enum boot0_status boot0_session_resolve(struct boot0_session *session,
                                                  const struct boot0_image *image,
                                                  const struct boot0_flash_options *options,
                                                  struct boot0_image **resolved,
                                                  struct boot0_error *error);

/* Only the check of boot0_session_resolve(). */
BOOT0_API enum boot0_status boot0_session_check(struct boot0_session *session,
                                                const struct boot0_image *image,
                                                const struct boot0_flash_options *options,
                                                struct boot0_error *error);

/*
 * Makes the plan for one memory of the board: number `nth`, from 0, of those that the image has
 * data for; *plan is NULL if there are no more. Reads what the plan needs, writes nothing. DfuSe
 * only, otherwise BOOT0_E_UNSUPPORTED. On success the caller owns *plan: boot0_plan_free().
 */
BOOT0_API enum boot0_status boot0_session_plan(struct boot0_session *session,
                                               const struct boot0_image *image,
                                               const struct boot0_flash_options *options,
                                               size_t nth, struct boot0_plan **plan,
                                               struct boot0_error *error);

/* Executes a plan and verifies what was written, unless no_verify is set. */
BOOT0_API enum boot0_status boot0_session_execute(struct boot0_session *session,
                                                  const struct boot0_plan *plan,
                                                  const struct boot0_flash_options *options,
                                                  struct boot0_error *error);

/*
 * Checks, plans, executes, verifies, and starts the program unless no_run is set. Plain DFU devices
 * get the image as one download. `options` may be NULL.
 */
BOOT0_API enum boot0_status boot0_session_flash(struct boot0_session *session,
                                                const struct boot0_image *image,
                                                const struct boot0_flash_options *options,
                                                struct boot0_error *error);

/* Compares the board with the image. BOOT0_E_MISMATCH names the first address that differs. */
BOOT0_API enum boot0_status boot0_session_verify(struct boot0_session *session,
                                                 const struct boot0_image *image,
                                                 const struct boot0_flash_options *options,
                                                 struct boot0_error *error);

/* Reads [address, address + size) into `data`. BOOT0_E_RANGE if it cannot be read. */
BOOT0_API enum boot0_status boot0_session_read(struct boot0_session *session, uint32_t address,
                                               uint8_t *data, size_t size,
                                               struct boot0_error *error);

/* Reads everything that a plain DFU device uploads, at most `limit` bytes. The caller owns *data:
 * free(). */
BOOT0_API enum boot0_status boot0_session_upload(struct boot0_session *session, uint8_t **data,
                                                 size_t *size, size_t limit,
                                                 struct boot0_error *error);

/*
 * Programs [address, address + size) without erasing, comparing or reading back. For memories that
 * are not flash (option bytes, Device Feature, RAM) and for flash that is known to be erased. The
 * report counts the bytes that the board confirmed. BOOT0_E_RANGE if it cannot be written.
 */
BOOT0_API enum boot0_status boot0_session_write(struct boot0_session *session, uint32_t address,
                                                const uint8_t *data, size_t size,
                                                struct boot0_error *error);

/* Erases every sector that overlaps [address, address + size). */
BOOT0_API enum boot0_status boot0_session_erase(struct boot0_session *session, uint32_t address,
                                                uint32_t size, struct boot0_error *error);

/* Erases the whole main flash with one command. */
BOOT0_API enum boot0_status boot0_session_mass_erase(struct boot0_session *session,
                                                     struct boot0_error *error);

/* Removes read protection. The chip erases its whole flash and resets. */
BOOT0_API enum boot0_status boot0_session_unprotect(struct boot0_session *session,
                                                    struct boot0_error *error);

enum boot0_protection {
    BOOT0_PROTECT_SECTORS,    /* write-protect these flash sectors and no others */
    BOOT0_PROTECT_NO_SECTORS, /* remove write protection */
    BOOT0_PROTECT_READOUT,    /* set read protection; only boot0_session_unprotect() removes it */
};

/*
 * Changes the chip's protection with commands of its UART bootloader. BOOT0_E_UNSUPPORTED over USB.
 * `sectors` are numbers as AN3155 defines them for the chip. The chip resets: afterwards only close
 * the session.
 */
BOOT0_API enum boot0_status boot0_session_protect(struct boot0_session *session,
                                                  enum boot0_protection what,
                                                  const uint8_t *sectors, size_t count,
                                                  struct boot0_error *error);

/*
 * Leaves DFU mode and starts the program whose vector table is at `address`. The board is gone
 * afterwards: only close the session. BOOT0_E_MISMATCH if there is no program at that address.
 */
BOOT0_API enum boot0_status boot0_session_run(struct boot0_session *session, uint32_t address,
                                              struct boot0_error *error);

/* Like boot0_session_run(), without checking for a program. The board may ignore the command. */
BOOT0_API enum boot0_status boot0_session_leave(struct boot0_session *session, uint32_t address,
                                                struct boot0_error *error);

/* Sends DFU_DETACH, which returns some bootloaders to their program. Ignores the answer. */
BOOT0_API void boot0_session_detach(struct boot0_session *session);

/*
 * Resets the chip into `target`. Needs boot0's own bootloader, otherwise BOOT0_E_UNSUPPORTED. The
 * board is gone afterwards: only close the session.
 */
BOOT0_API enum boot0_status boot0_session_reset_to(struct boot0_session *session,
                                                   enum boot0_target target,
                                                   struct boot0_error *error);

/* Compares the board's bootloader with `data`. Needs boot0's own bootloader. */
BOOT0_API enum boot0_status boot0_session_bootloader_is(struct boot0_session *session,
                                                        const uint8_t *data, uint32_t size,
                                                        bool *same, struct boot0_error *error);

/*
 * Completes the update in progress with the program in flash, for an erase that does not touch the
 * program. Needs boot0's own bootloader.
 */
BOOT0_API enum boot0_status boot0_session_end_update(struct boot0_session *session,
                                                     struct boot0_error *error);

/*
 * Erases the journal; a program that was not written completely loses its first sector. Needs
 * boot0's own bootloader.
 */
BOOT0_API enum boot0_status boot0_session_erase_journal(struct boot0_session *session,
                                                        struct boot0_error *error);

/*
 * Sets or removes the write protection of the bootloader's own sector in the option bytes. The chip
 * resets: afterwards only close the session. Needs boot0's own bootloader.
 */
BOOT0_API enum boot0_status boot0_session_protect_bootloader(struct boot0_session *session, bool on,
                                                             struct boot0_error *error);

/*
 * Sets the brown-out level in the option bytes, 0 (off) to 3 (RM0090, 3.9.1, BOR_LEV). Needs
 * boot0's own bootloader. BOOT0_E_USAGE for another level; BOOT0_E_UNSUPPORTED if the bootloader is
 * older than extension 1.3.
 */
BOOT0_API enum boot0_status boot0_session_set_brownout(struct boot0_session *session,
                                                       unsigned level, struct boot0_error *error);

/* USB reset. The board may come back as another device: afterwards only close the session. */
BOOT0_API enum boot0_status boot0_session_reset(struct boot0_session *session,
                                                struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
