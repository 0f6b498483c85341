/* boot0's own bootloader: what a board says of it, and where its binaries are. */
#include "bootloader.h"
#include "files.h"
#include "json.h"
#include "print.h"
#include "text.h"

#include <boot0/chip.h>
#include <string.h>
#include <unistd.h>

enum {
    PATH_SIZE = 4096,
    BOOTLOADER_MAX = 16 * 1024, /* its sector */
};

#define FLASH_START 0x08000000u

/* ---- what it says ---- */

static const char *update_name(enum boot0_update update)
{
    static const char *const names[] = {
        [B0_UPDATE_NONE] = "none", [B0_UPDATE_BEGUN] = "begun", [B0_UPDATE_COMPLETE] = "complete"};

    return names[update];
}

static const char *why(const char *entry)
{
    static const struct {
        const char *entry, *text;
    } texts[] = {
        {"no-program", "there is no program to start"},
        {"interrupted", "the last update was interrupted"},
        {"asked", "it was asked for"},
        {"double-tap", "the reset button was pressed twice"},
        {"button", "the board's button is held"},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].entry, entry) == 0)
            return texts[i].text;
    return "for a reason of its own";
}

static void hex(char *text, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void print_program(const struct boot0_bootloader *b)
{
    char digest[2 * sizeof b->program_digest + 1], size[TEXT_SHORT];

    if (b->update == B0_UPDATE_NONE)
        print("  journal   no update yet, %u records free\n", b->journal_free);
    else
        print("  journal   update %s, %u records free\n",
              b->update == B0_UPDATE_COMPLETE ? "completed" : "BEGUN AND NOT COMPLETED",
              b->journal_free);
    if (b->program_length == 0)
        return;
    hex(digest, b->program_digest, sizeof b->program_digest);
    print("  program   0x%08x, %s%s\n            SHA-256 %s\n", b->program_start,
          text_size(size, b->program_length),
          b->update == B0_UPDATE_COMPLETE ? "" : ", before that update", digest);
}

static void print_clock(const struct boot0_bootloader *b)
{
    if (b->crystal_hz)
        print("  clock     crystal %u.%03u MHz, core %u MHz\n", b->crystal_hz / 1000000,
              b->crystal_hz / 1000 % 1000, b->core_hz / 1000000);
    if (b->supply_mv)
        print("  supply    %u.%02u V\n", b->supply_mv / 1000, b->supply_mv % 1000 / 10);
}

void bootloader_print(const struct boot0_bootloader *b)
{
    char id[2 * sizeof b->unique_id + 1], flash[TEXT_SHORT];

    if (!b->present)
        return;
    print("  boot0     bootloader %u.%u.%u for %s, extension %x.%02x%s\n", b->version[0],
          b->version[1], b->version[2], b->board[0] ? b->board : "any board", b->protocol >> 8,
          b->protocol & 0xffu, b->write_protected ? ", write-protected" : "");
    print("  runs      because %s; last reset: %s\n", why(b->entry),
          b->reset[0] ? b->reset : "unknown");
    hex(id, b->unique_id, sizeof b->unique_id);
    print("  device    0x%03x revision 0x%04x, %s of flash, unique id %s\n", b->device_id,
          b->revision_id, text_size(flash, b->flash_bytes), id);
    print_clock(b);
    print_program(b);
}

void bootloader_json(struct json *json, const struct boot0_bootloader *b)
{
    char text[2 * sizeof b->program_digest + 1];

    if (!b->present)
        return;
    json_open(json, "bootloader");
    snprintf(text, sizeof text, "%u.%u.%u", b->version[0], b->version[1], b->version[2]);
    json_text(json, "version", text);
    json_hex(json, "extension", b->protocol, 4);
    json_text(json, "built_for", b->board);
    json_text(json, "entry", b->entry);
    json_text(json, "reset", b->reset);
    json_hex(json, "device_id", b->device_id, 3);
    json_hex(json, "revision_id", b->revision_id, 4);
    hex(text, b->unique_id, sizeof b->unique_id);
    json_text(json, "unique_id", text);
    json_number(json, "flash_bytes", b->flash_bytes);
    json_number(json, "supply_mv", b->supply_mv);
    json_number(json, "crystal_hz", b->crystal_hz);
    json_number(json, "core_hz", b->core_hz);
    json_number(json, "buffer_bytes", b->buffer_bytes);
    json_bool(json, "write_protected", b->write_protected);
    json_text(json, "update", update_name(b->update));
    json_number(json, "journal_free", b->journal_free);
    json_hex(json, "program_start", b->program_start, 8);
    json_number(json, "program_bytes", b->program_length);
    hex(text, b->program_digest, sizeof b->program_digest);
    json_text(json, "program_sha256", b->program_length ? text : "");
    json_close(json);
}

/* ---- its version ---- */

/* Three numbers with dots between, and a NUL. */
static bool take_version(char version[BOOTLOADER_VERSION], const uint8_t *data, size_t size)
{
    size_t length = 0;
    int dots = 0;

    while (length < size && length < BOOTLOADER_VERSION - 1 &&
           ((data[length] >= '0' && data[length] <= '9') || data[length] == '.')) {
        dots += data[length] == '.';
        version[length] = (char)data[length];
        length++;
    }
    version[length] = '\0';
    return dots == 2 && length < size && data[length] == '\0';
}

void bootloader_version(char version[BOOTLOADER_VERSION], const uint8_t *data, size_t size)
{
    static const char mark[] = "boot0 bootloader "; /* firmware/bootloader/main.c */
    const size_t length = sizeof mark - 1;

    for (size_t i = 0; i + length < size; i++)
        if (memcmp(data + i, mark, length) == 0 &&
            take_version(version, data + i + length, size - i - length))
            return;
    version[0] = '\0';
}

/* ---- its binaries ---- */

/* The folder of the running program, without the name; false if the system does not tell. */
static bool own_folder(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    char *slash;

    if (length <= 0)
        return false;
    path[length] = '\0';
    slash = strrchr(path, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* In the folders where it can be: installed beside this program, built with it, installed. */
static bool find(const char *board, char *path, size_t size)
{
    static const char *const beside[] = {"/../share/boot0", "/../../firmware"};
    char folder[PATH_SIZE];

    if (own_folder(folder, sizeof folder))
        for (size_t i = 0; i < sizeof beside / sizeof beside[0]; i++) {
            int length = snprintf(path, size, "%s%s/bootloader-%s.bin", folder, beside[i], board);

            if (length > 0 && (size_t)length < size && access(path, R_OK) == 0)
                return true;
        }
    snprintf(path, size, B0_DATADIR "/boot0/bootloader-%s.bin", board);
    return access(path, R_OK) == 0;
}

static enum boot0_status fail_missing(struct boot0_error *error)
{
    boot0_fail(error, B0_E_NO_INPUT,
               "the bootloader's binaries were not installed with this boot0");
    return boot0_hint(error,
                      "Name a file: boot0 install-bootloader bootloader-generic-f407.bin. In "
                      "boot0's source tree `make firmware` makes it in build/firmware.");
}

static enum boot0_status check(struct boot0_image *image, const char *name,
                               struct boot0_error *error)
{
    const struct boot0_segment *segment = image->segments;
    struct boot0_vectors vectors;
    uint32_t reset;

    if (!image->has_addresses && boot0_image_place(image, FLASH_START, error) != B0_OK)
        return error->code;
    reset = boot0_image_vectors(image, FLASH_START, &vectors) ? vectors.reset : 0;
    if (image->segment_count == 1 && segment->address == FLASH_START &&
        segment->size <= BOOTLOADER_MAX && reset > FLASH_START &&
        reset < FLASH_START + BOOTLOADER_MAX)
        return B0_OK;
    boot0_fail(error, B0_E_DATA, "%s is no bootloader for the first sector of an F4", name);
    return boot0_hint(error, "That is a program of at most 16 KiB, linked for 0x08000000. Other "
                             "programs are written with `boot0 flash`.");
}

enum boot0_status bootloader_load(struct boot0_image **image, const char *file, const char *board,
                                  struct boot0_error *error)
{
    char path[PATH_SIZE + 64];
    enum boot0_status status;

    *image = NULL;
    if (!file) {
        if (!(board && find(board, path, sizeof path)) && !find("generic-f407", path, sizeof path))
            return fail_missing(error);
        file = path;
    }
    status = file_load(image, file, error);
    if (status == B0_OK)
        status = check(*image, file, error);
    if (status != B0_OK) {
        boot0_image_free(*image);
        *image = NULL;
    }
    return status;
}
