#!/bin/sh
# compare.sh OUT: what the loop has cost and found, beside the direct
# relaxations: OUT/direct-CAP.xyz and OUT/learned.  Every label counts.
set -eu

out=$1
count() { grep -c '^[0-9][0-9]*$' "$1"; }

# Of the last frame: its energy, and the largest force on an atom that moves.
last() {
    awk '/^[0-9]+$/ { getline; f = 0; col = 1; mask = 0
            for (i = 1; i <= NF; i++)
                if (index($i, "energy=") == 1) e = substr($i, 8)
                else if (index($i, "Properties=") == 1) n = split($i, p, ":")
            sub(/.*=/, "", p[1])
            for (i = 1; i < n; i += 3) {
                if (p[i] == "forces") force = col
                if (p[i] == "move_mask") mask = col
                col += p[i + 2]
            }
            next }
        !mask || $mask == "T" {
            f2 = $force ^ 2 + $(force + 1) ^ 2 + $(force + 2) ^ 2
            if (f2 > f) f = f2 }
        END { printf "%.5f  %.4f\n", e, sqrt(f) }' "$1"
}

line() { printf '%-34s %6d  %s\n' "$1" "$2" "$(last "$3")"; }

echo
printf '%-34s %6s  %s\n' '' labels 'energy, eV  fmax, eV/A'
for cap in 0.2 0.04; do
    test ! -e "$out/direct-$cap.xyz" || line "direct BFGS, steps up to $cap A" \
        "$(count "$out/direct-$cap.xyz")" "$out/direct-$cap.xyz"
done
line 'active learning, verified' "$(grep -vc '^#' "$out/learned/ledger.tsv")" \
    "$out/learned/final.xyz"
echo
echo "Result: $out/learned/final.xyz; page: $out/learned/report.html"
