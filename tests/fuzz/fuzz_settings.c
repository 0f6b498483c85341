/* SPDX-License-Identifier: MIT */
/* A settings file: values stay texts whatever it contains, and options accept or refuse them. */
#include <cli/settings.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const enum option taken[] = {
    OPTION_DEVICE, OPTION_SERIAL,  OPTION_PATH, OPTION_PORT, OPTION_BAUD,         OPTION_BOOT,
    OPTION_VDD,    OPTION_PATIENT, OPTION_FAST, OPTION_CHIP, OPTION_BOARD_PROFILE};
static const struct command command = {.name = "flash", COMMAND_OPTIONS(taken)};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct settings settings;
    struct arguments arguments = {0};
    struct boot0_error error;

    if (!text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    settings_clear(&settings);
    if (settings_take(&settings, "boot0.conf", text, &error) == BOOT0_OK &&
        settings_apply(&settings, &command, &arguments, &error) == BOOT0_OK &&
        arguments.select.baud != 0 && !arguments.select.port)
        abort(); /* a speed needs a port */
    for (const struct setting *setting = settings.list; setting->name; setting++)
        if ((setting->value[0] == '\0') != (setting->source[0] == '\0') ||
            strlen(setting->value) >= SETTING_VALUE_MAX)
            abort();
    settings_free(&settings);
    free(text);
    return 0;
}
