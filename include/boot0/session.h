/* SPDX-License-Identifier: MIT */
/*
 * A session with one board: opened, brought to dfuIDLE whatever state it was found in, then read,
 * verified, erased, flashed, started. All calls block; the observer sees progress and can stop
 * them.
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
    BOOT0_PHASE_WAIT, /* for a board; no total */
    BOOT0_PHASE_READ, /* reading what the board holds */
    BOOT0_PHASE_ERASE,
    BOOT0_PHASE_WRITE,
    BOOT0_PHASE_VERIFY,
    BOOT0_PHASE_RUN,     /* starting the program; no total */
    BOOT0_PHASE_PREPARE, /* between opening the board and the first of the others; no total */
    BOOT0_PHASE_COUNT
};

struct boot0_progress {
    enum boot0_phase phase;
    uint64_t done; /* bytes; counts up to total */
    uint64_t total;
    uint64_t elapsed_us; /* since this phase began, by the board's clock */
    /* How long a phase without a total usually takes: the erase of the whole flash. 0: unknown. */
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
     * Called often. Return false to stop: the board is brought to dfuIDLE, BOOT0_E_CANCELLED. The
     * function is not called again before the operation has returned. A stop that comes with the
     * last call of an operation ends the next one.
     */
    bool (*progress)(void *context, const struct boot0_progress *progress);
    /* Something worth telling that is no error ("the supply range is set to 2.7-3.6 V"). */
    void (*note)(void *context, const char *text);
    void *context;
    /*
     * The same for a note whose remedy the calling program has to offer: its message, hint and
     * advice; the code is BOOT0_OK, and the hint goes on where the message ends. NULL: note() gets
     * both in one text.
     */
    void (*advise)(void *context, const struct boot0_error *note);
    /*
     * The plan that boot0_session_flash() is about to carry out, one for each memory and attempt:
     * what is known of the sectors by now, and the steps. Progress of erasing and writing counts
     * the bytes of the steps in their order, that of verifying the sectors that differ. The plan is
     * valid during the call. NULL: nobody looks.
     */
    void (*plan)(void *context, const struct boot0_plan *plan);
};

struct boot0_session_options {
    /* The board's supply in millivolts if the user or a board entry says it, else 0. Sets the
     * programming width of F2/F4 ROMs. Never guessed: bits written with a width that the supply
     * does not carry may not last. */
    uint32_t supply_mv;
    bool patient;          /* honour every poll timeout, also on chips that bear early polling */
    const char *alternate; /* number, or the beginning of a name; NULL: chosen by address */
    const char *chip;      /* the user's word on which chip it is; NULL: found out */
    const char *board;     /* key of a board entry, which gives chip and supply; NULL: none */
    /* Reads and raw writes may go where no layout allows them: the board decides. */
    bool anywhere;
    /* Bytes a transfer if not the board's own number; 0: its own. Only for plain DFU: with
     * addresses, the board counts in its own. */
    uint16_t transfer_size;
    uint32_t detach_wait_ms; /* for a program that was asked for DFU mode; 0: 30 seconds */
};

struct boot0_session;

/*
 * Finds the board that `selection` means (NULL: the only one), opens it, reads its descriptors and
 * brings it to dfuIDLE. `options` and `observer` may be NULL; strings and the observer must live as
 * long as the session. A board in run-time mode with a DFU interface is detached first.
 *
 * BOOT0_E_NO_BOARD, BOOT0_E_SEVERAL (the hint lists them), BOOT0_E_PERMISSION, BOOT0_E_BUSY,
 * BOOT0_E_IO, BOOT0_E_GONE, BOOT0_E_PROTOCOL, BOOT0_E_USAGE (no such alternate), BOOT0_E_CANCELLED.
 * On success *session is the caller's: boot0_session_close(). The bus must outlive it.
 */
BOOT0_API enum boot0_status boot0_session_open(struct boot0_session **session,
                                               const struct boot0_bus *bus,
                                               const struct boot0_selection *selection,
                                               const struct boot0_session_options *options,
                                               const struct boot0_observer *observer,
                                               struct boot0_error *error);
BOOT0_API void boot0_session_close(struct boot0_session *session);

/* What the board said of itself; valid until the session is closed. */
BOOT0_API const struct boot0_board *boot0_session_board(const struct boot0_session *session);

/* The layout of the memory in use: the chosen alternate's, else the main flash's. NULL: plain DFU.
 */
BOOT0_API const struct boot0_layout *boot0_session_layout(const struct boot0_session *session);

/*
 * Another alternate for what follows, in place of the options': number, or the beginning of a
 * name. NULL: chosen by address. BOOT0_E_USAGE.
 */
BOOT0_API enum boot0_status boot0_session_choose(struct boot0_session *session,
                                                 const char *alternate, struct boot0_error *error);

struct boot0_flash_options {
    bool full;               /* write everything, whatever the board holds */
    bool no_preserve;        /* lose what else is in sectors that the image covers partly */
    bool no_verify;          /* do not read back what was written */
    bool no_run;             /* stay in DFU mode at the end */
    bool ignore_suffix;      /* the file's suffix may name another device */
    bool force;              /* the vector table or the chip family may be another chip's */
    bool allow_option_bytes; /* the image may hold option bytes or OTP */
    bool has_address;        /* where a raw binary goes; else the start of the main flash */
    uint32_t address;
    bool skip_ram; /* leave out data for RAM; else such an image is refused */
};

/* What a session has done so far. Times in microseconds of the board's clock. */
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
    bool touched;          /* the board was told to erase or write: it may not hold what it held */
    uint64_t bytes_erased; /* whole sectors */
    /* The first address at which boot0_session_verify() has found the board to differ. */
    bool differs;
    uint32_t differs_at;
};
BOOT0_API void boot0_session_report(const struct boot0_session *session,
                                    struct boot0_report *report);

/*
 * Checks that the image is for this board, and makes the image as the board takes it. The check
 * compares its suffix, its UF2 family, its vector table against the chip's RAM, and the address
 * that it goes to. In *resolved, raw bytes have their address, data at another name of the flash is
 * at the flash's own address, data for RAM is left out if the options allow that, and each segment
 * has the alternate setting that it goes to. `image` is unchanged; a resolved image resolves to
 * itself. BOOT0_E_MISMATCH, BOOT0_E_USAGE, BOOT0_E_RANGE, BOOT0_E_DATA, BOOT0_E_MEMORY. On success
 * *resolved is the caller's: boot0_image_free(); else it is NULL. The functions below resolve by
 * themselves.
 */
BOOT0_API enum boot0_status boot0_session_resolve(struct boot0_session *session,
                                                  const struct boot0_image *image,
                                                  const struct boot0_flash_options *options,
                                                  struct boot0_image **resolved,
                                                  struct boot0_error *error);

/* The check alone. */
BOOT0_API enum boot0_status boot0_session_check(struct boot0_session *session,
                                                const struct boot0_image *image,
                                                const struct boot0_flash_options *options,
                                                struct boot0_error *error);

/*
 * Makes the plan for one memory of the board: the `nth` that the image has data for, from 0; *plan
 * is NULL if there are no more. Reads what has to be known, writes nothing. DfuSe only:
 * BOOT0_E_UNSUPPORTED otherwise. On success *plan is the caller's: boot0_plan_free().
 */
BOOT0_API enum boot0_status boot0_session_plan(struct boot0_session *session,
                                               const struct boot0_image *image,
                                               const struct boot0_flash_options *options,
                                               size_t nth, struct boot0_plan **plan,
                                               struct boot0_error *error);

/* Carries a plan out, and verifies what was written unless told not to. */
BOOT0_API enum boot0_status boot0_session_execute(struct boot0_session *session,
                                                  const struct boot0_plan *plan,
                                                  const struct boot0_flash_options *options,
                                                  struct boot0_error *error);

/*
 * The whole job: check, plan, execute, verify, and start the program unless told not to. Plain DFU
 * devices get the image as one download. `options` may be NULL.
 */
BOOT0_API enum boot0_status boot0_session_flash(struct boot0_session *session,
                                                const struct boot0_image *image,
                                                const struct boot0_flash_options *options,
                                                struct boot0_error *error);

/* Compares the board with the image. BOOT0_E_MISMATCH tells the first address that differs. */
BOOT0_API enum boot0_status boot0_session_verify(struct boot0_session *session,
                                                 const struct boot0_image *image,
                                                 const struct boot0_flash_options *options,
                                                 struct boot0_error *error);

/* Reads [address, address + size) into `data`. BOOT0_E_RANGE if it cannot be read. */
BOOT0_API enum boot0_status boot0_session_read(struct boot0_session *session, uint32_t address,
                                               uint8_t *data, size_t size,
                                               struct boot0_error *error);

/* Reads all that a plain DFU device uploads, at most `limit` bytes. *data is the caller's: free().
 */
BOOT0_API enum boot0_status boot0_session_upload(struct boot0_session *session, uint8_t **data,
                                                 size_t *size, size_t limit,
                                                 struct boot0_error *error);

/*
 * Programs [address, address + size) as it is: nothing is erased, compared or read back. For
 * memories that are no flash (option bytes, Device Feature, RAM), and for flash that is known to be
 * erased. The report tells how many bytes the board has confirmed. BOOT0_E_RANGE if it cannot be
 * written.
 */
BOOT0_API enum boot0_status boot0_session_write(struct boot0_session *session, uint32_t address,
                                                const uint8_t *data, size_t size,
                                                struct boot0_error *error);

/* Erases the sectors that [address, address + size) touches, each whole. */
BOOT0_API enum boot0_status boot0_session_erase(struct boot0_session *session, uint32_t address,
                                                uint32_t size, struct boot0_error *error);

/* Erases the whole main flash by one command. */
BOOT0_API enum boot0_status boot0_session_mass_erase(struct boot0_session *session,
                                                     struct boot0_error *error);

/* Takes read protection off; the chip erases all its flash in doing so and resets. */
BOOT0_API enum boot0_status boot0_session_unprotect(struct boot0_session *session,
                                                    struct boot0_error *error);

enum boot0_protection {
    BOOT0_PROTECT_SECTORS,    /* these flash sectors, and no others, from being written */
    BOOT0_PROTECT_NO_SECTORS, /* write protection off */
    BOOT0_PROTECT_READOUT,    /* read protection on: only boot0_session_unprotect() takes it off */
};

/*
 * Changes the chip's protection by its bootloader's own commands, which the UART has:
 * BOOT0_E_UNSUPPORTED over USB. `sectors` are numbers as AN3155 has them for the chip. The chip
 * resets: only close the session afterwards.
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

/* The same without a look at what is there: the board is told to leave, and may not obey. */
BOOT0_API enum boot0_status boot0_session_leave(struct boot0_session *session, uint32_t address,
                                                struct boot0_error *error);

/* Sends DFU_DETACH, which takes some bootloaders back to their program, and refuses no answer. */
BOOT0_API void boot0_session_detach(struct boot0_session *session);

/*
 * On a board with boot0's own bootloader: resets the chip, to what is to run next. The board is
 * gone afterwards: only close the session. BOOT0_E_UNSUPPORTED on other boards.
 */
BOOT0_API enum boot0_status boot0_session_reset_to(struct boot0_session *session,
                                                   enum boot0_target target,
                                                   struct boot0_error *error);

/* Likewise: whether the bootloader is this one. */
BOOT0_API enum boot0_status boot0_session_bootloader_is(struct boot0_session *session,
                                                        const uint8_t *data, uint32_t size,
                                                        bool *same, struct boot0_error *error);

/*
 * Likewise: completes the update that is under way, by the program that the flash holds. For an
 * erase that leaves the program alone.
 */
BOOT0_API enum boot0_status boot0_session_end_update(struct boot0_session *session,
                                                     struct boot0_error *error);

/*
 * Likewise: forgets what the journal says; a program that was not written completely loses its
 * first sector by it.
 */
BOOT0_API enum boot0_status boot0_session_erase_journal(struct boot0_session *session,
                                                        struct boot0_error *error);

/*
 * Likewise: write-protects the bootloader's own sector by the option bytes, or takes that off. The
 * chip resets: only close the session afterwards.
 */
BOOT0_API enum boot0_status boot0_session_protect_bootloader(struct boot0_session *session, bool on,
                                                             struct boot0_error *error);

/*
 * Likewise: sets the brown-out level in the option bytes, 0 (off) to 3 (RM0090, 3.9.1, BOR_LEV).
 * BOOT0_E_USAGE for another level; BOOT0_E_UNSUPPORTED if the bootloader is older than extension
 * 1.3.
 */
BOOT0_API enum boot0_status boot0_session_set_brownout(struct boot0_session *session,
                                                       unsigned level, struct boot0_error *error);

/* USB reset. The board may come back as something else: only close the session afterwards. */
BOOT0_API enum boot0_status boot0_session_reset(struct boot0_session *session,
                                                struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
