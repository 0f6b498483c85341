/* SPDX-License-Identifier: MIT */
/* A small part of the Arduino API, for the tests' sketches. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LOW    0
#define HIGH   1
#define INPUT  0
#define OUTPUT 1

#ifdef __cplusplus
extern "C" {
#endif

void setup(void);
void loop(void);

void pinMode(uint32_t pin, uint32_t mode);
void digitalWrite(uint32_t pin, uint32_t value);
uint32_t millis(void);
void delay(uint32_t ms);
void yield(void);

/* Called with the data received after DTR was toggled, as in STM32duino: main.cpp. */
void dtr_togglingHook(uint8_t *buffer, uint32_t *length);

#ifdef __cplusplus
}
#include "Serial.h"
#endif

#include VARIANT_H

#endif
