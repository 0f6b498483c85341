/* What the parts of the machine share. */
#ifndef VBOARD_MACHINE_PRIVATE_H
#define VBOARD_MACHINE_PRIVATE_H

#include "../board.h"
#include "debug.h"
#include "machine.h"

#include <unicorn/unicorn.h>

enum {
    VBOARD_EXCEPTIONS = 16 + 82, /* RM0090, 12.1.1: 82 interrupts */
    VBOARD_HARD_FAULT = 3,       /* PM0214, table 17 */
    VBOARD_MEM_MANAGE = 4,
    VBOARD_BUS_FAULT = 5,
    VBOARD_USAGE_FAULT = 6,
    VBOARD_SVCALL = 11,
    VBOARD_PENDSV = 14,
    VBOARD_SYSTICK = 15,
    VBOARD_IRQ = 16, /* the first interrupt: RM0090, table 61 */
    VBOARD_IRQ_FLASH = VBOARD_IRQ + 4,
    VBOARD_IRQ_ADC = VBOARD_IRQ + 18,
    VBOARD_IRQ_TIM1_TRG_TIM11 = VBOARD_IRQ + 26,
    VBOARD_IRQ_TIM2 = VBOARD_IRQ + 28,
    VBOARD_IRQ_TIM3 = VBOARD_IRQ + 29,
    VBOARD_IRQ_TIM4 = VBOARD_IRQ + 30,
    VBOARD_IRQ_USART1 = VBOARD_IRQ + 37,
    VBOARD_IRQ_TIM5 = VBOARD_IRQ + 50,
    VBOARD_IRQ_OTG_FS = VBOARD_IRQ + 67,
};

/* ---- time: time.c ---- */

/* What happens later, each at most once at a time. */
enum vboard_event {
    VBOARD_EVENT_SYSTICK,
    VBOARD_EVENT_HSE,
    VBOARD_EVENT_PLL,
    VBOARD_EVENT_FLASH,
    VBOARD_EVENT_ADC,
    VBOARD_EVENT_USART,
    VBOARD_EVENT_TIM2,
    VBOARD_EVENT_TIM3,
    VBOARD_EVENT_TIM4,
    VBOARD_EVENT_TIM5,
    VBOARD_EVENT_TIM11,
    VBOARD_EVENT_WATCHDOG,
    VBOARD_EVENT_COUNT,
};

/*
 * The machine counts the CPU's cycles, asleep or not. Times in nanoseconds follow from them, since
 * the last change of the frequency.
 */
struct vboard_time {
    uint64_t cycles;
    uint32_t hclk_hz;
    uint64_t base_cycles; /* at this cycle */
    uint64_t base_ns;     /* it was this time */
    uint64_t due_ns[VBOARD_EVENT_COUNT];
    uint64_t next_ns; /* the least of them */
};

/* ---- the parts' state ---- */

enum {
    VBOARD_CODE_PAGE = 4096,
    VBOARD_CODE_PAGES = 1024 * 1024 / VBOARD_CODE_PAGE,
};

struct vboard_cpu {
    uc_engine *uc;
    uint64_t stop_cycles; /* the run ends at the first block from here */
    uint32_t block;       /* that is being executed, or was the last one */
    uint32_t block_size;
    /* Pages of flash from which code was translated. */
    bool executed[VBOARD_CODE_PAGES];
    bool stopped;   /* we asked for the end */
    bool stalls;    /* the flash is busy: whoever fetches from it has to wait */
    bool stalled;   /* somebody does */
    bool attention; /* the run loop has to look at something soon */
    bool asleep;
    bool event; /* for WFE */
    bool locked_up;
    uint32_t interrupt; /* of UC_HOOK_INTR, 0: none came */
    bool faulted;       /* an access that nothing answers: */
    uint8_t fault_type; /* uc_mem_type */
    uint32_t fault_address;
    uint32_t fault_size;
};

struct vboard_breakpoint {
    bool set;
    uint32_t address;
};

struct vboard_debug {
    bool attached;
    bool halted;
    bool steps;            /* one instruction, and no interrupt */
    unsigned instructions; /* that a step has come to: the second one is too far */
    bool passes;           /* the breakpoint at `pass` does not count: execution begins there */
    uint32_t pass;
    uc_hook hook;
    unsigned breakpoint_count;
    struct vboard_breakpoint breakpoints[VBOARD_BREAKPOINTS];
};

struct vboard_nvic {
    uint8_t priority[VBOARD_EXCEPTIONS];
    bool enabled[VBOARD_EXCEPTIONS];
    bool pending[VBOARD_EXCEPTIONS];
    bool active[VBOARD_EXCEPTIONS];
    bool line[VBOARD_EXCEPTIONS]; /* the level of the interrupt's input */
    bool dirty;                   /* what follows is no longer true */
    int candidate;                /* would be taken but for the mask registers; -1: none */
    int candidate_priority;
    uint32_t current; /* IPSR */
};

struct vboard_scb {
    uint32_t vtor, aircr, scr, ccr, shcsr, cfsr, hfsr, mmfar, bfar, cpacr, demcr;
    uint32_t fpccr, fpcar, fpdscr;
};

struct vboard_systick {
    uint32_t ctrl, load;
    uint64_t start_cycles; /* the counter was loaded then */
    uint32_t stopped_at;   /* its value while it does not count */
};

enum {
    VBOARD_RCC_WORDS = 0x90 / 4,
    VBOARD_PORTS = 9, /* GPIOA to GPIOI */
};

struct vboard_rcc_state {
    uint32_t words[VBOARD_RCC_WORDS];
    uint32_t pclk_hz[2];
    bool hse_ready, pll_ready;
};

struct vboard_power {
    uint32_t cr, csr;
};

struct vboard_gpio {
    uint32_t moder, otyper, ospeedr, pupdr, odr, lckr, afr[2];
    uint16_t shown; /* outputs: what the trace has told last */
    uint16_t known; /* pins that it has told anything about */
};

struct vboard_flash_state {
    uint32_t acr, cr, sr, optcr;
    uint8_t key_step, option_step;
    bool keys_broken, option_keys_broken; /* until the next reset */
    uint64_t end_ns;                      /* of the operation that goes on */
    bool hides;                           /* flash cannot be read meanwhile */
    /* A write that the CPU has just done to the memory, to be undone: memory_undo(). */
    bool undo;
    uint32_t undo_address;
    uint32_t undo_size;
    uint8_t undo_bytes[8];
    /* A run of programming, for one line of the trace. */
    uint32_t run_address, run_size, run_count;
    uint64_t run_start_us;
};

struct vboard_adc {
    uint32_t sr, cr1, cr2, smpr[2], sqr[3], dr, ccr;
};

struct vboard_usart_state {
    uint32_t sr, dr, brr, cr1, cr2, cr3, gtpr;
    bool holds, shifts; /* TDR is full; the shift register works */
    uint8_t held, shifted;
    bool sr_read;
};

struct vboard_timer {
    uint32_t cr1, cr2, smcr, dier, sr, ccmr[2], ccer, psc, psc_used, arr, ccr[4], or_;
    uint64_t start_ns; /* at this time the counter was */
    uint32_t start_count;
    uint64_t captured; /* TIM11: the edge that was captured last, counted since HSE is on */
};

enum {
    VBOARD_TIMERS = 5, /* TIM2 to TIM5, TIM11 */
    VBOARD_TIM11 = 4,
};

struct vboard_watchdog {
    bool on, unlocked;
    uint32_t pr, rlr;
};

struct vboard_symbols;

struct vboard_machine {
    struct vboard *board;
    bool on;
    bool breaks; /* run() should return */
    bool inside; /* run() is at work */
    /* What has to wait until the CPU has stopped: */
    bool leaves_rom; /* the ROM has jumped to the program: its memory is at 0 */
    bool reset_due;
    enum vboard_cause reset_cause;
    bool remap_due;
    bool rom_due; /* the program has jumped into the ROM */
    struct vboard_otg *otg;
    struct vboard_host *host;
    uint64_t host_ns;      /* the host's time */
    unsigned connected_as; /* vboard_host_connection() of what the clients have been shown */
    uint8_t *system;       /* system memory as the CPU reads it: 0x1fff0000 to 0x1fffffff */
    uint8_t mapped_at_0;   /* SYSCFG_MEMRMP as it is in force */
    uint32_t at_0_size;

    struct vboard_time time;
    struct vboard_cpu cpu;
    struct vboard_debug debug;
    struct vboard_nvic nvic;
    struct vboard_scb scb;
    struct vboard_systick systick;
    struct vboard_rcc_state rcc;
    uint64_t hse_start_ns; /* the crystal swings since then */
    struct vboard_power power;
    struct vboard_gpio gpio[VBOARD_PORTS];
    struct vboard_flash_state flash;
    uint32_t crc, crc_idr;
    struct vboard_adc adc;
    struct vboard_usart_state usart;
    struct vboard_timer timers[VBOARD_TIMERS];
    struct vboard_watchdog watchdog;
    uint32_t syscfg[8];
    uint32_t exti[6];
    uint32_t dbgmcu[3];
    uint32_t dwt_ctrl;
    uint32_t dwt_count;
    uint64_t dwt_start;
    uint32_t mpu[5];
    uint64_t noted[4]; /* blocks of peripherals that were already told to be missing */

    struct vboard_symbols *symbols;
    char last_violation[160];
};

/* ---- time.c ---- */

void vboard_time_start(struct vboard_machine *machine, uint64_t now_ns);
uint64_t vboard_time_now_ns(const struct vboard_machine *machine);
/* The first cycle at or after that time. */
uint64_t vboard_time_cycle(const struct vboard_machine *machine, uint64_t at_ns);
uint64_t vboard_time_of_cycle(const struct vboard_machine *machine, uint64_t cycle);
/* Time goes on by itself up to a point: the CPU sleeps, or waits for the flash. */
void vboard_time_skip(struct vboard_machine *machine, uint64_t to_ns);
void vboard_time_set_hclk(struct vboard_machine *machine, uint32_t hz);
void vboard_schedule(struct vboard_machine *machine, enum vboard_event event, uint64_t at_ns);
void vboard_cancel(struct vboard_machine *machine, enum vboard_event event);
/* Lets all happen that is due. */
void vboard_time_happen(struct vboard_machine *machine);
/* How many periods of a frequency fit a span, and how long so many take (rounded up). */
uint64_t vboard_periods(uint64_t span_ns, uint32_t hz);
uint64_t vboard_span_ns(uint64_t periods, uint32_t hz);

/* ---- cpu.c ---- */

bool vboard_cpu_open(struct vboard_machine *machine);
void vboard_cpu_close(struct vboard_machine *machine);
void vboard_cpu_reset(struct vboard_machine *machine, uint32_t stack, uint32_t pc);
/* Executes until something is to be done about it, and does it. */
void vboard_cpu_run(struct vboard_machine *machine);
uint32_t vboard_cpu_get(const struct vboard_machine *machine, int reg);
void vboard_cpu_set(struct vboard_machine *machine, int reg, uint32_t value);
/* Soon the run loop looks at what has changed. */
void vboard_cpu_attend(struct vboard_machine *machine);

/* ---- exception.c ---- */

void vboard_exception_enter(struct vboard_machine *machine, unsigned number);
void vboard_exception_return(struct vboard_machine *machine, uint32_t how);
/* A fault of the instruction at the PC; `cfsr` tells which. */
void vboard_fault(struct vboard_machine *machine, unsigned number, uint32_t cfsr);
void vboard_hard_fault(struct vboard_machine *machine, uint32_t hfsr);

/* ---- nvic.c, scb.c, systick.c ---- */

void vboard_nvic_pend(struct vboard_machine *machine, unsigned number);
/* The level of an interrupt's input. */
void vboard_nvic_line(struct vboard_machine *machine, unsigned number, bool level);
/* The exception that is to be entered now, or -1. */
int vboard_nvic_take(struct vboard_machine *machine);
/* Whether one would be entered if PRIMASK were 0: what ends WFI. */
bool vboard_nvic_wakes(struct vboard_machine *machine);
void vboard_nvic_activate(struct vboard_machine *machine, unsigned number);
void vboard_nvic_deactivate(struct vboard_machine *machine, unsigned number);
/* The priority at which the CPU executes, mask registers included; 256: thread mode. */
int vboard_nvic_execution_priority(struct vboard_machine *machine);
int vboard_nvic_priority(const struct vboard_machine *machine, unsigned number);
void vboard_systick_event(struct vboard_machine *machine);

/* ---- memory.c ---- */

/*
 * A peripheral. A write comes with the bytes of the word that are written in `mask`; the others
 * are 0 in `value`.
 */
struct vboard_device {
    const char *name;
    uint32_t base;
    uint32_t size;
    uint8_t clock;     /* offset of its enable register in the RCC; 0: always on */
    uint8_t clock_bit; /* in there */
    uint32_t (*read)(struct vboard_machine *machine, uint32_t offset);
    void (*write)(struct vboard_machine *machine, uint32_t offset, uint32_t value, uint32_t mask);
    void (*reset)(struct vboard_machine *machine);
};

/* A reset register of the RCC was written: RM0090, 7.3.5 to 7.3.9. */
void vboard_memory_reset_devices(struct vboard_machine *machine, uint32_t offset, uint32_t value);
bool vboard_memory_map(struct vboard_machine *machine);
void vboard_memory_reset(struct vboard_machine *machine);
/* What lies at 0, by SYSCFG_MEMRMP: 0 flash, 1 system memory, 3 SRAM (RM0090, 9.2.1). */
void vboard_memory_remap(struct vboard_machine *machine);
/* The memory behind a range that the CPU can read: NULL if there is none. */
uint8_t *vboard_memory_at(const struct vboard_machine *machine, uint32_t address, uint32_t size);
bool vboard_memory_is_ram(const struct vboard_machine *machine, uint32_t address, uint32_t size);
bool vboard_memory_is_flash(const struct vboard_machine *machine, uint32_t address);
/* A block of code begins: in flash it is remembered what was translated. */
void vboard_memory_executed(struct vboard_machine *machine, uint32_t address, uint32_t size);
/* Another contents of flash: what was translated of it holds no longer. */
void vboard_memory_changed(struct vboard_machine *machine, uint32_t address, uint32_t size);
/* All flash and RAM: code that was translated is translated anew. */
void vboard_memory_all_changed(struct vboard_machine *machine);

/* ---- flash_controller.c ---- */

void vboard_flashc_event(struct vboard_machine *machine);
/* The CPU writes to flash or to option bytes: before it does so. */
void vboard_flashc_store(struct vboard_machine *machine, uint32_t address, uint32_t size,
                         uint64_t value);
/* After it. */
void vboard_flashc_undo(struct vboard_machine *machine);
/* The CPU reads flash that is busy: time passes until it can. */
void vboard_flashc_wait(struct vboard_machine *machine);
/* The chip is reset in the middle of an operation. */
void vboard_flashc_abandon(struct vboard_machine *machine);
void vboard_flashc_end_run(struct vboard_machine *machine);

/* ---- peripherals ---- */

#define VBOARD_DEVICE(name)                                                                        \
    uint32_t vboard_##name##_read(struct vboard_machine *machine, uint32_t offset);                \
    void vboard_##name##_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,    \
                               uint32_t mask);                                                     \
    void vboard_##name##_reset(struct vboard_machine *machine)

VBOARD_DEVICE(nvic);
VBOARD_DEVICE(scb);
VBOARD_DEVICE(systick);
VBOARD_DEVICE(flashc);
VBOARD_DEVICE(rcc);
VBOARD_DEVICE(pwr);
VBOARD_DEVICE(rtc);
VBOARD_DEVICE(gpio);
VBOARD_DEVICE(crc);
VBOARD_DEVICE(adc);
VBOARD_DEVICE(usart);
VBOARD_DEVICE(timer2);
VBOARD_DEVICE(timer3);
VBOARD_DEVICE(timer4);
VBOARD_DEVICE(timer5);
VBOARD_DEVICE(timer11);
VBOARD_DEVICE(watchdog);
VBOARD_DEVICE(syscfg);
VBOARD_DEVICE(exti);
VBOARD_DEVICE(dbgmcu);
VBOARD_DEVICE(dwt);

/* Whether the backup domain takes writes; reports it if not. */
bool vboard_pwr_writable(struct vboard_machine *machine);
void vboard_rcc_hse_event(struct vboard_machine *machine);
void vboard_rcc_pll_event(struct vboard_machine *machine);
uint32_t vboard_rcc_crystal_hz(const struct vboard_machine *machine);
/* The clock of the timers on APB1 (0) or APB2 (1): RM0090, 7.2. */
uint32_t vboard_rcc_timer_hz(const struct vboard_machine *machine, unsigned bus);
/* The divider of HSE for the RTC and TIM11: 0, or 2 to 31. */
uint32_t vboard_rcc_rtcpre(const struct vboard_machine *machine);
/* The 48 MHz that the USB controller needs: the PLL's Q output. */
uint32_t vboard_rcc_usb_hz(const struct vboard_machine *machine);
void vboard_flashc_check_latency(struct vboard_machine *machine);
void vboard_adc_event(struct vboard_machine *machine);
void vboard_gpio_reset_port(struct vboard_machine *machine, unsigned number);
void vboard_usart_event(struct vboard_machine *machine);
/* The clock of all timers is about to change, and has changed. */
void vboard_timers_freeze(struct vboard_machine *machine);
void vboard_timers_thaw(struct vboard_machine *machine);
void vboard_timer_event(struct vboard_machine *machine, unsigned index);
void vboard_watchdog_event(struct vboard_machine *machine);

/* A register of which the bits in `mask` are written. */
static inline void vboard_merge(uint32_t *word, uint32_t value, uint32_t mask)
{
    *word = (*word & ~mask) | (value & mask);
}

/* ---- usb_port.c ---- */

bool vboard_port_open(struct vboard_machine *machine);
void vboard_port_close(struct vboard_machine *machine);
/* The chip comes out of reset; it is no longer a program that has the port. */
void vboard_port_start(struct vboard_machine *machine);
void vboard_port_stop(struct vboard_machine *machine);
/* Clocks have changed; a register of the RCC for enables or resets was written. */
void vboard_port_clocks(struct vboard_machine *machine);
void vboard_port_rcc_written(struct vboard_machine *machine, uint32_t offset, uint32_t value);
uint32_t vboard_port_read(struct vboard_machine *machine, uint32_t offset, unsigned width);
void vboard_port_write(struct vboard_machine *machine, uint32_t offset, unsigned width,
                       uint32_t value);
/* Starts a frame if one is due; when the next one is. */
uint64_t vboard_port_happen(struct vboard_machine *machine);

/* ---- machine.c ---- */

/* Whether that address belongs to the ROM, which then takes over. */
bool vboard_machine_enters_rom(struct vboard_machine *machine, uint32_t address);
/* Asks for a reset when the CPU has stopped. */
void vboard_machine_reset_soon(struct vboard_machine *machine, enum vboard_cause cause);
/* Executes up to a point in time, or less: machine->breaks. */
void vboard_machine_run(struct vboard_machine *machine, uint64_t until_ns);
/* Brings board->now_us up to the machine's time. */
void vboard_machine_tell_time(struct vboard_machine *machine);

/* ---- report.c, symbols.c ---- */

/* What real hardware would let pass or answer with a fault. `address`: what it is about. */
void vboard_report(struct vboard_machine *machine, uint32_t address, const char *format, ...)
    B0_PRINTF(3, 4);
/* The same for what is no mistake of the program: a line in the trace. */
void vboard_note(struct vboard_machine *machine, const char *format, ...) B0_PRINTF(2, 3);
/* Registers, to the trace and the standard error. */
void vboard_report_registers(struct vboard_machine *machine, const char *why);

/* NULL: no such file, or not an ELF file of a 32-bit little-endian machine. */
struct vboard_symbols *vboard_symbols_load(const char *file);
void vboard_symbols_free(struct vboard_symbols *symbols);
/* "main+0x12", or "" if nothing is known. */
void vboard_symbols_name(const struct vboard_symbols *symbols, uint32_t address, char *text,
                         size_t size);

#endif
