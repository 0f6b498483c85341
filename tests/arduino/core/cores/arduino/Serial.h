/* SPDX-License-Identifier: MIT */
/* The sketch's Serial: the USB serial port of boot0's runtime. */
#ifndef SERIAL_H
#define SERIAL_H

#include <stddef.h>
#include <stdint.h>

class SerialUSB
{
  public:
    void begin(uint32_t baud);
    operator bool() const;
    int available() const;
    int read();
    size_t write(uint8_t byte);
    size_t print(const char *text);
    size_t print(uint32_t number);
    size_t println(const char *text);
    size_t println(uint32_t number);
};

extern SerialUSB Serial;

#endif
