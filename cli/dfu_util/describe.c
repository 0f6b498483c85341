/* SPDX-License-Identifier: MIT */
/* Prints what dfu-util prints about a board, in its words: programs look for them. */
#include "../print.h"
#include "dfu_util.h"

#include <core/array.h>
#include <inttypes.h>
#include <string.h>

static void print_attributes(const struct boot0_board *board)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } names[] = {
        {BOOT0_DFU_CAN_DOWNLOAD, "bitCanDnload"},
        {BOOT0_DFU_CAN_UPLOAD, "bitCanUpload"},
        {BOOT0_DFU_MANIFESTATION_TOLERANT, "bitManifestationTolerant"},
        {BOOT0_DFU_WILL_DETACH, "bitWillDetach"},
    };

    print("DFU attributes: (0x%02x)", board->attributes);
    for (size_t i = 0; i < B0_LENGTH(names); i++)
        if (board->attributes & names[i].bit)
            print(" %s", names[i].name);
    print("\nDetach timeout %u ms\n", board->detach_timeout_ms);
}

void dfu_util_print_board(const struct boot0_board *board, bool verbose)
{
    print("Device ID %04x:%04x\n", board->usb.vendor, board->usb.product);
    print("Device DFU version %04x\n", board->dfu_version);
    if (verbose)
        print_attributes(board);
    puts("DFU state(2) = dfuIDLE, status(0) = No error condition is present");
    print("DFU mode device DFU version %04x\n", board->dfu_version);
    print("Device returned transfer size %u\n", board->transfer_size);
}

bool dfu_util_print_layout(const struct boot0_alternate *alternate, bool verbose)
{
    const char *name = alternate->name + (alternate->name[0] == '@');

    if (!alternate->has_layout)
        return false;
    print("DfuSe interface name: \"%.*s\"\n", (int)strcspn(name, "/"), name);
    for (size_t i = 0; i < alternate->layout.region_count && verbose; i++) {
        const struct boot0_region *region = &alternate->layout.regions[i];

        print("Memory segment at 0x%08x %3u x %4u = %5" PRIu64 " (%s%s%s)\n", region->address,
              region->sector_count, region->sector_size,
              (uint64_t)region->sector_count * region->sector_size,
              region->access & BOOT0_SECTOR_READABLE ? "r" : "",
              region->access & BOOT0_SECTOR_ERASABLE ? "e" : "",
              region->access & BOOT0_SECTOR_WRITABLE ? "w" : "");
    }
    return true;
}
