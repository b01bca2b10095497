#!/bin/sh
# What the loop has cost and found, beside the direct relaxations.
set -eu

out=$1
count() { grep -c '^[0-9][0-9]*$' "$1"; }
energy() { # of the last frame
    awk '{ for (i = 1; i <= NF; i++) if (index($i, "energy=") == 1) e = $i }
        END { print substr(e, 8) }' "$1"
}

learned=$(grep -vc '^#' "$out/learned/ledger.tsv")
echo
printf '%-34s %6s  %s\n' '' labels 'energy, eV'
printf '%-34s %6d  %.5f\n' 'direct BFGS, steps up to 0.2 A' \
    "$(count "$out/direct.xyz")" "$(energy "$out/direct.xyz")"
printf '%-34s %6d  %.5f\n' 'direct BFGS, steps up to 0.04 A' \
    "$(count "$out/direct-0.04.xyz")" "$(energy "$out/direct-0.04.xyz")"
printf '%-34s %6d  %.5f\n' 'active learning, verified' \
    "$learned" "$(energy "$out/learned/final.xyz")"
echo
echo "Result: $out/learned/final.xyz; plot: $out/learned/learning.svg"
