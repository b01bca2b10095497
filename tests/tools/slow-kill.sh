#!/bin/sh
# Killed anywhere, a run goes on with the same command, to the same bytes.
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

KILLS=${KILLS:-40}
SEED=${SEED:-1}

start=$TOP/examples/c-cu100-emt/start.xyz
relax() { # relax DIR: a process group of its own, under process $run
    setsid make -s -f "$TOP/pipelines/relax.mk" START="$start" DIR="$1" \
        COMMITTEE=2 TRAIN_FLAGS='--epochs=60 -j1' >log 2>&1 &
    run=$!
}
files() { (cd "$1" && find . -type f ! -name ledger.tsv | sort); }
labels() { # one identifier for each label
    sed -n 's/.* morsel_id=\([^ ]*\).*/\1/p' "$1"/[0-9]*/labels.xyz | sort
}
asked() { awk -F '\t' '!/^#/ { print $2 }' "$1/ledger.tsv" | sort; }

began=$(date +%s%N)
relax whole
expect 0 'the run that is left alone ends' "wait $run"
ms=$((($(date +%s%N) - began) / 1000000))

# delays N: N times in seconds, equal for equal SEED, over half a whole run
delays() {
    awk -v seed="$SEED" -v n="$1" -v ms="$ms" 'BEGIN {
        srand(seed)
        for (i = 0; i < n; i++)
            printf "%.3f\n", rand() * rand() * ms / 2000
    }'
}

# disturb DIR SIGNAL N: end the run at N random moments, beginning anew when
# it was faster, and then let it go to its end
ends=0
disturb() {
    for delay in $(delays "$3"); do
        relax "$1"
        sleep "$delay"
        kill -s "$2" -- "-$run" 2>/dev/null || ends=$((ends + 1))
        wait "$run" || :
        if test -e "$1/final.xyz"; then
            compare "$1" "$2"
            rm -rf "$1"
        fi
    done
    relax "$1"
    wait "$run" || :
    compare "$1" "$2"
}

differ() { # the files of a run that are not those of the whole one
    files whole >names
    files "$1" | diff names -
    while read -r f; do
        cmp "whole/$f" "$1/$f"
    done <names
}

compare() {
    expect 0 "after SIG$2, all files are there, and the same" \
        "differ $1 2>&1 | grep . >&2 && exit 1 || exit 0"
    expect 0 "after SIG$2, no label was asked twice" \
        "asked $1 | uniq -d | grep . >&2 && exit 1 || exit 0"
    # a kill between a label and its line loses the line, not the label
    labels "$1" >have
    asked "$1" >paid
    expect 0 "after SIG$2, the ledger lacks nothing else" \
        'test "$(comm -13 have paid | wc -l)" -eq 0'
    echo "# lines lost: $(comm -23 have paid | wc -l)"
}

disturb killed KILL "$KILLS"
disturb ended TERM $((KILLS / 4))
disturb broken INT $((KILLS / 4))
echo "# a whole run takes $ms ms; $ends signals came too late"

finish
