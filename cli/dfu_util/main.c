/* SPDX-License-Identifier: MIT */
/* `boot0 dfu-util …`: does what dfu-util 0.11 does with the same arguments. */
#include "../print.h"
#include "../text.h"
#include "dfu_util.h"

#include <base/platform/file.h>
#include <boot0/virtual.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool dfu_util_is_name(const char *name)
{
    size_t length;

    name += b0_folder_length(name);
    length = strcspn(name, ".");
    return length == strlen("dfu-util") && strncmp(name, "dfu-util", length) == 0;
}

/* Scripts take the version from the first line, whatever else they request. */
static void print_version(void)
{
    print("dfu-util 0.11\n\nThis is boot0 %s, which stands in for dfu-util.\n\n", boot0_version());
}

static void print_help(FILE *file)
{
    fputs("Usage: boot0 dfu-util [options]\n\n", file);
    print_wrapped(file, "", command_dfu_util.text);
    fputs("\nOptions:\n", file);
    dfu_util_print_options(file);
    fputs("\nExamples:\n", file);
    fputs(command_dfu_util.examples, file);
    fputc('\n', file);
}

static enum boot0_status open_bus(struct dfu_util_run *run, struct boot0_error *error)
{
    const struct arguments *bus = &run->options->bus;
    enum boot0_status status = bus->select.virtual_count
                                   ? boot0_virtual_open(&run->bus, bus->select.virtual_boards,
                                                        bus->select.virtual_count, error)
                                   : boot0_usb_open(&run->bus, error);

    if (status != BOOT0_OK || !bus->select.trace)
        return status;
    run->trace = b0_file_open(bus->select.trace, "w");
    if (!run->trace)
        return boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: %s", bus->select.trace, strerror(errno));
    return boot0_trace_bus(&run->bus, run->trace, error);
}

/*
 * Reads the file before looking for a board. The suffix selects the program to send to DFU mode, if
 * the command line does not.
 */
static int load(struct dfu_util_run *run)
{
    struct dfu_util_match *match = &run->options->match;
    struct boot0_error error;

    run->file = (struct dfu_util_file){.vendor = 0xffff, .product = 0xffff};
    if (run->options->mode != DFU_UTIL_DOWNLOAD || !run->options->file)
        return DFU_UTIL_OK;
    if (dfu_util_load(&run->file, run->options->file, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    if (match->vendor < 0 && run->file.vendor != 0xffff)
        match->vendor = run->file.vendor;
    if (match->product < 0 && run->file.product != 0xffff)
        match->product = run->file.product;
    return DFU_UTIL_OK;
}

static int finish(struct dfu_util_run *run)
{
    struct boot0_report report;
    struct boot0_error error;

    boot0_session_report(run->session, &report);
    if (report.started || run->gone)
        return DFU_UTIL_OK; /* nothing is left to reset */
    if (run->options->mode == DFU_UTIL_DETACH || run->options->reset)
        boot0_session_detach(run->session);
    if (!run->options->reset)
        return DFU_UTIL_OK;
    puts("Resetting USB to switch back to Run-Time mode");
    return boot0_session_reset(run->session, &error) == BOOT0_OK ? DFU_UTIL_OK
                                                                 : dfu_util_error(&error);
}

static int act(struct dfu_util_run *run)
{
    struct boot0_error error;
    bool done;
    int code = load(run);

    if (code != DFU_UTIL_OK)
        return code;
    if (open_bus(run, &error) != BOOT0_OK)
        return dfu_util_error(&error);
    code = dfu_util_open(run, &done);
    if (done)
        return code;
    if (run->options->mode == DFU_UTIL_DOWNLOAD)
        code = dfu_util_download(run);
    else if (run->options->mode == DFU_UTIL_UPLOAD)
        code = dfu_util_upload(run);
    return code == DFU_UTIL_OK ? finish(run) : code;
}

static int run(struct dfu_util_options *options)
{
    struct dfu_util_run *run = calloc(1, sizeof *run);
    int code;

    if (!run)
        return dfu_util_fail(DFU_UTIL_SOFTWARE, "out of memory");
    run->options = options;
    run->observer = (struct boot0_observer){.progress = dfu_util_bar_progress,
                                            .note = dfu_util_bar_note,
                                            .context = &run->bar,
                                            .advise = dfu_util_bar_advise};
    code = act(run);
    dfu_util_bar_break(&run->bar);
    boot0_session_close(run->session);
    boot0_bus_close(&run->bus);
    dfu_util_file_free(&run->file);
    if (run->trace)
        fclose(run->trace);
    free(run);
    return code;
}

int dfu_util_main(int argc, char **argv)
{
    struct dfu_util_options options;
    struct boot0_error error;
    int code;

    if (!dfu_util_parse(argc, argv, &options, &error)) {
        code = dfu_util_error(&error);
        print_help(stderr);
        return code;
    }
    if (options.mode == DFU_UTIL_HELP) {
        print_help(stdout);
        return DFU_UTIL_OK;
    }
    print_version();
    if (options.mode == DFU_UTIL_VERSION)
        return DFU_UTIL_OK;
    if (options.mode == DFU_UTIL_NOTHING && !options.dfuse) {
        code = dfu_util_fail(DFU_UTIL_USAGE, "You need to specify one of -D or -U");
        print_help(stderr);
        return code;
    }
    /* The commands of -s are downloads without a file. */
    if (options.mode == DFU_UTIL_NOTHING)
        options.mode = DFU_UTIL_DOWNLOAD;
    code = run(&options);
    if (fflush(stdout) != 0 && code == DFU_UTIL_OK)
        code = dfu_util_fail(DFU_UTIL_IO, "cannot write the output: %s", strerror(errno));
    return code;
}

const struct command command_dfu_util = {
    .name = "dfu-util",
    .operands = "",
    .summary = "accept dfu-util's own options, for scripts written for it",
    .text = "Does what dfu-util 0.11 does with these options, with the same exit codes and the "
            "output lines that scripts look for. It is faster: sectors that hold the right data "
            "already are not written again. boot0 also accepts these options when it is called by "
            "the name dfu-util. docs/reference/dfu-util.md lists the differences.",
    .examples = "  boot0 dfu-util -l\n"
                "  boot0 dfu-util -a 0 -s 0x08000000:leave -D firmware.bin",
    .main = dfu_util_main,
};
