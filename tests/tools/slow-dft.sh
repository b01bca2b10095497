#!/bin/sh
# Cases that ABINIT and pw.x have computed with norm-conserving potentials, ours
# and all of ../shared: the table of differences, and a check for each case.
# shellcheck disable=SC2086 # CASES are words
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# compare FRAMES: those of CASES, or all
compare() {
    sh "$TOP/tests/tools/dft-cases.sh" "$1" ${CASES:-} >table || :
    sed 's/^/# /' table
    sed 1d table >rows
    while read -r line; do
        case $line in
        *' ok') report 0 "$line" ;;
        *) report 1 "$line" ;;
        esac
    done <rows
}

compare "$TOP/tests/ref/dft/slow.xyz"

reference=$TOP/../shared/reference/dft
pseudo=$TOP/../shared/pseudo

if test ! -d "$reference" || test ! -d "$pseudo"; then
    skip 'plane waves beside ABINIT and pw.x: no ../shared/reference/dft'
    finish
    exit
fi
if ! command -v python3 >/dev/null; then
    skip 'plane waves beside ABINIT and pw.x: no python3'
    finish
    exit
fi
expect 0 'makes frames of the references' \
    "python3 $TOP/tests/tools/dft_cases.py $reference $pseudo >cases.xyz"
cp out cases.xyz
compare cases.xyz
finish
