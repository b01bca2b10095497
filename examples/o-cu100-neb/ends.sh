#!/bin/sh
# ends.sh BAND: first and last image of the last band of a trajectory.
set -eu

awk '/^[0-9]+$/ { n = $0; getline; k++
        frame[k] = n "\n" $0
        image[k] = match($0, / image=[0-9]+/) ? \
            substr($0, RSTART + 7, RLENGTH - 7) : -1
        next }
    { frame[k] = frame[k] "\n" $0 }
    END { print frame[k - image[k]]; print frame[k] }' "$1"
