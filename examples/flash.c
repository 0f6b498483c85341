/* SPDX-License-Identifier: MIT */
/*
 * Flashes a file to the only board in DFU mode and starts it:
 *
 *   cc flash.c $(pkg-config --cflags --libs boot0) -o flash && ./flash firmware.hex
 */
#include <boot0/boot0.h>
#include <stdio.h>

static bool show(void *context, const struct boot0_progress *progress)
{
    static const char *const phases[] = {"wait", "read", "erase", "write", "verify", "run"};

    (void)context;
    if (progress->total > 0)
        printf("\r%-6s %3u%%", phases[progress->phase],
               (unsigned)(100 * progress->done / progress->total));
    fflush(stdout);
    return true; /* return false to stop */
}

static int fail(const struct boot0_error *error)
{
    fprintf(stderr, "\n%s\n%s\n", error->message, error->hint);
    return 1;
}

int main(int argc, char **argv)
{
    struct boot0_observer observer = {.progress = show};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_image *image = NULL;
    struct boot0_bus bus = {.ops = NULL};
    struct boot0_session *session = NULL;
    enum boot0_status status;

    if (argc != 2)
        return fprintf(stderr, "usage: %s FILE\n", argv[0]), 64;
    status = boot0_image_load(&image, argv[1], NULL, &error);
    if (status == BOOT0_OK)
        status = boot0_usb_open(&bus, &error);
    if (status == BOOT0_OK)
        status = boot0_session_open(&session, &bus, NULL, NULL, &observer, &error);
    if (status == BOOT0_OK)
        status = boot0_session_flash(session, image, NULL, &error);
    boot0_session_close(session);
    boot0_bus_close(&bus);
    boot0_image_free(image);
    if (status != BOOT0_OK)
        return fail(&error);
    printf("\ndone\n");
    return 0;
}
