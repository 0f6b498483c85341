/* A command's work with one board: opening it, loading files, and closing all again. */
#include "job.h"
#include "json.h"

#include <boot0/virtual.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_LENGTH = 4096,
};

enum boot0_status job_open_bus(struct job *job, const struct arguments *arguments,
                               struct boot0_error *error)
{
    memset(job, 0, sizeof *job);
    job->progress = progress_start(arguments->quiet || arguments->json);
    job->observer = (struct boot0_observer){progress_update, progress_note, &job->progress};
    if (arguments->virtual_count > 0)
        return boot0_virtual_open(&job->bus, arguments->virtual_boards, arguments->virtual_count,
                                  error);
    return boot0_usb_open(&job->bus, error);
}

struct boot0_selection job_selection(const struct arguments *arguments)
{
    return (struct boot0_selection){
        .has_vendor = arguments->has_device,
        .vendor = arguments->vendor,
        .has_product = arguments->has_product,
        .product = arguments->product,
        .serial = arguments->serial,
        .path = arguments->path,
        .wait_ms = arguments->has_wait ? arguments->wait_ms : 0,
    };
}

enum boot0_status job_open(struct job *job, const struct arguments *arguments,
                           struct boot0_error *error)
{
    struct boot0_selection selection = job_selection(arguments);
    struct boot0_session_options options = {
        .supply_mv = arguments->supply_mv,
        .patient = arguments->patient,
        .alternate = arguments->alternate,
        .chip = arguments->chip,
        .board = arguments->board,
    };
    enum boot0_status status = job_open_bus(job, arguments, error);

    if (status != B0_OK)
        return status;
    return boot0_session_open(&job->session, &job->bus, &selection, &options, &job->observer,
                              error);
}

void job_close(struct job *job)
{
    progress_end(&job->progress);
    boot0_session_close(job->session);
    boot0_bus_close(&job->bus);
}

struct boot0_flash_options job_flash_options(const struct arguments *arguments)
{
    return (struct boot0_flash_options){
        .full = arguments->full,
        .no_preserve = arguments->no_preserve,
        .no_verify = arguments->no_verify,
        .no_run = arguments->no_run,
        .ignore_suffix = arguments->ignore_suffix,
        .force = arguments->force,
        .allow_option_bytes = arguments->allow_option_bytes,
        .has_address = arguments->has_address,
        .address = arguments->address,
    };
}

/* Splits "FILE@ADDRESS"; a name that has an '@' of its own and no number behind it stays whole. */
static bool split_address(const char *operand, char *name, size_t size, uint32_t *address)
{
    const char *at = strrchr(operand, '@');
    size_t length = at ? (size_t)(at - operand) : 0;

    if (!at || length == 0 || length >= size || !parse_number(at + 1, false, address))
        return false;
    memcpy(name, operand, length);
    name[length] = '\0';
    return true;
}

static enum boot0_status load_one(struct boot0_image **image, const char *operand,
                                  const struct arguments *arguments, bool alone,
                                  struct boot0_error *error)
{
    char name[NAME_MAX_LENGTH];
    uint32_t address;
    bool placed = split_address(operand, name, sizeof name, &address);
    enum boot0_status status = boot0_image_load(image, placed ? name : operand, NULL, error);

    if (status != B0_OK)
        return status;
    if (placed)
        return boot0_image_place(*image, address, error);
    if (alone || (*image)->has_addresses)
        return B0_OK;
    if (arguments->has_address)
        return boot0_image_place(*image, arguments->address, error);
    boot0_fail(error, B0_E_USAGE, "%s is a raw binary: it does not say where it belongs", operand);
    return boot0_hint(error, "With several files, say it as %s@0x08000000.", operand);
}

struct boot0_image *job_load(const struct arguments *arguments, size_t from, size_t to,
                             struct boot0_error *error)
{
    struct boot0_image *image = NULL, *next = NULL;
    enum boot0_status status = B0_OK;

    for (size_t i = from; i < to && status == B0_OK; i++) {
        status = load_one(&next, arguments->operands[i], arguments, to - from == 1, error);
        if (status == B0_OK && image)
            status = boot0_image_merge(image, next, error);
        if (status == B0_OK && !image)
            image = next;
        else
            boot0_image_free(next);
        next = NULL;
    }
    if (status == B0_OK)
        return image;
    boot0_image_free(image);
    return NULL;
}

void job_json_board(struct json *json, const struct boot0_board *board)
{
    json_text(json, "path", board->usb.path);
    json_hex(json, "vendor", board->usb.vendor, 4);
    json_hex(json, "product", board->usb.product, 4);
    json_text(json, "mode", board->mode == B0_MODE_DFU ? "dfu" : "runtime");
    json_text(json, "serial", board->serial);
    json_open_list(json, "chips");
    for (size_t i = 0; i < board->chip_count; i++)
        json_text(json, NULL, board->chips[i]->key);
    json_close_list(json);
}
