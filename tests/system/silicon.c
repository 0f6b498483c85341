/* SPDX-License-Identifier: MIT */
/*
 * The bootloader and the runtime on chips and boards at the documents' worst case: oscillators at
 * the ends of their tolerance, pull-ups, watchdogs.
 *
 *   silicon FIRMWARE-FOLDER
 */
#include "silicon.h"

#include <core/array.h>
#include <core/handover.h>
#include <vboard/gdb/target.h>

#define GENERIC         "bootloader-generic-f407"
#define DFU_PRODUCT     0xdf11
#define RUNTIME_PRODUCT 0x5740

/* DS8626, 5.3.9: over all temperatures. The results at the ends hold between them. */
static const char *const oscillators[] = {"-8", "0", "4.5"};
static const unsigned crystals[] = {4, 6, 8, 10, 12, 16, 20, 24, 25, 26};

/* ---- the crystal ---- */

static void check_crystal(const char *program, uint16_t product)
{
    for (size_t i = 0; i < B0_LENGTH(crystals); i++) {
        for (size_t k = 0; k < B0_LENGTH(oscillators); k++) {
            struct silicon silicon;
            char spec[64];

            snprintf(spec, sizeof spec, "f407:boot0=0,crystal=%u,hsi=%s", crystals[i],
                     oscillators[k]);
            silicon_open(&silicon, spec, GENERIC, program);
            if (!silicon_shows(&silicon, product, 2500))
                silicon_fail(&silicon, spec);
            if (product == DFU_PRODUCT) {
                struct b0_extension_info info = silicon_info(&silicon);

                assert_int_equal(info.crystal_hz, crystals[i] * 1000000);
                assert_int_equal(info.core_hz, crystals[i] < 24 ? 168000000 : 144000000);
            }
            silicon_close(&silicon);
        }
    }
}

static void test_crystal(void **state)
{
    (void)state;
    check_crystal(NULL, DFU_PRODUCT);
}

static void test_crystal_of_runtime(void **state)
{
    (void)state;
    check_crystal("hello", RUNTIME_PRODUCT);
}

/* ---- a pull-up on the board ---- */

static void detach(struct silicon *silicon)
{
    const struct boot0_setup setup = {OUT_CLASS, BOOT0_DFU_DETACH, 1000, 2, 0};
    size_t actual;

    vboard_control(silicon->board, &setup, NULL, &actual, TIMEOUT);
    vboard_wait(silicon->board, 100 * MS);
}

/* The host sees a device from power-on; it sees a new one only after D+ was low for a while. */
static void test_pull_up(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0,pullup=1", GENERIC, NULL);
    if (!silicon_shows(&silicon, DFU_PRODUCT, 2000))
        silicon_fail(&silicon, "no bootloader");
    silicon_close(&silicon);

    silicon_open(&silicon, "f407:boot0=0,pullup=1", GENERIC, "hello");
    if (!silicon_shows(&silicon, RUNTIME_PRODUCT, 2000))
        silicon_fail(&silicon, "no program");
    vboard_press_reset(silicon.board);
    if (!silicon_shows(&silicon, RUNTIME_PRODUCT, 3000))
        silicon_fail(&silicon, "no program after a reset");
    detach(&silicon);
    if (!silicon_shows(&silicon, DFU_PRODUCT, 3000))
        silicon_fail(&silicon, "no bootloader after DFU_DETACH");
    silicon_close(&silicon);
}

/* ---- the watchdog ---- */

/* The option bytes start it; it runs 349 ms with the fastest LSI, through an update of 1 MiB. */
static void test_watchdog(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0,watchdog=1,lsi=47,erase_factor=2,fill=random", GENERIC,
                 NULL);
    if (!silicon_shows(&silicon, DFU_PRODUCT, 2000))
        silicon_fail(&silicon, "no bootloader");
    assert_int_equal(silicon_update(&silicon, NULL), BOOT0_DFU_STATUS_OK);
    vboard_wait(silicon.board, 100 * MS);
    assert_int_equal(silicon_trace_count(&silicon, "the watchdog was not refreshed"), 0);
    assert_true(vboard_runs_program(silicon.board));
    silicon_close(&silicon);
}

/* ---- worn flash ---- */

#define WORN "f407:boot0=0,erase_factor=2,fill=random"

static void open_worn(struct silicon *silicon, const char *spec)
{
    silicon_open(silicon, spec, GENERIC, NULL);
    if (!silicon_shows(silicon, DFU_PRODUCT, 2000))
        silicon_fail(silicon, "no bootloader");
}

/* A host that honours poll timeouts: no answer outlasts the shortest timeout of any host. */
static void test_worn_flash(void **state)
{
    struct silicon silicon;
    uint64_t longest_us = 0;

    (void)state;
    open_worn(&silicon, WORN);
    assert_int_equal(silicon_update(&silicon, &longest_us), BOOT0_DFU_STATUS_OK);
    assert_true(longest_us < 2 * SECONDS);
    vboard_wait(silicon.board, 100 * MS);
    assert_true(vboard_runs_program(silicon.board));
    silicon_close(&silicon);
}

/* Like pydfu.py: polls twice at once, and the second answer must be dfuDNLOAD-IDLE. */
static bool asks_twice(struct silicon *silicon, uint16_t block, const uint8_t *data, uint16_t size)
{
    const struct boot0_setup setup = {OUT_CLASS, BOOT0_DFU_DNLOAD, block, 0, size};
    uint8_t copy[4096];
    size_t actual;

    memcpy(copy, data, size);
    return vboard_control(silicon->board, &setup, copy, &actual, 20 * SECONDS) == BOOT0_XFER_OK &&
           get_status(silicon->board).state == BOOT0_DFU_STATE_DNBUSY &&
           get_status(silicon->board).state == BOOT0_DFU_STATE_DNLOAD_IDLE;
}

static void test_worn_flash_by_impatient_host(void **state)
{
    static const uint8_t erase[] = {BOOT0_DFUSE_ERASE};
    static const uint8_t pointer[] = {BOOT0_DFUSE_SET_ADDRESS, 0x00, 0x80, 0x00, 0x08};
    struct silicon silicon;
    uint32_t size;
    const uint8_t *program = silicon_program(&size);

    (void)state;
    open_worn(&silicon, WORN);
    assert_true(asks_twice(&silicon, 0, erase, sizeof erase));
    assert_true(asks_twice(&silicon, 0, pointer, sizeof pointer));
    for (uint32_t at = 0; at < size; at += 4096)
        assert_true(asks_twice(&silicon, (uint16_t)(2 + at / 4096), program + at, 4096));
    assert_int_equal(dnload(silicon.board, 0, NULL, 0), BOOT0_XFER_OK);
    get_status(silicon.board);
    vboard_wait(silicon.board, 2 * SECONDS);
    assert_true(vboard_runs_program(silicon.board));
    silicon_close(&silicon);
}

static void test_worn_flash_by_boot0(void **state)
{
    const struct boot0_selection selection = {.wait_ms = 3000};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_image *image = boot0_image_new();
    struct boot0_session *session;
    struct silicon silicon;
    uint32_t size;
    const uint8_t *program = silicon_program(&size);

    (void)state;
    open_worn(&silicon, WORN);
    assert_int_equal(boot0_image_add(image, 0, PROGRAM_AT, program, size, &error), BOOT0_OK);
    image->has_addresses = true;
    if (boot0_session_open(&session, &silicon.bus, &selection, NULL, NULL, &error) != BOOT0_OK ||
        boot0_session_flash(session, image, NULL, &error) != BOOT0_OK)
        fail_msg("%s", error.message);
    boot0_session_close(session);
    boot0_image_free(image);
    vboard_wait(silicon.board, 100 * MS);
    assert_true(vboard_runs_program(silicon.board));
    silicon_close(&silicon);
}

/* ---- the supply ---- */

/*
 * The supply falls while flash is erased: the erase is refused, reported, and works when it is
 * back.
 */
static void test_supply_falls(void **state)
{
    struct silicon silicon;

    (void)state;
    open_worn(&silicon, "f407:boot0=0,fill=random,brownout=2.6@3000:12000");
    assert_int_equal(silicon_info(&silicon).flags & B0_INFO_STARVED, 0);
    assert_int_equal(silicon_update(&silicon, NULL), BOOT0_DFU_STATUS_ERR_VENDOR);
    assert_int_equal(silicon_info(&silicon).flags & B0_INFO_STARVED, B0_INFO_STARVED);
    assert_true(vboard_now_us(silicon.board) < 15 * SECONDS);
    assert_int_equal(silicon_vendor(&silicon, B0_EXTENSION_PROTECT, 1), BOOT0_XFER_STALL);
    vboard_wait_until(silicon.board, 16 * SECONDS);
    assert_int_equal(simple(silicon.board, BOOT0_DFU_CLRSTATUS), BOOT0_XFER_OK);
    assert_int_equal(silicon_update(&silicon, NULL), BOOT0_DFU_STATUS_OK);
    silicon_close(&silicon);
}

/* The option bytes' brown-out level: the chip stays in reset while the supply is below it. */
static void test_brownout_level(void **state)
{
    struct silicon silicon;

    (void)state;
    open_worn(&silicon, "f407:boot0=0,brownout=2.5@4000:100");
    assert_int_equal(silicon_info(&silicon).flags >> B0_INFO_BROWNOUT_SHIFT & 3, 0);
    assert_int_equal(silicon_vendor(&silicon, B0_EXTENSION_PROTECT, B0_EXTENSION_BROWNOUT | 3),
                     BOOT0_XFER_OK);
    vboard_wait(silicon.board, 10 * MS);
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 2000));
    assert_int_equal(silicon_info(&silicon).flags >> B0_INFO_BROWNOUT_SHIFT & 3, 3);
    vboard_wait_until(silicon.board, 4050 * MS);
    assert_false(vboard_connected(silicon.board));
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 2000));
    silicon_close(&silicon);
}

/* The power fails while option bytes are written: they are then erased, which is level 1. */
static void test_option_bytes_cut(void **state)
{
    struct silicon silicon;

    (void)state;
    open_worn(&silicon, "f407:boot0=0,fault=powercut@1:50");
    assert_int_equal(silicon_vendor(&silicon, B0_EXTENSION_PROTECT, 1), BOOT0_XFER_OK);
    vboard_wait(silicon.board, SECONDS);
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 2000));
    assert_int_equal(silicon_info(&silicon).flags & B0_INFO_READ_PROTECTED, B0_INFO_READ_PROTECTED);
    silicon_close(&silicon);
}

/* The slowest option bytes with the fastest watchdog. */
static void test_option_bytes_watched(void **state)
{
    struct silicon silicon;

    (void)state;
    open_worn(&silicon, "f407:boot0=0,watchdog=1,lsi=47,erase_factor=4");
    assert_int_equal(silicon_vendor(&silicon, B0_EXTENSION_PROTECT, 1), BOOT0_XFER_OK);
    vboard_wait(silicon.board, 3 * SECONDS);
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 2000));
    assert_int_equal(silicon_info(&silicon).write_protected, 1);
    assert_int_equal(silicon_trace_count(&silicon, "the watchdog was not refreshed"), 0);
    silicon_close(&silicon);
}

/* ---- the bus ---- */

/* Requests without data, one after another: each SETUP packet finds room in the FIFO. */
static void check_setups(const char *program, uint16_t product)
{
    struct silicon silicon;

    silicon_open(&silicon, "f407:boot0=0", GENERIC, program);
    assert_true(silicon_shows(&silicon, product, 2500));
    for (int i = 0; i < 8; i++)
        assert_int_equal(transfer(silicon.board, BOOT0_USB_RECIPIENT_INTERFACE,
                                  BOOT0_USB_SET_INTERFACE, 0, 0, NULL, NULL),
                         BOOT0_XFER_OK);
    silicon_close(&silicon);
}

static void test_setups(void **state)
{
    (void)state;
    check_setups(NULL, DFU_PRODUCT);
    check_setups("hello", RUNTIME_PRODUCT);
}

/* ---- the program's view at its start ---- */

static uint32_t word_at(struct silicon *silicon, uint32_t address)
{
    const struct vboard_gdb_target *target = vboard_debug_attach(silicon->board);
    uint8_t bytes[4];

    assert_true(target->read(silicon->board, address, bytes, 4));
    vboard_debug_detach(silicon->board);
    return b0_load32(bytes);
}

static uint32_t cause_of(struct silicon *silicon)
{
    return word_at(silicon, 0x40002850 + 4 * B0_CAUSE_REGISTER);
}

/* The bootloader clears RCC_CSR; its flags are in backup register 18. */
static void check_cause(bool presses_reset, uint32_t flags)
{
    struct silicon silicon;

    silicon_open(&silicon, "f407:boot0=0", GENERIC, "hello");
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 2500));
    if (presses_reset)
        vboard_press_reset(silicon.board);
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 2500));
    assert_int_equal(cause_of(&silicon), B0_CAUSE | flags);
    silicon_close(&silicon);
}

static void test_reset_cause(void **state)
{
    (void)state;
    check_cause(false, B0_RESET_POWER | B0_RESET_PIN | B0_RESET_BROWN_OUT);
    check_cause(true, B0_RESET_PIN);
}

/* The requests of a host that opens a port at 1200 baud, and closes it. */
static void set_dtr(struct silicon *silicon, bool on)
{
    assert_int_equal(transfer(silicon->board, OUT_CLASS, 0x22, on, 0, NULL, NULL), BOOT0_XFER_OK);
}

static void touch(struct silicon *silicon)
{
    uint8_t coding[] = {0xb0, 0x04, 0, 0, 0, 0, 8};

    assert_int_equal(transfer(silicon->board, OUT_CLASS, 0x20, 0, sizeof coding, coding, NULL),
                     BOOT0_XFER_OK);
    set_dtr(silicon, true);
    set_dtr(silicon, false);
}

static void test_touch(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0", GENERIC, "hello");
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 2500));
    touch(&silicon);
    vboard_wait(silicon.board, 200 * MS);
    set_dtr(&silicon, true); /* another program has opened the port again */
    vboard_wait(silicon.board, 600 * MS);
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 0));
    touch(&silicon);
    vboard_wait(silicon.board, 240 * MS);
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 0));
    vboard_wait(silicon.board, 100 * MS);
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 2000));
    silicon_close(&silicon);
}

/* ---- the clock ---- */

/*
 * While idle, with only SysTick to wake it, the bootloader counts seconds: its LED is lit every
 * other one.
 */
static void test_idle_clock(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0", "bootloader-discovery-f407", NULL);
    vboard_wait(silicon.board, 10 * SECONDS);
    assert_in_range(silicon_trace_count(&silicon, "PD12 high"), 5, 6);
    silicon_close(&silicon);
}

/* ---- a crystal that fails ---- */

/*
 * Clock security: when the crystal stops, the bootloader restarts without USB. A reset suffices
 * once the crystal oscillates again.
 */
static void test_crystal_stops(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0,crystal_stop=2000:1000", GENERIC, NULL);
    assert_true(silicon_shows(&silicon, DFU_PRODUCT, 1900));
    vboard_wait_until(silicon.board, 2500 * MS);
    assert_int_equal(silicon_trace_count(&silicon, "the crystal has stopped"), 1);
    assert_false(vboard_connected(silicon.board));
    vboard_wait_until(silicon.board, 3100 * MS);
    vboard_press_reset(silicon.board);
    if (!silicon_shows(&silicon, DFU_PRODUCT, 2000))
        silicon_fail(&silicon, "no bootloader after the reset");
    silicon_close(&silicon);
}

/* ---- out of Standby ---- */

/* Enables the clock of PWR, without which its registers read as 0: RCC_APB1ENR. */
static void give_clock(struct silicon *silicon)
{
    const struct vboard_gdb_target *target = vboard_debug_attach(silicon->board);
    const uint8_t bytes[] = {0, 0, 0, 0x10};

    assert_true(target->write(silicon->board, 0x40023840, bytes, sizeof bytes));
    vboard_debug_detach(silicon->board);
}

/* The program finds the flag that tells why it was started. */
static void test_standby_flag(void **state)
{
    struct silicon silicon;

    (void)state;
    silicon_open(&silicon, "f407:boot0=0,standby=1", GENERIC, "hello");
    assert_true(silicon_shows(&silicon, RUNTIME_PRODUCT, 2500));
    give_clock(&silicon);
    assert_int_equal(word_at(&silicon, 0x40007004) & 2, 2); /* PWR_CSR.SBF */
    silicon_close(&silicon);
}

/* ---- a low supply ---- */

/* The flash needs its full wait states, whatever reads it: the bootloader runs from RAM. */
static void test_low_supply(void **state)
{
    static const struct {
        const char *spec, *bootloader;
    } rows[] = {
        {"f407:boot0=0,supply=2.2", "bootloader-generic-f407"},
        {"f446:boot0=0,supply=2.2", "bootloader-generic-f446"},
        {"f427:boot0=0,supply=2.2", "bootloader-generic-f429"},
        {"f401:boot0=0,supply=1.8", "bootloader-generic-f401xc"},
        {"f411:boot0=0,supply=1.8", "bootloader-generic-f411"},
        {"f412:boot0=0,supply=1.8", "bootloader-generic-f412"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct silicon silicon;

        silicon_open(&silicon, rows[i].spec, rows[i].bootloader, NULL);
        if (!silicon_shows(&silicon, DFU_PRODUCT, 2000))
            silicon_fail(&silicon, rows[i].spec);
        silicon_close(&silicon);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crystal),
        cmocka_unit_test(test_crystal_of_runtime),
        cmocka_unit_test(test_pull_up),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_worn_flash),
        cmocka_unit_test(test_worn_flash_by_impatient_host),
        cmocka_unit_test(test_worn_flash_by_boot0),
        cmocka_unit_test(test_supply_falls),
        cmocka_unit_test(test_brownout_level),
        cmocka_unit_test(test_option_bytes_cut),
        cmocka_unit_test(test_option_bytes_watched),
        cmocka_unit_test(test_setups),
        cmocka_unit_test(test_reset_cause),
        cmocka_unit_test(test_touch),
        cmocka_unit_test(test_idle_clock),
        cmocka_unit_test(test_crystal_stops),
        cmocka_unit_test(test_standby_flag),
        cmocka_unit_test(test_low_supply),
    };

    if (argc != 2)
        return 64;
    if (!silicon_find(argv[1])) {
        printf("1..0 # SKIP no firmware: make firmware\n");
        return SILICON_SKIPPED;
    }
    return cmocka_run_group_tests_name("silicon", tests, NULL, NULL);
}
