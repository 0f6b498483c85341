/* SPDX-License-Identifier: MIT */
/*
 * How the library tells that something failed: a status code, and for people a message (what
 * happened) and a hint (why that usually is, and what to do next).
 *
 * Every function that can fail takes a `struct boot0_error *` from its caller, fills it when it
 * fails, and leaves it alone when it succeeds. The pointer is never NULL.
 */
#ifndef BOOT0_ERROR_H
#define BOOT0_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__MINGW32__) /* whose printf is Microsoft's, if one does not say otherwise */
#define BOOT0_PRINTF(string, first) __attribute__((format(gnu_printf, string, first)))
#define BOOT0_API
#elif defined(__GNUC__)
#define BOOT0_PRINTF(string, first) __attribute__((format(printf, string, first)))
#define BOOT0_API                   __attribute__((visibility("default")))
#else
#define BOOT0_PRINTF(string, first)
#define BOOT0_API
#endif

enum boot0_status {
    BOOT0_OK = 0,
    BOOT0_E_USAGE,      /* the caller's arguments contradict each other or are out of range */
    BOOT0_E_DATA,       /* a file's contents are not what they claim to be */
    BOOT0_E_NO_INPUT,   /* a file cannot be opened or read */
    BOOT0_E_NO_OUTPUT,  /* a file cannot be created or written */
    BOOT0_E_NO_BOARD,   /* no board matches */
    BOOT0_E_SEVERAL,    /* more than one board matches and none was chosen */
    BOOT0_E_PERMISSION, /* the operating system refuses access to the device */
    BOOT0_E_BUSY,       /* another program or driver holds the device */
    BOOT0_E_IO,         /* a transfer failed, or timed out */
    BOOT0_E_GONE,       /* the board went away in the middle */
    BOOT0_E_PROTOCOL,   /* the board answered what the protocol does not allow, or reported an error
                         */
    BOOT0_E_PROTECTED,  /* read or write protection is on */
    BOOT0_E_RANGE,      /* an address is outside what the board can read, erase or write */
    BOOT0_E_MISMATCH, /* the board's contents are not the file's; or the file is for another chip */
    BOOT0_E_UNSUPPORTED, /* the board cannot do that */
    BOOT0_E_CANCELLED,   /* the observer asked to stop */
    BOOT0_E_MEMORY,      /* out of memory on the host */
    BOOT0_E_INTERNAL,    /* a defect of this library */
    BOOT0_STATUS_COUNT
};

struct boot0_error {
    enum boot0_status code;
    char message[384];
    char hint[512];
};

/* The code's short stable name ("no-board"), for machine-readable output. Never NULL. */
BOOT0_API const char *boot0_status_name(enum boot0_status code);

/*
 * Fills `error` with a code and a formatted message, clears its hint, and returns the code, so that
 * a failing function can end in `return boot0_fail(…)`. The message may be built from the error's
 * own texts.
 */
BOOT0_API enum boot0_status boot0_fail(struct boot0_error *error, enum boot0_status code,
                                       const char *format, ...) BOOT0_PRINTF(3, 4);

/* Adds the hint to an error that was filled by boot0_fail(); returns the error's code. */
BOOT0_API enum boot0_status boot0_hint(struct boot0_error *error, const char *format, ...)
    BOOT0_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
