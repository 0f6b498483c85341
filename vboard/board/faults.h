/* SPDX-License-Identifier: MIT */
/* Deliberate faults: those of the settings, and when they strike. */
#ifndef VBOARD_BOARD_FAULTS_H
#define VBOARD_BOARD_FAULTS_H

#include "settings.h"
#include <boot0/transport.h>

struct vboard;

/* Parses the value of fault=: one or more faults, joined by '+'. */
enum boot0_status vboard_faults_parse(const char *text, struct vboard_settings *settings,
                                      struct boot0_error *error);

/*
 * Whether a fault strikes the class request that has just been counted. Returns true if that ends
 * the transfer, with *result. The clock executes what the fault plans for this moment.
 */
bool vboard_faults_transfer(struct vboard *board, enum boot0_xfer *result);
/* After an answered GETSTATUS: may spoil the answer. */
void vboard_faults_status(struct vboard *board, uint8_t *data, size_t size);
/* The fault of that kind at that number, or NULL. */
const struct vboard_fault *vboard_faults_find(const struct vboard *board,
                                              enum vboard_fault_kind kind, uint64_t at);
/* The address that the board reads from a Set Address Pointer command. */
uint32_t vboard_faults_address(struct vboard *board, uint32_t address);
/* A flash operation has just been counted: may plan a loss of power in its middle. */
void vboard_faults_operation(struct vboard *board, uint64_t duration_us);
/* Replaces bytes of a configuration descriptor. */
void vboard_faults_descriptor(const struct vboard *board, uint8_t *bytes, size_t size);

#endif
