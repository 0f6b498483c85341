// SPDX-License-Identifier: MIT
/* Pin numbers to ports: port A alone, the pin's number is its bit. */
#ifdef ARDUINO_BLACK_F407VE
#include "Arduino.h"

const uint8_t boot0_test_pins = 16;
#endif
