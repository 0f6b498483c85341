// SPDX-License-Identifier: MIT
/*
 * Restarts into the bootloader when "boot" is typed into the serial monitor: for a sketch that
 * decides itself when it may be replaced.
 */
#include <Boot0.h>

static char line[8];
static unsigned length;

void setup()
{
    Serial.begin(115200);
}

void loop()
{
    while (Serial.available() > 0) {
        char c = Serial.read();

        if (c == '\n' || c == '\r') {
            line[length] = '\0';
            length = 0;
            if (strcmp(line, "boot") == 0)
                Boot0.restart();
            else if (strcmp(line, "version") == 0)
                Serial.println(Boot0.isInstalled() ? Boot0.version() : 0);
        } else if (length < sizeof line - 1) {
            line[length++] = c;
        }
    }
}
