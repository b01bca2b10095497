#!/bin/sh
# The examples that are the paper's figures, smaller: their tables and plots are
# made, and the numbers are what they must be.
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

for tool in gnuplot make; do
    command -v "$tool" >/dev/null || {
        skip "examples: no $tool"
        finish
        exit
    }
done

example() { # example NAME KNOB=...
    name=$1
    shift
    make -s -C "$TOP/examples/$name" OUT="$PWD/$name" "$@"
}

drawn() { # drawn FILE...: each is a whole plot
    for plot; do
        grep -q '<path' "$plot" && grep -q '^</svg>' "$plot" || return 1
    done
}

# last COLUMN FILE: of the last line
last() { tail -1 "$2" | cut -f "$1"; }
below() { awk -v x="$1" -v most="$2" 'BEGIN { exit !(x * x <= most * most) }'; }

# A verified structure has no force above 0.05 eV/A; the softest mode of this
# slab has 1 eV/A^2 or more, so energy is within 0.05^2 / 2 per free degree, 27.
expect 0 'relaxations of the paper, one seed' \
    'example paper-relax SEEDS=1 KINDS="quasi random-4 none auto"'
expect 0 'last + random, with Morse, is verified' \
    'grep -q verified paper-relax/quasi/1.tsv &&
     below "$(last 2 paper-relax/quasi/1.tsv)" 0.034'
expect 0 'so is our default, with fewer labels' \
    'grep -q verified paper-relax/auto/1.tsv &&
     below "$(last 2 paper-relax/auto/1.tsv)" 0.034 &&
     test "$(last 1 paper-relax/auto/1.tsv)" -lt \
         "$(last 1 paper-relax/quasi/1.tsv)"'
expect 0 'without a prior atoms would have met' \
    'grep -q collision paper-relax/none/1.tsv'
expect 0 'twenty random labels after the first' \
    'test "$(last 1 paper-relax/random-4/1.tsv)" -eq 21'
expect 0 'the direct walk is ASE'"'"'s: 45 labels, and 24' \
    'example paper-relax SEEDS=1 KINDS=auto table >table &&
     grep -q "0.04 A: 45 labels to 0.05" table &&
     grep -q "0.2 A: 24 labels to 0.05" table'
expect 0 'the prior keeps atoms apart' \
    'none=$(sort -n -k 2 paper-relax/closest/none.band | head -1 | cut -f 2) &&
     morse=$(sort -n -k 2 paper-relax/closest/published.band | head -1 |
         cut -f 2) &&
     awk -v a="$none" -v b="$morse" "BEGIN { exit !(a < 1 && b > 1.2) }"'
expect 0 'its plots are drawn' \
    'drawn paper-relax/energy.svg paper-relax/structure.svg \
         paper-relax/closest.svg'

# Ends are relaxed to 0.05 eV/A, which leaves 0.6 meV; the issue asks for 5.
expect 0 'barriers of the paper, one seed' \
    'example paper-neb SEEDS=1 KINDS="max-de gp"'
expect 0 'our barrier is verified, within 5 meV' \
    'grep -q verified paper-neb/gp/1.tsv &&
     below "$(last 2 paper-neb/gp/1.tsv)" 0.005'
expect 0 'the rule by energies has its band, too' \
    'test "$(last 3 paper-neb/max-de/1.tsv)" = verified'
expect 0 'its plots are drawn' \
    'drawn paper-neb/barrier.svg paper-neb/bands.svg'

# The model has passed the test that is asked of it; on frames that it did not
# see the error may be twice that.
expect 0 'a short walk at 300 K' \
    'example paper-md TEMPERATURES=300 STEPS=200 CHECK=10 \
         MORE="COUNT=4 FORCE_ERROR=0.1" >table'
expect 0 'its forces are good' \
    'test -e paper-md/300/learned/final.xyz &&
     awk "{ d = \$1 - \$2; s += d < 0 ? -d : d; n++ }
         END { exit !(n > 100 && s / n < 0.2) }" paper-md/300/parity.tsv'
expect 0 'its plots are drawn' \
    'drawn paper-md/300/parity.svg paper-md/300/rdf.svg paper-md/300/mae.svg'

finish
