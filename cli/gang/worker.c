/* SPDX-License-Identifier: MIT */
/* The work on one board, in a thread and on a bus of its own. */
#include "gang.h"

#include "../command_session.h"
#include "../loader.h"
#include "../text.h"
#include "clock.h"
#include "label.h"

#include <boot0/virtual.h>
#include <core/sha256.h>
#include <stdlib.h>
#include <string.h>

struct work {
    struct worker *worker;
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_image *image;
    struct boot0_flash_options options;
    char date[CLOCK_TEXT];
    struct facts facts;
    bool answered; /* --each gave its values; without it, the board was opened */
    bool has_row;
    bool begun; /* in the record */
    struct record_board entry;
    char *label; /* NULL: none, or it is the worker's now */
};

static bool on_progress(void *context, const struct boot0_progress *progress)
{
    struct worker *worker = context;

    b0_mutex_lock(&worker->gang->lock);
    worker->progress = *progress;
    worker->has_progress = true;
    b0_mutex_unlock(&worker->gang->lock);
    return !signals_pending();
}

static void enter_stage(struct worker *worker, enum worker_stage stage)
{
    b0_mutex_lock(&worker->gang->lock);
    worker->stage = stage;
    b0_mutex_unlock(&worker->gang->lock);
}

/* ---- the values of this board ---- */

/* The board is open, and nothing was written to it. */
static enum boot0_status take_values(struct work *work, struct boot0_error *error)
{
    struct worker *worker = work->worker;
    const struct arguments *arguments = worker->gang->arguments;
    struct values values;
    char note[EACH_NOTE] = "";
    enum boot0_status status;

    work->facts = (struct facts){
        .own = {[FACT_SERIAL] = worker->serial,
                [FACT_CHIP] = worker->chip_count == 1 ? worker->chips[0]->key : "",
                [FACT_PATH] = worker->path,
                [FACT_FILE] = arguments->operands[0],
                [FACT_DATE] = clock_date(work->date)},
        .csv = worker->gang->has_csv ? &worker->gang->rows.csv : NULL,
    };
    work->answered = !arguments->gang.each;
    if (work->answered)
        return BOOT0_OK;
    enter_stage(worker, WORKER_ASKING);
    status = each_ask(&arguments->gang, &work->facts, &values, note, error);
    if (status != BOOT0_OK)
        return status;
    b0_mutex_lock(&worker->gang->lock);
    worker->values = values;
    memcpy(worker->note, note, sizeof note);
    b0_mutex_unlock(&worker->gang->lock);
    work->facts.values = &worker->values;
    work->answered = true;
    return BOOT0_OK;
}

/* Now, because a value that is missing must not be noticed when the board is flashed. */
static enum boot0_status make_label(struct work *work, struct boot0_error *error)
{
    const struct gang_arguments *arguments = &work->worker->gang->arguments->gang;
    char label[LABEL_MAX];
    enum boot0_status status;

    if (!arguments->label)
        return BOOT0_OK;
    status = label_fill(arguments, &work->facts, label, error);
    if (status != BOOT0_OK)
        return status;
    work->label = strdup(label);
    return work->label ? BOOT0_OK : boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
}

/* ---- the image of this board ---- */

/* DfuSe targets: data for the main flash belongs to its alternate; other data is assigned. */
static uint8_t alternate_at(const struct boot0_board *board, uint32_t address)
{
    const struct boot0_alternate *flash =
        board->flash_alternate >= 0 ? &board->alternates[board->flash_alternate] : NULL;

    return flash && boot0_layout_sector_at(&flash->layout, address).size != 0 ? flash->alternate
                                                                              : 0;
}

static enum boot0_status take_row(struct work *work, struct boot0_error *error)
{
    struct gang *gang = work->worker->gang;
    enum boot0_status status;

    if (!gang->has_csv)
        return BOOT0_OK;
    b0_mutex_lock(&gang->lock);
    status = rows_take(&gang->rows, &work->facts.row, error);
    if (status == BOOT0_OK)
        work->worker->csv_line = csv_line(&gang->rows.csv, work->facts.row);
    b0_mutex_unlock(&gang->lock);
    work->has_row = status == BOOT0_OK;
    return status;
}

static enum boot0_status apply_patches(struct work *work, struct boot0_error *error)
{
    struct gang *gang = work->worker->gang;
    const struct boot0_board *board = boot0_session_board(work->session);
    uint8_t bytes[PATCH_BYTES_MAX];
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < gang->arguments->gang.patch_count && status == BOOT0_OK; i++) {
        const struct patch *patch = &gang->patches[i];
        size_t size;

        status = patch_bytes(patch, &work->facts, bytes, &size, error);
        if (status == BOOT0_OK)
            status = boot0_image_patch(work->image, alternate_at(board, patch->address),
                                       patch->address, bytes, size, error);
    }
    return status;
}

/* SHA-256 of the image's bytes in the order of their addresses: of a raw binary, sha256sum's. */
static void write_digest(const struct boot0_image *image, char text[65])
{
    uint8_t digest[B0_SHA256_SIZE];
    struct b0_sha256 sha;

    b0_sha256_begin(&sha);
    for (size_t i = 0; i < image->segment_count; i++)
        b0_sha256_add(&sha, image->segments[i].data, image->segments[i].size);
    b0_sha256_end(&sha, digest);
    text_hex(text, digest, sizeof digest);
}

static enum boot0_status make_image(struct work *work, struct boot0_error *error)
{
    struct worker *worker = work->worker;
    enum boot0_status status;

    status = boot0_session_resolve(work->session, worker->gang->image, &work->options, &work->image,
                                   error);
    if (status == BOOT0_OK)
        status = take_row(work, error);
    if (status == BOOT0_OK)
        status = make_label(work, error);
    if (status == BOOT0_OK && worker->gang->arguments->gang.patch_count > 0) {
        if (work->image->has_addresses)
            work->options.has_address = false; /* it has its place now */
        status = apply_patches(work, error);
    }
    if (status == BOOT0_OK)
        write_digest(work->image, worker->digest);
    return status;
}

/* ---- the board ---- */

static enum boot0_status open_bus(struct work *work, struct boot0_error *error)
{
    const char *spec = work->worker->virtual_board;
    enum boot0_status status =
        spec ? boot0_virtual_open(&work->bus, &spec, 1, error) : boot0_usb_open(&work->bus, error);

    work->bus.database = work->worker->gang->arguments->database;
    return status;
}

static enum boot0_status open_board(struct work *work, const struct boot0_observer *observer,
                                    struct boot0_error *error)
{
    struct worker *worker = work->worker;
    const struct arguments *arguments = worker->gang->arguments;
    const struct boot0_session_options options = command_session_options(arguments);
    /* udev needs a moment until users may open a board that was just plugged in. */
    const struct boot0_selection selection = {
        .path = worker->virtual_board ? NULL : worker->candidate.path,
        .wait_ms = 1000,
        .has_interface = arguments->select.has_interface,
        .interface = (uint8_t)arguments->select.interface,
    };
    enum boot0_status status = open_bus(work, error);
    const struct boot0_board *board;

    if (status == BOOT0_OK)
        status =
            boot0_session_open(&work->session, &work->bus, &selection, &options, observer, error);
    if (status != BOOT0_OK)
        return status;
    board = boot0_session_board(work->session);
    b0_mutex_lock(&worker->gang->lock);
    snprintf(worker->serial, sizeof worker->serial, "%s", board->serial);
    memcpy(worker->chips, board->chips, sizeof worker->chips);
    worker->chip_count = board->chip_count;
    b0_mutex_unlock(&worker->gang->lock);
    return BOOT0_OK;
}

static enum boot0_status note_begin(struct work *work, struct boot0_error *error)
{
    struct worker *worker = work->worker;
    enum boot0_status status;

    work->entry = (struct record_board){.board = boot0_session_board(work->session),
                                        .path = worker->path,
                                        .digest = worker->digest,
                                        .csv_line = worker->csv_line,
                                        .values = &worker->values};
    b0_mutex_lock(&worker->gang->lock);
    status = record_begin(&worker->gang->record, &work->entry, error);
    b0_mutex_unlock(&worker->gang->lock);
    work->begun = status == BOOT0_OK;
    return status;
}

/* A board is good when its label is printed, too. */
static enum boot0_status print_label(struct work *work, struct boot0_error *error)
{
    struct worker *worker = work->worker;
    struct gang *gang = worker->gang;
    char note[EACH_NOTE] = "";
    enum boot0_status status;

    if (!work->label)
        return BOOT0_OK;
    b0_mutex_lock(&gang->label_lock);
    status = label_put(&gang->arguments->gang, work->label, note, error);
    b0_mutex_unlock(&gang->label_lock);
    if (status != BOOT0_OK)
        return status;
    b0_mutex_lock(&gang->lock);
    worker->label = work->label;
    if (note[0])
        memcpy(worker->note, note, sizeof note);
    b0_mutex_unlock(&gang->lock);
    work->label = NULL;
    return BOOT0_OK;
}

/* Tells --done how the board ended. */
static enum boot0_status report(struct work *work, const struct boot0_error *result,
                                struct boot0_error *error)
{
    struct worker *worker = work->worker;
    struct gang *gang = worker->gang;
    const struct each_outcome outcome = {result, &worker->report, worker->digest};
    char note[EACH_NOTE] = "";
    enum boot0_status status;

    if (!gang->arguments->gang.done || !work->answered)
        return BOOT0_OK;
    status = each_report(&gang->arguments->gang, &work->facts, &outcome, note, error);
    work->entry.has_report = true;
    work->entry.reported = status == BOOT0_OK;
    b0_mutex_lock(&gang->lock);
    if (note[0])
        memcpy(worker->note, note, sizeof note);
    b0_mutex_unlock(&gang->lock);
    return status;
}

/* Also after a failure. An error of its own replaces a success, not a failure. */
static enum boot0_status note_end(struct work *work, enum boot0_status status,
                                  struct boot0_error *error)
{
    struct worker *worker = work->worker;
    struct gang *gang = worker->gang;
    struct boot0_error own = {.code = BOOT0_OK}, unreported = {.code = BOOT0_OK};

    if (status == BOOT0_OK)
        error->code = BOOT0_OK;
    (void)report(work, error, &unreported);
    b0_mutex_lock(&gang->lock);
    if (work->begun)
        (void)record_done(&gang->record, &work->entry, &worker->report, error, &own);
    if (work->has_row && status != BOOT0_OK && !worker->report.touched && own.code == BOOT0_OK &&
        rows_give_back(&gang->rows, work->facts.row, &own) == BOOT0_OK)
        worker->csv_line = 0;
    b0_mutex_unlock(&gang->lock);
    if (own.code == BOOT0_OK)
        own = unreported;
    if (status == BOOT0_OK && own.code != BOOT0_OK) {
        *error = own;
        status = own.code;
    }
    return status;
}

/* What is done with a board that is open and has its values. */
static enum boot0_status flash_board(struct work *work, const struct boot0_observer *observer,
                                     struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    enter_stage(work->worker, WORKER_FLASHING);
    if (work->worker->gang->arguments->flash.fast)
        status = loader_start(work->session, observer, error);
    if (status == BOOT0_OK)
        status = make_image(work, error);
    if (status == BOOT0_OK)
        status = note_begin(work, error);
    if (status == BOOT0_OK)
        status = boot0_session_flash(work->session, work->image, &work->options, error);
    return status;
}

void worker_run(void *context)
{
    struct worker *worker = context;
    struct work work = {.worker = worker,
                        .options = command_flash_options(worker->gang->arguments)};
    const struct boot0_observer observer = {.progress = on_progress, .context = worker};
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status = open_board(&work, &observer, &error);

    if (status == BOOT0_OK)
        status = take_values(&work, &error);
    if (status == BOOT0_OK)
        status = flash_board(&work, &observer, &error);
    if (work.session)
        boot0_session_report(work.session, &worker->report);
    enter_stage(worker, WORKER_REPORTING);
    if (status == BOOT0_OK)
        status = print_label(&work, &error);
    status = note_end(&work, status, &error);
    boot0_session_close(work.session);
    boot0_bus_close(&work.bus);
    boot0_image_free(work.image);
    free(work.label);
    b0_mutex_lock(&worker->gang->lock);
    worker->result = error;
    worker->result.code = status;
    worker->stage = WORKER_ENDED;
    b0_condition_signal(&worker->gang->ended);
    b0_mutex_unlock(&worker->gang->lock);
}
