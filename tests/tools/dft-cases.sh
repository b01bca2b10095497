#!/bin/sh
# Compare dft-single with other codes, case by case; a table on the standard
# output, differences in meV, per atom where energies, and per angstrom.
#
#   dft-cases.sh CASES.xyz [NAME ...]
#
# CASES.xyz is as dft_cases.py makes it.  Status 1 if a case differs by more
# than: GTH, free energy 0.05 meV/atom, forces 0.2 meV/angstrom, eigenvalues
# and Fermi level 0.5 meV, each term of the energy 0.5 meV/atom, stress (if
# there is one) 0.005 meV/angstrom^3, moment 0.001; UPF, energy 3
# meV a cell, whose absolute value hangs on how a file's tail is integrated,
# and forces 0.5 meV/angstrom.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cases=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v dir="$work" -v only=" $* " '
    left == 0 { left = $1 + 2; head = $0; next_is_comment = 1; left--; next }
    next_is_comment {
        match($0, / name=[^ ]*/)
        name = substr($0, RSTART + 6, RLENGTH - 6)
        wanted = only == "  " || index(only, " " name " ")
        file = dir "/" name ".xyz"
        if (wanted) {
            print name
            print head >file
        }
        next_is_comment = 0
    }
    { if (wanted) print >file; left-- }' "$cases" >"$work/names"

status=0
echo 'case code version energy forces eigenvalues fermi term which stress' \
    'steps s' >"$work/table"
while read -r name; do
    frame=$work/$name.xyz
    options=$(sed -n '2s/.* options="\([^"]*\)".*/\1/p' "$frame")
    before=$(date +%s.%N)
    # shellcheck disable=SC2086
    dft-single --engine=pw --verbose --no-symmetry --force-tol=1e-5 $options \
        "$frame" >"$work/label" 2>"$work/tell" </dev/null ||
        sed 's/^/# /' "$work/tell" >&2
    seconds=$(echo "$before $(date +%s.%N)" | awk '{ print $2 - $1 }')
    awk -v seconds="$seconds" -f "$here/dft-cases.awk" "$frame" "$work/label" \
        "$work/tell" >>"$work/table" || status=1
done <"$work/names"
column -t "$work/table" 2>/dev/null || cat "$work/table"
exit $status
