/* SPDX-License-Identifier: MIT */
/* base/platform/input.h with poll() and termios. */
#include <base/platform/input.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

enum {
    POLL_MS = 200,
};

struct b0_input {
    bool is_raw;
    struct termios saved;
};

struct b0_input *b0_input_open(bool raw)
{
    struct b0_input *input = calloc(1, sizeof *input);
    struct termios keys;

    if (!input || !raw || !isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &input->saved) != 0)
        return input;
    keys = input->saved;
    keys.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP | BRKINT);
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    input->is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &keys) == 0;
    return input;
}

void b0_input_close(struct b0_input *input)
{
    if (input && input->is_raw)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &input->saved);
    free(input);
}

bool b0_input_is_raw(const struct b0_input *input)
{
    return input->is_raw;
}

bool b0_input_wait(const struct b0_input *input, int port, int timeout_ms, bool *has_input,
                   bool *port_has)
{
    struct pollfd asks[] = {{.fd = port, .events = POLLIN},
                            {.fd = input ? STDIN_FILENO : -1, .events = POLLIN}};

    *has_input = *port_has = false;
    if (poll(asks, 2, timeout_ms) < 0)
        return errno == EINTR;
    *port_has = asks[0].revents != 0;
    *has_input = asks[1].revents != 0;
    return true;
}

long b0_input_read(struct b0_input *input, void *bytes, size_t size)
{
    ssize_t got = read(STDIN_FILENO, bytes, size);

    (void)input;
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    return got > 0 ? (long)got : -1;
}

bool b0_input_line(char *line, int size, bool (*stopped)(void))
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};

    /* A signal interrupts poll() unless it arrives just before. */
    while (!stopped() && poll(&keys, 1, POLL_MS) <= 0)
        ;
    return !stopped() && fgets(line, size, stdin) != NULL;
}
