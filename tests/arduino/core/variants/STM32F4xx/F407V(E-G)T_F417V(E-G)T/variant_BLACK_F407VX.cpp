// SPDX-License-Identifier: MIT
/* Maps pin numbers to ports: only port A, the pin's number is its bit. */
#ifdef ARDUINO_BLACK_F407VE
#include "Arduino.h"

const uint8_t boot0_test_pins = 16;
#endif
