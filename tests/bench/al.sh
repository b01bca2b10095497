#!/bin/sh
# Labels to a relaxed structure, and to a barrier, by active learning and
# directly, with EMT in the place of DFT: a line per case and seed, then the
# mean of each case.
#
#   al.sh [case ...]          SEEDS=10  KNOBS='MODEL=network ...'  OUT=folder
#
# A case is a structure to relax or, of two frames, the ends of a band: the
# files of this folder's al/, the demo slab of examples/c-cu100-emt and the
# hop of examples/o-cu100-neb.  A hop is two cases, with the ends as they are
# and, "-relaxed", with ends that have been relaxed and labelled: these labels do
# not count.  Those of al/hops have one seed.  Seed 1 is the file as it is; every other begins
# with each free coordinate displaced by up to RATTLE angstrom at random, since
# a Gaussian process has no seed.  The control begins with the same structure.
# Every label counts, the first and the verifying ones too.
#
# Errors are those of the verified structure against the minimum of its own
# basin (fmax 1e-4), energy in meV and mean over all atoms of |dx| + |dy| +
# |dz| in milliangstrom; of a barrier, against the direct climbing band of nine
# images (fmax 0.01) from the same ends.  More than 20 meV above that minimum is
# a saddle point with small forces, of which both methods know nothing: those of
# either are counted, and are no part of the worst errors.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
seeds=${SEEDS:-10}
knobs=${KNOBS:-}
rattle=${RATTLE:-0.05}
out=${OUT:-$(mktemp -d)}
oracle='dft-single --quiet --engine=emt'

test $# -gt 0 || set -- "$top/examples/c-cu100-emt/start.xyz" \
    "$top"/tests/bench/al/*.xyz "$top/examples/o-cu100-neb/ends.xyz" \
    "$top"/tests/bench/al/hops/*.xyz

# frames FILE: how many; rows FILE: those of the last; value KEY FILE
frames() { grep -c '^[0-9][0-9]*$' "$1"; }
rows() { awk '/^[0-9]+$/ { n = 0; next } { row[n++] = $0 }
    END { for (i = 1; i < n; i++) print row[i] }' "$1"; }
last() { awk '/^[0-9]+$/ { n = 0 } { row[n++] = $0 }
    END { for (i = 0; i < n; i++) print row[i] }' "$1"; }
value() { awk -v key="$1" '{ for (i = 1; i <= NF; i++)
    if (index($i, key "=") == 1) v = substr($i, length(key) + 2) }
    END { print v }' "$2"; }
labels() { grep -vc '^#' "$1/ledger.tsv"; }

# The case as seed $1 has it: columns are species, position, move_mask.
start_of() {
    awk -v seed="$1" -v d="$rattle" '
        BEGIN { srand(seed) }
        NF == 5 && $5 == "T" && seed > 1 {
            for (k = 2; k <= 4; k++)
                $k = sprintf("%.8f", $k + d * (2 * rand() - 1))
        }
        { print }' "$file"
}

structure_mae() { # of the last frames of two files, milliangstrom
    rows "$1" >"$out/a" && rows "$2" >"$out/b"
    paste -d ' ' "$out/a" "$out/b" | awk '
        function abs(x) { return x < 0 ? -x : x }
        { for (k = 2; k <= 4; k++) s += abs($k - $(k + NA)) }
        END { printf "%.2f", 1000 * s / NR }' \
        NA="$(awk '{ print NF; exit }' "$out/a")"
}

pipeline() { # FILE: run it for a seed, whose seconds are left in $seconds
    before=$(date +%s.%N)
    # shellcheck disable=SC2086
    make -s -f "$top/pipelines/$1" START="$start" DIR="$dir" \
        DFT="$oracle" SEED="$seed" $knobs >"$dir.log" 2>&1 || true
    seconds=$(echo "$before $(date +%s.%N)" | awk '{ printf "%.1f", $2 - $1 }')
}

difference() { echo "$1 $2" | awk '{ printf "%.3f", 1000 * ($1 - $2) }'; }

relax() {
    simulate relax -q --oracle="$oracle" --max-steps=1000 -o "$dir-direct.xyz" \
        "$start" || true
    direct=$(frames "$dir-direct.xyz")
    last "$dir-direct.xyz" >"$dir-last.xyz"
    pipeline relax.mk
    error=nan mae=nan
    simulate relax -q --oracle="$oracle" --fmax=1e-4 --max-steps=1000 \
        -o "$dir-min.xyz" "$dir-last.xyz" || true
    control=$(difference "$(value energy "$dir-direct.xyz")" \
        "$(value energy "$dir-min.xyz")")
    if test -e "$dir/final.xyz"; then
        simulate relax -q --oracle="$oracle" --fmax=1e-4 --max-steps=1000 \
            -o "$dir-tight.xyz" "$dir/final.xyz" || true
        error=$(difference "$(value energy "$dir/final.xyz")" \
            "$(value energy "$dir-tight.xyz")")
        mae=$(structure_mae "$dir/final.xyz" "$dir-tight.xyz")
    fi
}

images() { grep -c ' image=' "$1"; }

# band [relaxed]
band() {
    control=0 more=$knobs
    simulate neb -q --oracle="$oracle" --relax-ends --images=5 --climb=0.5 \
        -o "$dir-direct.xyz" "$start" || true
    direct=$(($(frames "$dir-direct.xyz") - 5))
    if test "${1:-}" = relaxed; then
        direct=$(($(images "$dir-direct.xyz") - 5))
        sh "$top/examples/o-cu100-neb/ends.sh" "$dir-direct.xyz" >"$dir-ends.xyz"
        start=$dir-ends.xyz
        knobs="$knobs RELAX_ENDS=0 LABELLED=1"
    fi
    simulate neb -q --oracle="$oracle" --relax-ends --images=9 --climb=0.5 \
        --fmax=0.01 --max-steps=1000 -o "$dir-tight.xyz" "$start" || true
    pipeline neb.mk
    knobs=$more error=nan mae=nan
    test ! -e "$dir/final.xyz" ||
        error=$(difference "$(value dft_barrier "$dir/final.xyz")" \
            "$(value barrier "$dir-tight.xyz")")
}

# run NAME SEEDS [relaxed]: a line per seed of $file, then their mean
run() {
    name=$1
    mkdir -p "$out/$name"
    for seed in $(seq "$2"); do
        dir=$out/$name/$seed start=$out/$name/$seed.xyz
        start_of "$seed" >"$start"
        if test "$(frames "$start")" -eq 2; then band "${3:-}"; else relax; fi
        printf '%s\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n' "$name" "$seed" \
            "$(labels "$dir")" "$direct" "$error" "$mae" "$seconds" "$control"
    done | tee "$out/$name/table"
    awk -F '\t' -v name="$name" '
        { n++; if ($5 == "nan") next
          ok++; l += $3; l2 += $3 * $3; d += $4; q += log($3 / $4); t += $7
          if ($3 > most) most = $3
          saddles_direct += $8 > 20
          if ($5 > 20 && $6 != "nan") { saddles++; next }
          if ($5 > e) e = $5; if (-$5 > e) e = -$5; if ($6 > m) m = $6 }
        END {
          sd = ok > 1 ? sqrt((l2 - l * l / ok) / (ok - 1)) : 0
          printf "# %s: %d of %d converged, %.1f +- %.1f labels (95 %%), ",
              name, ok, n, l / ok, 1.96 * sd / sqrt(ok)
          printf "at most %d; direct %.1f, ratio %.3f; ", most, d / ok,
              exp(q / ok)
          printf "worst %.2f meV, %.2f mA; ", e, m
          printf "%d at a saddle (direct %d); %.1f s a run\n", saddles,
              saddles_direct, t / ok
        }' "$out/$name/table"
}

printf '# case\tseed\tlabels\tdirect\terror/meV\tstructure_mae/mA\tseconds\t'
printf 'error_of_direct/meV\n'
for file; do
    case=$(basename "$file" .xyz) many=$seeds
    case $case in start | ends)
        case=$(basename "$(dirname "$(realpath "$file")")") ;; esac
    case $file in */hops/*) many=1 ;; esac
    run "$case" "$many"
    test "$(frames "$file")" -ne 2 || run "$case-relaxed" "$many" relaxed
done
cat "$out"/*/table | awk -F '\t' '$6 != "nan" && $5 != "nan" {
    n++; q += log($3 / $4) } END { if (n) printf \
    "# relaxations: labels / those of BFGS, geometric mean %.3f\n", exp(q / n) }'
for ends in '' -relaxed; do
    cat "$out"/*/table | awk -F '\t' -v ends="$ends" '
        $6 == "nan" && (ends == "") == ($1 !~ /-relaxed$/) {
            n++
            if ($5 == "nan") { lost++; next }
            l += $3; if ($3 > most) most = $3
            e = $5 < 0 ? -$5 : $5; if (e > worst) worst = e }
        END { if (n > lost) printf "# hops%s: %d of %d converged, %.1f labels, " \
            "at most %d, worst %.2f meV\n", ends, n - lost, n, l / (n - lost),
            most, worst }'
done
