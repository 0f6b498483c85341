// SPDX-License-Identifier: MIT
#ifdef ARDUINO_GENERIC_F407VGTX
#include "Arduino.h"

const uint8_t boot0_test_pins = 16;
#endif
