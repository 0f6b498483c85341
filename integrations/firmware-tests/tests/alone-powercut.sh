#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Cuts the power in the middle of one flash operation of an update, one operation after another. With
# the power back, the same update must succeed. $1 is the board's flash, NEW the program to update to.
set -u
: "${NEW:?set NEW to the program to update to}"
for cut in 1 2 3 5 8 13 21; do
    cp "$FLASH" "$1"
    vboard "$CHIP:boot0=0,flash=$1,fault=powercut@$cut" -- boot0 flash --quiet "$NEW" &&
        continue # the update completed before the cut
    if ! vboard "$CHIP:boot0=0,flash=$1" -- boot0 flash --quiet --wait=20 "$NEW"; then
        echo "the board rejects an update after a power cut in flash operation $cut"
        exit 1
    fi
done
