/* boot0 gang: every board at once, or each as it is plugged in. */
#include "gang/gang.h"
#include "job.h"
#include "text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BOARDS_MAX = 64,
    REDRAW_MS = 100,
    WAIT_MS = 250,
    /* An empty port for so long: it was unplugged, and did not only come back as another device. */
    UNPLUGGED_MS = 2000,
    START_MS = 1000, /* until all boards of a hub that was plugged in have been seen */
};

/* A port whose board was flashed. */
struct port {
    char path[B0_PATH_MAX];
    uint8_t address; /* the device that was flashed, or that is known to be the same board */
    char serial[B0_TEXT_MAX];
    uint64_t seen_ms; /* when something was there last */
    bool retry;       /* it failed: whatever enumerates next is tried */
};

struct lead {
    struct gang gang;
    struct job job; /* its bus is the main thread's: for looking only */
    struct port ports[BOARDS_MAX];
    size_t port_count;
};

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- threads ---- */

static size_t count_at_work(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += gang->members[i]->state != MEMBER_JOINED;
    return count;
}

/* Ctrl-C is for the main thread: it may be waiting. */
static bool start_thread(struct member *member)
{
    sigset_t blocked, before;
    bool started;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    started = pthread_create(&member->thread, NULL, member_run, member) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static enum boot0_status start(struct gang *gang, const struct member *what,
                               struct boot0_error *error)
{
    struct member *member = malloc(sizeof *member);

    if (member && gang->count == gang->room) {
        size_t room = gang->room ? 2 * gang->room : 16;
        struct member **members = realloc(gang->members, room * sizeof *members);

        if (members) {
            gang->members = members;
            gang->room = room;
        }
    }
    if (!member || gang->count == gang->room) {
        free(member);
        return boot0_fail(error, B0_E_MEMORY, "out of memory");
    }
    *member = *what;
    member->gang = gang;
    if (!start_thread(member)) {
        free(member);
        return boot0_fail(error, B0_E_MEMORY, "no thread can be started");
    }
    gang->members[gang->count++] = member;
    return B0_OK;
}

/* Joins the threads that have ended; tells the ports how it went. */
static void collect(struct lead *lead)
{
    struct gang *gang = &lead->gang;

    for (size_t i = 0; i < gang->count; i++) {
        struct member *member = gang->members[i];
        bool ended;

        pthread_mutex_lock(&gang->lock);
        ended = member->state == MEMBER_ENDED;
        pthread_mutex_unlock(&gang->lock);
        if (!ended)
            continue;
        pthread_join(member->thread, NULL);
        member->state = MEMBER_JOINED;
        for (size_t j = 0; j < lead->port_count; j++) {
            struct port *port = &lead->ports[j];

            if (strcmp(port->path, member->candidate.path) != 0)
                continue;
            memcpy(port->serial, member->serial, sizeof port->serial);
            port->retry = member->result.code != B0_OK;
            port->seen_ms = now_ms();
        }
    }
}

/* ---- which boards ---- */

static bool is_wanted(const struct arguments *arguments, const struct boot0_candidate *candidate)
{
    if (candidate->dfu_protocol == B0_DFU_PROTOCOL_RUNTIME && !arguments->detach)
        return false;
    if (arguments->has_device && candidate->vendor != arguments->vendor)
        return false;
    return !arguments->has_product || candidate->product == arguments->product;
}

/* Linux tells whether anything is plugged in there, also what has no DFU interface. */
static bool is_occupied(const char *path)
{
    char name[B0_PATH_MAX + 32];

    snprintf(name, sizeof name, "/sys/bus/usb/devices/%s", path);
    return access(name, F_OK) == 0;
}

static struct port *find_port(struct lead *lead, const char *path)
{
    for (size_t i = 0; i < lead->port_count; i++)
        if (strcmp(lead->ports[i].path, path) == 0)
            return &lead->ports[i];
    return NULL;
}

static bool is_at_work(const struct gang *gang, const char *path)
{
    for (size_t i = 0; i < gang->count; i++)
        if (gang->members[i]->state != MEMBER_JOINED &&
            strcmp(gang->members[i]->candidate.path, path) == 0)
            return true;
    return false;
}

/* Whether another board is there than the one that was flashed: by its serial number. */
static bool is_another(struct lead *lead, const struct port *port)
{
    const struct boot0_selection selection = {.path = port->path};
    struct boot0_error error = {B0_OK, "", ""};
    struct boot0_board *boards = NULL;
    size_t count = 0;
    bool another;

    if (boot0_board_list(&lead->job.bus, &selection, &boards, &count, &error) != B0_OK)
        return false;
    another =
        count == 1 && boards[0].access.code == B0_OK && strcmp(boards[0].serial, port->serial) != 0;
    free(boards);
    return another;
}

/* A board that was done is not done again while it stays plugged, whatever it enumerates as. */
static bool is_due(struct lead *lead, const struct boot0_candidate *candidate)
{
    struct port *port = find_port(lead, candidate->path);

    if (is_at_work(&lead->gang, candidate->path))
        return false;
    if (!port)
        return true;
    port->seen_ms = now_ms();
    if (port->address == candidate->address)
        return false;
    if (port->retry || is_another(lead, port))
        return true;
    port->address = candidate->address;
    return false;
}

/* Ports that were empty long enough are as good as new. */
static void forget_unplugged(struct lead *lead)
{
    size_t kept = 0;

    for (size_t i = 0; i < lead->port_count; i++) {
        struct port *port = &lead->ports[i];

        if (is_at_work(&lead->gang, port->path) || is_occupied(port->path))
            port->seen_ms = now_ms();
        if (now_ms() - port->seen_ms < UNPLUGGED_MS)
            lead->ports[kept++] = *port;
    }
    lead->port_count = kept;
}

static enum boot0_status start_at(struct lead *lead, const struct boot0_candidate *candidate,
                                  struct boot0_error *error)
{
    struct port *port = find_port(lead, candidate->path);
    struct member member = {.candidate = *candidate};

    if (!port && lead->port_count == BOARDS_MAX)
        return B0_OK; /* when one was unplugged */
    if (!port)
        port = &lead->ports[lead->port_count++];
    *port = (struct port){.address = candidate->address, .seen_ms = now_ms()};
    memcpy(port->path, candidate->path, sizeof port->path);
    memcpy(member.path, candidate->path, sizeof candidate->path);
    return start(&lead->gang, &member, error);
}

/* ---- the run ---- */

static size_t count_good(const struct gang *gang)
{
    size_t count = 0;

    for (size_t i = 0; i < gang->count; i++)
        count += gang->members[i]->state == MEMBER_JOINED && gang->members[i]->result.code == B0_OK;
    return count;
}

/* With --follow no more are begun than --count wants. */
static bool has_room(const struct gang *gang)
{
    uint32_t wanted = gang->arguments->follow ? gang->arguments->count : 0;

    return wanted == 0 || count_good(gang) + count_at_work(gang) < wanted;
}

static enum boot0_status start_due(struct lead *lead, struct boot0_error *error)
{
    struct boot0_candidate list[BOARDS_MAX];
    const struct boot0_bus *bus = &lead->job.bus;
    size_t count;
    enum boot0_status status = bus->ops->scan(bus->context, list, BOARDS_MAX, &count, error);

    forget_unplugged(lead);
    for (size_t i = 0; status == B0_OK && i < count && i < BOARDS_MAX; i++)
        if (has_room(&lead->gang) && is_wanted(lead->gang.arguments, &list[i]) &&
            is_due(lead, &list[i]))
            status = start_at(lead, &list[i], error);
    return status;
}

/* How many boards are there that are wanted. */
static size_t count_there(struct lead *lead)
{
    struct boot0_candidate list[BOARDS_MAX];
    struct boot0_error error;
    size_t count = 0, wanted = 0;

    if (lead->job.bus.ops->scan(lead->job.bus.context, list, BOARDS_MAX, &count, &error) != B0_OK)
        return 0;
    for (size_t i = 0; i < count && i < BOARDS_MAX; i++)
        wanted += is_wanted(lead->gang.arguments, &list[i]);
    return wanted;
}

/* Without --follow: as many as have to be there. */
static enum boot0_status wait_for_boards(struct lead *lead, struct boot0_error *error)
{
    const struct arguments *arguments = lead->gang.arguments;
    size_t wanted = arguments->count ? arguments->count : 1, there;
    uint64_t start_ms = now_ms();

    while ((there = count_there(lead)) < wanted && !signals_pending()) {
        if (!arguments->has_wait ||
            (arguments->wait_ms != UINT32_MAX && now_ms() - start_ms >= arguments->wait_ms)) {
            boot0_fail(error, B0_E_NO_BOARD,
                       there ? "only %zu of %zu boards are in DFU mode"
                             : "no board in DFU mode was found",
                       there, wanted);
            return boot0_hint(error, "`boot0 list` shows them. Bring each into DFU mode: BOOT0 "
                                     "high, reset. --wait waits for them, --follow takes them as "
                                     "they come. Nothing was flashed.");
        }
        lead->job.bus.ops->wait_change(lead->job.bus.context, WAIT_MS);
    }
    if (signals_pending())
        return boot0_fail(error, B0_E_CANCELLED, "stopped while waiting for boards");
    return B0_OK;
}

static enum boot0_status run_virtual(struct lead *lead, struct boot0_error *error)
{
    const struct arguments *arguments = lead->gang.arguments;
    enum boot0_status status = B0_OK;

    if (arguments->count > arguments->virtual_count) {
        boot0_fail(error, B0_E_NO_BOARD, "only %zu of %u boards are there",
                   arguments->virtual_count, (unsigned)arguments->count);
        return boot0_hint(error, "Say --virtual more often. Nothing was flashed.");
    }
    for (size_t i = 0; i < arguments->virtual_count && status == B0_OK; i++) {
        struct member member = {.virtual_board = arguments->virtual_boards[i]};

        snprintf(member.path, sizeof member.path, "0-%zu", i + 1);
        status = start(&lead->gang, &member, error);
    }
    return status;
}

static void pause_ms(long ms)
{
    struct timespec time = {0, ms * 1000000};

    nanosleep(&time, NULL);
}

/* Until all threads have ended; what has failed to start does not stop those that have. */
static void finish_all(struct lead *lead)
{
    while (collect(lead), count_at_work(&lead->gang) > 0) {
        show_update(&lead->gang);
        pause_ms(REDRAW_MS);
    }
    show_update(&lead->gang);
}

static enum boot0_status follow(struct lead *lead, struct boot0_error *error)
{
    const struct arguments *arguments = lead->gang.arguments;
    enum boot0_status status = B0_OK;

    if (!arguments->quiet && !arguments->json)
        print_wrapped(stderr, "Note: ",
                      "boards are flashed as they are plugged in, in DFU mode; "
                      "Ctrl-C ends this");
    while (status == B0_OK && !signals_pending()) {
        collect(lead);
        if (arguments->count > 0 && count_good(&lead->gang) >= arguments->count)
            break;
        status = start_due(lead, error);
        show_update(&lead->gang);
        lead->job.bus.ops->wait_change(lead->job.bus.context,
                                       count_at_work(&lead->gang) ? REDRAW_MS : WAIT_MS);
    }
    return status;
}

static enum boot0_status run_boards(struct lead *lead, struct boot0_error *error)
{
    const struct arguments *arguments = lead->gang.arguments;
    enum boot0_status status;

    if (arguments->virtual_count > 0) {
        status = run_virtual(lead, error);
    } else {
        status = job_open_bus(&lead->job, arguments, error);
        if (status == B0_OK && arguments->follow) {
            signals_announce(false); /* it is how this ends */
            status = follow(lead, error);
        } else if (status == B0_OK) {
            status = wait_for_boards(lead, error);
            if (status == B0_OK)
                status = start_due(lead, error);
        }
    }
    finish_all(lead);
    job_close(&lead->job);
    return status;
}

/* ---- how it ended ---- */

/* A board that failed, and was done later, is none that failed. */
static bool was_done_later(const struct gang *gang, size_t index)
{
    const struct member *failed = gang->members[index];

    for (size_t i = index + 1; failed->serial[0] && i < gang->count; i++)
        if (gang->members[i]->result.code == B0_OK &&
            strcmp(gang->members[i]->serial, failed->serial) == 0 &&
            strcmp(gang->members[i]->path, failed->path) == 0)
            return true;
    return false;
}

static enum boot0_status conclude(const struct gang *gang, struct boot0_error *error)
{
    size_t good = 0, bad = 0;
    enum boot0_status status = B0_OK;
    char text[64];

    for (size_t i = 0; i < gang->count; i++) {
        enum boot0_status result = gang->members[i]->result.code;

        if (result == B0_OK) {
            good++;
        } else if (!was_done_later(gang, i)) {
            status = bad++ == 0 || status == result ? result : B0_E_IO;
        }
    }
    if (!gang->arguments->json && !gang->arguments->quiet && good > 0) {
        snprintf(text, sizeof text, "%zu of %zu boards flashed.", good, good + bad);
        print_wrapped(stdout, "", text);
    }
    if (bad > 0) {
        boot0_fail(error, status, "%zu of %zu boards %s", bad, good + bad,
                   status == B0_E_CANCELLED ? "were not finished" : "failed");
        return boot0_hint(error, "The lines above say which, and why. Flash again: boards that "
                                 "hold the program already are done in a moment.");
    }
    return B0_OK;
}

/* The value of a text member of a line of the record, as it stands there. */
static void take_member(const char *line, const char *name, char *value, size_t size)
{
    const char *at = strstr(line, name);

    snprintf(value, size, "%.*s", at ? (int)strcspn(at + strlen(name), "\"") : 0,
             at ? at + strlen(name) : "");
}

static void tell_lost(const char *line)
{
    char time[40], path[64], serial[140], text[400];

    take_member(line, "\"time\":\"", time, sizeof time);
    take_member(line, "\"path\":\"", path, sizeof path);
    take_member(line, "\"serial\":\"", serial, sizeof serial);
    snprintf(text, sizeof text,
             "an earlier run did not finish the board %s at port %s, begun at %s: flash it again",
             serial, path, time);
    print_wrapped(stderr, "Note: ", text);
}

static enum boot0_status prepare(struct gang *gang, const struct arguments *arguments,
                                 struct boot0_error *error)
{
    enum boot0_status status = B0_OK;
    bool uses_csv = false;

    for (size_t i = 0; i < arguments->patch_count && status == B0_OK; i++) {
        status = patch_parse(&gang->patches[i], arguments->patches[i], error);
        uses_csv = uses_csv || patch_wants_csv(&gang->patches[i]);
    }
    if (status == B0_OK && arguments->csv && !uses_csv) {
        boot0_fail(error, B0_E_USAGE, "--csv is given, but no --patch uses it");
        return boot0_hint(error, "As --patch 0x0800FFF0=csv:COLUMN, or csvhex:COLUMN.");
    }
    gang->has_csv = arguments->csv != NULL;
    if (status == B0_OK && arguments->csv)
        status = rows_open(&gang->rows, arguments->csv, error);
    for (size_t i = 0; i < arguments->patch_count && status == B0_OK; i++)
        status = patch_resolve(&gang->patches[i], gang->has_csv ? &gang->rows.csv : NULL, error);
    if (status == B0_OK)
        status = record_open(&gang->record, arguments->record, tell_lost, error);
    return status;
}

static enum boot0_status check(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->follow && arguments->virtual_count > 0) {
        boot0_fail(error, B0_E_USAGE, "--follow goes with no --virtual: nobody plugs them in");
        return boot0_hint(error, "`vboard f407 ... -- boot0 gang --follow FILE` has boards that "
                                 "come and go.");
    }
    if (arguments->follow && arguments->has_wait) {
        boot0_fail(error, B0_E_USAGE, "--follow waits by itself");
        return boot0_hint(error, "Leave --wait away; --count says after how many boards to end.");
    }
    return B0_OK;
}

static void release(struct lead *lead)
{
    struct gang *gang = &lead->gang;

    for (size_t i = 0; i < gang->count; i++)
        free(gang->members[i]);
    free(gang->members);
    rows_close(&gang->rows);
    record_close(&gang->record);
    pthread_mutex_destroy(&gang->lock);
    free(lead);
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image;
    struct lead *lead;
    enum boot0_status status = check(arguments, error), ended;
    struct boot0_error failure;

    if (status != B0_OK)
        return status;
    image = job_load(arguments, 0, arguments->operand_count, error);
    if (!image)
        return error->code;
    lead = calloc(1, sizeof *lead);
    if (!lead) {
        boot0_image_free(image);
        return boot0_fail(error, B0_E_MEMORY, "out of memory");
    }
    lead->gang = (struct gang){.arguments = arguments, .image = image};
    lead->gang.rows.used.fd = -1;
    lead->gang.record.journal.fd = -1;
    lead->gang.smart = !arguments->quiet && !arguments->json && terminal_is_smart(stderr);
    lead->job.arguments = arguments;
    pthread_mutex_init(&lead->gang.lock, NULL);
    status = prepare(&lead->gang, arguments, error);
    if (status == B0_OK) {
        status = run_boards(lead, error);
        ended = conclude(&lead->gang, &failure);
        if (status == B0_OK && ended != B0_OK) {
            *error = failure;
            status = ended;
        }
    }
    release(lead);
    boot0_image_free(image);
    return status;
}

static const enum option taken[] = {
    OPTION_DEVICE,       OPTION_WAIT,    OPTION_VIRTUAL,       OPTION_FOLLOW,
    OPTION_COUNT_BOARDS, OPTION_DETACH,  OPTION_RECORD,        OPTION_PATCH,
    OPTION_CSV,          OPTION_ADDRESS, OPTION_FULL,          OPTION_NO_PRESERVE,
    OPTION_NO_VERIFY,    OPTION_NO_RUN,  OPTION_VDD,           OPTION_PATIENT,
    OPTION_BOARD_ENTRY,  OPTION_CHIP,    OPTION_IGNORE_SUFFIX, OPTION_ALLOW_OPTION_BYTES,
    OPTION_FORCE,        OPTION_JSON,    OPTION_QUIET,         OPTION_HELP};

const struct command command_gang = {
    .name = "gang",
    .operands = "FILE...",
    .wants = "at least one file",
    .summary = "flash many boards at once, or as they are plugged in",
    .text = "Flashes every board that is in DFU mode, all at the same time, and goes on when one "
            "fails. --follow goes on with boards that are plugged in later; a board that was done "
            "is not done again while it stays plugged in. --patch puts a board's own data into "
            "the program, as its serial number or a row of --csv FILE; each row is used once, and "
            "FILE.used says which are. ADDRESS:SIZE=WHAT fills up with zeros; csvhex:COLUMN takes "
            "bytes in hex.",
    .examples = "  boot0 gang --record made.jsonl firmware.elf\n"
                "  boot0 gang --follow --csv keys.csv --patch 0x0800FFF0:16=csvhex:key app.hex",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
