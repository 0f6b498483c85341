/* From reset, which is boot0's startup code, to the sketch. */
#include "Arduino.h"

extern "C" {
extern void (*constructors_start[])(void);
extern void (*constructors_end[])(void);
void start_clock(void);
void start_serial(void);
}

int main()
{
    for (auto constructor = constructors_start; constructor < constructors_end; constructor++)
        (*constructor)();
    start_clock();
    start_serial();
    setup();
    for (;;) {
        loop();
        yield();
    }
}
