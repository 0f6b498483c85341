// SPDX-License-Identifier: MIT
/* Maps pin numbers to ports: there is one port. */
#ifdef ARDUINO_BLUEPILL_F103C8
#include "Arduino.h"

const uint8_t boot0_test_pins = 16;
#endif
