#!/bin/sh
# Labels to a relaxed structure, by active learning and directly, with EMT in
# the place of DFT: one line per case and seed, then the mean of each case.
#
#   al.sh [case ...]          SEEDS=10  KNOBS='PRIOR=none ...'  OUT=folder
#
# A case is a file of this folder's al/, or examples/c-cu100-emt/start.xyz,
# the demo slab.  Every label counts, the first and the verifying ones too.
# Errors are those of the verified structure against the tight minimum
# (fmax 1e-4) that direct relaxation finds: energy in meV, and mean over all
# atoms of |dx| + |dy| + |dz| in milliangstrom.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
seeds=${SEEDS:-10}
knobs=${KNOBS:-}
out=${OUT:-$(mktemp -d)}
oracle='dft-single --engine=emt'

test $# -gt 0 || set -- "$top/examples/c-cu100-emt/start.xyz" \
    "$top"/tests/bench/al/*.xyz

# frames FILE: how many; last FILE: the rows of the last; value KEY FILE
frames() { grep -c '^[0-9][0-9]*$' "$1"; }
rows() { awk '/^[0-9]+$/ { n = 0; next } { row[n++] = $0 }
    END { for (i = 1; i < n; i++) print row[i] }' "$1"; }
value() { awk -v key="$1" '{ for (i = 1; i <= NF; i++)
    if (index($i, key "=") == 1) v = substr($i, length(key) + 2) }
    END { print v }' "$2"; }

structure_mae() { # of the last frames of two files, milliangstrom
    rows "$1" >"$out/a" && rows "$2" >"$out/b"
    paste -d ' ' "$out/a" "$out/b" | awk '
        function abs(x) { return x < 0 ? -x : x }
        { for (k = 2; k <= 4; k++) s += abs($k - $(k + NA)) }
        END { printf "%.2f", 1000 * s / NR }' \
        NA="$(awk '{ print NF; exit }' "$out/a")"
}

direct() { # the control: labels with both step caps, and the minimum
    simulate relax -q --oracle="$oracle" --fmax=0.05 -o "$case/direct.xyz" \
        "$start"
    simulate relax -q --oracle="$oracle" --fmax=0.05 --max-step=0.04 \
        --max-steps=500 -o "$case/direct-0.04.xyz" "$start"
    simulate relax -q --oracle="$oracle" --fmax=1e-4 --max-steps=1000 \
        -o "$case/tight.xyz" "$start"
}

run() { # one seed
    dir=$case/$1
    before=$(date +%s.%N)
    # shellcheck disable=SC2086
    make -s -f "$top/pipelines/relax.mk" START="$start" DIR="$dir" \
        ENGINE=emt SEED="$1" $knobs >"$dir.log" 2>&1 || true
    after=$(date +%s.%N)
    labels=$(grep -vc '^#' "$dir/ledger.tsv")
    if test -e "$dir/final.xyz"; then
        e=$(value energy "$dir/final.xyz")
        e0=$(value energy "$case/tight.xyz")
        mae=$(structure_mae "$dir/final.xyz" "$case/tight.xyz")
        echo "$e $e0 $mae" | awk -v n="$name" -v s="$1" -v l="$labels" \
            -v t0="$before" -v t1="$after" '{ printf "%s\t%d\t%d\t%.3f\t%s\t%.1f\n",
            n, s, l, 1000 * ($1 - $2), $3, t1 - t0 }'
    else
        echo "$name $1 $labels $before $after" |
            awk '{ printf "%s\t%d\t%d\tnan\tnan\t%.1f\n", $1, $2, $3, $5 - $4 }'
    fi
}

printf '# case\tseed\tlabels\tenergy_error/meV\tstructure_mae/mA\tseconds\n'
for start; do
    start=$(realpath "$start")
    name=$(basename "$start" .xyz)
    test "$name" != start || name=$(basename "$(dirname "$start")")
    case=$out/$name
    mkdir -p "$case"
    direct
    for seed in $(seq "$seeds"); do run "$seed"; done | tee "$case/table"
    awk -F '\t' -v name="$name" -v d="$(frames "$case/direct.xyz")" \
        -v d4="$(frames "$case/direct-0.04.xyz")" '
        { n++; if ($4 == "nan") next
          ok++; l += $3; l2 += $3 * $3; t += $6
          if ($4 > e) e = $4; if (-$4 > e) e = -$4; if ($5 > m) m = $5 }
        END {
          sd = ok > 1 ? sqrt((l2 - l * l / ok) / (ok - 1)) : 0
          printf "# %s: %d of %d converged, %.1f +- %.1f labels (95 %%), ",
              name, ok, n, l / ok, 1.96 * sd / sqrt(ok)
          printf "direct %d (%d with 0.04 A); worst %.2f meV, %.2f mA; ",
              d, d4, e, m
          printf "%.1f s a run\n", t / ok }' "$case/table"
done
