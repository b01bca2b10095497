#!/bin/sh
# Killed anywhere, a run goes on with the same command, to the same bytes.
# shellcheck disable=SC2016,SC2034 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

KILLS=${KILLS:-20}
KINDS=${KINDS:-relax network neb md online-relax online-md online-neb}
SEED=${SEED:-1}

example=$TOP/examples/c-cu100-emt/start.xyz
cat >small.xyz <<'END'
3
Properties=species:S:1:pos:R:3 pbc="F F F"
Cu 0 0 0
Cu 2.3 0 0
Cu 1 2 0
END

# Runs are process groups of their own, under the process $run; what they
# say is in log.  (A shell starts what it does not wait for deaf to SIGINT.)
loop() { # loop PIPELINE DIR KNOB=...
    mk=$1 dir=$2
    shift 2
    env --default-signal=INT setsid make -s -f "$TOP/pipelines/$mk.mk" \
        DIR="$dir" "$@" >log 2>&1 &
    run=$!
}
small() {
    dir=$1
    shift
    loop relax "$dir" START=small.xyz FMAX=0.3 COMMITTEE=2 \
        TRAIN_FLAGS='--epochs=3 --hidden=4 -j1' "$@"
}

# One run of each pipeline: whole KIND DIR
bench=$TOP/tests/bench/al
ends=$TOP/examples/o-cu100-neb/ends.xyz
whole() {
    case $1 in
    relax) loop relax "$2" START="$example" COMMITTEE=2 \
        TRAIN_FLAGS='--epochs=60 -j1' ;;
    network) loop relax "$2" START="$example" MODEL=network COMMITTEE=2 \
        TASKS=2 COUNT=2 STRATEGY=last+random TRAIN_FLAGS='--epochs=40 -j1' ;;
    neb) loop neb "$2" START="$ends" TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 ;;
    md) loop md "$2" START="$bench/co-cu100.xyz" STEPS=60 EVERY=5 COUNT=5 \
        MODEL=gp TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 ;;
    online-relax) loop online "$2" START="$example" TRAIN_FLAGS=-j1 \
        SIMULATE_FLAGS=-j1 ;;
    online-md) loop online "$2" MODE=md START="$bench/co-cu100.xyz" STEPS=100 \
        TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 ;;
    online-neb) loop online "$2" MODE=neb START="$ends" STEPS=300 \
        MAX_ROUNDS=30 TOL=0.5 TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 ;;
    esac
}
ended() { wait "$run" 2>/dev/null; }

# (The page has the times that labels took.)
files() {
    (cd "$1" && find . -type f ! -name ledger.tsv ! -name report.html | sort)
}
labels() { # one identifier for each label
    sed -n 's/.* morsel_id=\([^ ]*\).*/\1/p' "$1"/[0-9]*/labels.xyz | sort
}
asked() { awk -F '\t' '!/^#/ { print $2 }' "$1/ledger.tsv" | sort; }

# compare DIR GOLDEN: empty if the run DIR is as good as GOLDEN, and its ledger
# has a line for each label
compare() {
    files "$2" >names
    files "$1" | diff names -
    while read -r f; do
        cmp "$2/$f" "$1/$f"
    done <names
    labels "$1" >have
    asked "$1" | diff have - | sed 's/^/labels (<), ledger (>): /'
}

# At every border: make starts each command by a shell that counts, and that
# takes the whole run with it when its number is up.
cat >fuse <<'END'
#!/bin/sh
n=$(($(cat fuse.count) + 1))
echo $n >fuse.count
test $n -ne "${FUSE:-0}" || kill -KILL 0
exec /bin/sh "$@"
END
chmod +x fuse

echo 0 >fuse.count
small still SHELL="$PWD/fuse"
ended && status=0 || status=$?
report "$status" 'a small run ends'
borders=$(cat fuse.count)
for i in $(seq "$borders"); do
    echo 0 >fuse.count
    export FUSE="$i"
    small torn SHELL="$PWD/fuse"
    ended || :
    unset FUSE
    small torn
    ended || cat log
    compare torn still | sed "s/^/command $i: /"
    rm -rf torn
done >differences 2>&1
expect 0 "killed before each of its $borders commands, it goes on" \
    'grep . differences >&2 && exit 1 || test "$borders" -ge 40'

# At random moments, most of which are within a tool.
delays() { # delays N: N times in seconds, up to half a whole run
    awk -v seed="$SEED" -v n="$1" -v ms="$ms" 'BEGIN {
        srand(seed)
        for (i = 0; i < n; i++)
            printf "%.3f\n", rand() * rand() * ms / 2000
    }'
}

# disturb KIND SIGNAL N: end a run at N random moments, with a new one in its
# place when it was faster, and then let it go to its end
disturb() {
    rm -rf wild
    for delay in $(delays "$3"); do
        whole "$1" wild
        sleep "$delay"
        if kill -s "$2" -- "-$run" 2>/dev/null; then
            killed=$((killed + 1))
        fi
        ended || :
        if test -e wild/final.xyz; then
            whole "$1" wild
            ended || cat log
            compare wild calm
            rm -rf wild
        fi
    done
    whole "$1" wild
    ended || cat log
    compare wild calm
}

for kind in $KINDS; do
    began=$(date +%s%N)
    rm -rf calm
    whole "$kind" calm
    ended && status=0 || status=$?
    report "$status" "$kind: the run that is left alone ends"
    ms=$((($(date +%s%N) - began) / 1000000))
    echo "# it takes $ms ms"
    case $kind in relax) signals='KILL TERM INT' ;; *) signals=KILL ;; esac
    for signal in $signals; do
        killed=0
        disturb "$kind" "$signal" "$KILLS" >differences 2>&1
        expect 0 "$kind: ended by SIG$signal at $killed moments, it goes on" \
            'grep . differences >&2 && exit 1 || test "$killed" -gt 0'
    done
done

finish
