#!/bin/sh
# Dynamics that learn, seed by seed: labels until the forces are as good as the
# paper's (0.046 eV/angstrom), with EMT in the place of DFT, and their error on
# 200 frames of the walk that was made, which are labelled afterwards for this
# only.  Every other label counts.  The system is that of examples/paper-md; a
# seed is that of the velocities and of the queries.
#
#   md.sh [kelvin ...]        SEEDS=10  KNOBS='COUNT=20 ...'  OUT=folder
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
seeds=${SEEDS:-10}
out=${OUT:-$(mktemp -d)}

mkdir -p "$out"
test $# -gt 0 || set -- 300 800

echo 'kelvin seed labels force-mae/(eV/A) end'
for kelvin; do
    for seed in $(seq "$seeds"); do
        run=$out/$seed
        make -s --no-print-directory -C "$top/examples/paper-md" \
            OUT="$run" SEED="$seed" MORE="${KNOBS:-}" \
            "$run/$kelvin/parity.tsv" >&2
        end=unfinished
        test ! -e "$run/$kelvin/learned/final.xyz" || end=good
        printf '%s %s %s %s %s\n' "$kelvin" "$seed" \
            "$(grep -vc '^#' "$run/$kelvin/learned/ledger.tsv")" \
            "$(awk '!/^#/ { d = $1 - $2; s += d < 0 ? -d : d; n++ }
                END { printf "%.4f", s / n }' "$run/$kelvin/parity.tsv")" "$end"
    done
done | tee "$out/md.tsv"

awk '{ n[$1]++; m[$1] += $3; q[$1] += $3 * $3; e[$1] += $4
        if ($3 > most[$1]) most[$1] = $3
        if ($4 > worst[$1]) worst[$1] = $4
        good[$1] += $5 == "good" }
    END { for (k in n) {
        mean = m[k] / n[k]; v = n[k] > 1 ? (q[k] - n[k] * mean^2) / (n[k] - 1) : 0
        printf "%s K: %d of %d good; labels %.1f +- %.1f, at most %d; force " \
            "MAE %.4f, worst %.4f eV/A\n", k, good[k], n[k], mean, \
            1.96 * sqrt(v > 0 ? v / n[k] : 0), most[k], e[k] / n[k], worst[k]
    } }' "$out/md.tsv"
