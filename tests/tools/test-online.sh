#!/bin/sh
# online.mk and md.mk: a walk that learns on the way is one walk, whatever
# happens to it; DFT has seen what it says that DFT has seen.
# shellcheck disable=SC2016,SC2034 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

online=$TOP/pipelines/online.mk
offline=$TOP/pipelines/md.mk
start=$TOP/examples/c-cu100-emt/start.xyz
co=$TOP/tests/bench/al/co-cu100.xyz
export OPENBLAS_NUM_THREADS=1

relax() { # relax DIR KNOB=...
    dir=$1
    shift
    make -s -f "$online" DIR="$dir" START="$start" TRAIN_FLAGS=-j1 \
        SIMULATE_FLAGS=-j1 "$@"
}
dynamics() {
    relax "$@" MODE=md START="$co" STEPS=100
}
learned() {
    dir=$1
    shift
    make -s -f "$offline" DIR="$dir" START="$co" TRAIN_FLAGS=-j1 \
        SIMULATE_FLAGS=-j1 STEPS=60 EVERY=5 COUNT=5 MODEL=gp "$@"
}

labels() { grep -vc '^#' "$1/ledger.tsv"; }
on() { # on DIR TEXT: the page holds TEXT, also over several lines
    tr '\n' ' ' <"$1/report.html" | grep -qF -e "$2"
}
at_labels() { # step and energy of each label of DIR before the last round
    n=$(find "$1" -path '*/labels.xyz' | wc -l)
    for i in $(seq 0 $((n - 2))); do
        awk -v first="$i" 'NR == 2 { for (i = 1; i <= NF; i++) {
            if ($i ~ /^step=/) step = $i
            if ($i ~ /^free_energy=/) energy = $i
        } print first ? step : "step=0", energy }' "$1/$i/labels.xyz"
    done
}
in_walk() { # step and energy of each frame of the walk that has a label
    awk '/Properties=/ && / free_energy=/ { for (i = 1; i <= NF; i++) {
        if ($i ~ /^step=/) step = $i
        if ($i ~ /^free_energy=/) energy = $i
    } print step, energy }' "$1/walk.xyz"
}
same_run() { # same_run DIR GOLDEN: but for the times that labels took
    diff -r -x ledger.tsv -x report.html -x lock "$1" "$2" >&2 &&
        test "$(labels "$1")" -eq "$(labels "$2")"
}

# --- a relaxation ----------------------------------------------------------

expect 0 'relaxes on the way' 'relax loop'
equal 'by at most 15 labels' "$(test "$(labels loop)" -le 15; echo $?)" 0
equal 'each in its line' "$(labels loop)" \
    "$(cat loop/[0-9]*/labels.xyz | grep -c '^13$')"
last=$(($(labels loop) - 1))
expect 0 'to what DFT has found relaxed' \
    'converged --fmax=0.05 loop/final.xyz &&
    sed "s/query=.*//" "loop/$last/labels.xyz" | head -n 2 >wanted &&
    head -n 2 loop/final.xyz | sed "s/query=.*//" | cmp - wanted'
steps=$(value step loop/walk.xyz | tail -n 1)
equal 'in one walk, each step once and in order' \
    "$(value step loop/walk.xyz | tr '\n' ' ')" "$(seq 0 "$steps" | tr '\n' ' ')"
equal 'whose labels are those that were asked for' "$(in_walk loop)" \
    "$(at_labels loop)"
equal 'the start and all where it waited' "$(in_walk loop | wc -l)" "$last"
tail -n 15 loop/walk.xyz | awk 'NR > 2 { print $1, $2, $3, $4 }' >there
awk 'NR > 2 { print $1, $2, $3, $4 }' loop/final.xyz >verified
expect 0 'it ends where DFT has looked' 'cmp there verified'
expect 0 'a run that is done stays as it is' \
    'cp -r loop before && relax loop && diff -r before loop'
expect 0 'its page says what it is' 'on loop "Relaxation of CCu" &&
    on loop "The result was calculated by" && on loop "DFT calls, all counted"'
expect 0 'a committee learns, too' 'relax nets MODEL=network COMMITTEE=2 \
    TRAIN_FLAGS="--epochs=40 --hidden=5,5 -j1" FMAX=0.3 ML_FMAX=0.1 TOL=0.5'
equal 'in one walk' "$(value step nets/walk.xyz | uniq -d)" ''

# --- dynamics ----------------------------------------------------------------

expect 0 'walks on the way' 'dynamics walk'
equal 'each step once and in order' "$(value step walk/final.xyz | tr '\n' ' ')" \
    "$(seq 0 100 | tr '\n' ' ')"
equal 'in equal times' "$(value time walk/final.xyz | awk '{ print $1 - t; t = $1 }' |
    sed 1d | sort -u)" 1
expect 0 'that is the walk so far' 'cmp walk/walk.xyz walk/final.xyz'
equal 'labels where they were' "$(in_walk walk)" "$(at_labels walk)"
equal 'and some of them' "$(test "$(labels walk)" -ge 4; echo $?)" 0
# Bussi, Donadio and Parrinello conserve an effective energy; where a model
# takes the place of another it jumps by what that was wrong, not more.
equal 'the conserved energy jumps by less than 0.1 eV' \
    "$(value conserved walk/final.xyz | awk 'NR > 1 && ($1 - e) ^ 2 > 0.01
        { e = $1 }')" ''
expect 0 'its page shows the whole walk' 'on walk "Molecular dynamics of CCu" &&
    on walk "holds 101 frames: the whole walk" && on walk "length of the walk" &&
    on walk "steps at least 100"'
absent walk/learning.svg
equal 'a line for each stretch, with the step at which it ended' \
    "$(awk '!/^#/ && NR > 2 { print $4 }' walk/summary.tsv)" \
    "$(cat walk/[1-9]/traj.xyz walk/[1-9][0-9]/traj.xyz 2>/dev/null |
        awk '/reason=/ { for (i = 1; i <= NF; i++)
            if ($i ~ /^step=/) print substr($i, 6) }')"
expect 0 'every tenth step is a frame' 'dynamics thin EVERY=10 TOL=0.15'
equal 'in order' "$(value step thin/final.xyz | tr '\n' ' ')" \
    "$(seq 0 10 100 | tr '\n' ' ')"

# --- bands -----------------------------------------------------------------

ends=$TOP/examples/o-cu100-neb/ends.xyz
band() {
    dir=$1
    shift
    relax "$dir" MODE=neb START="$ends" STEPS=300 MAX_ROUNDS=30 "$@"
}
verified() { sed -n 's/verified: barrier \([^ ]*\) .*/\1/p' out; }

# The tight barrier is 0.12945 eV: tests/tools/test-neb.sh.
expect 0 'finds a barrier on the way' 'band neb'
near 'within 5 meV' "$(verified)" 0.12945 0.005
equal 'by at most 15 labels' "$(test "$(labels neb)" -le 15; echo $?)" 0
expect 0 'stationary points, by DFT' 'converged --criterion=neb --end-twin=0.1 \
    --trajectory=neb/final.xyz $(ls -d neb/[0-9]*/labels.xyz)'
equal 'three labels in the band' "$(grep -c ' free_energy=' neb/final.xyz)" 3
expect 0 'a run that is done stays as it is' \
    'rm -rf before && cp -r neb before && band neb && diff -r before neb'
expect 0 'its page is of a path' 'on neb "Reaction path of" && on neb Converged'
simulate neb -q --relax-ends --fmax=0.01 -o tight.xyz \
    --oracle='dft-single -q --engine=emt' "$ends"
tail -n 75 tight.xyz | awk 'NR <= 15 || NR > 60' >relaxed.xyz
between() { band "$@" START=relaxed.xyz RELAX_ENDS=0; }
expect 2 'ends that are not relaxed cannot stay' 'band stays RELAX_ENDS=0'
says 'stays/0/labels.xyz: frame 1 is not relaxed: by its label the largest force'
expect 0 'from relaxed ends' 'between inner'
near 'the same barrier' "$(verified)" 0.12945 0.005
expect 0 'images in doubt were asked' \
    'cat inner/[1-9]*/asked.xyz | grep image_uncertain= | grep -q query=last'
for i in inner/[1-9]*; do # all that stopped in doubt go on with that label
    next=inner/$((${i#inner/} + 1))/traj.xyz
    grep -qs reason=uncertainty "$i/traj.xyz" || continue
    image=$(value image "$i/asked.xyz") step=$(value step "$i/asked.xyz")
    grep " image=$image " "$next" | grep " step=$step " | head -n 1 |
        grep -q ' free_energy=' || echo "$i: image $image, step $step"
done >lost 2>&1
expect 1 'and the band went on with the answers' 'cat lost; test -s lost'
cp -r inner cut
rm -rf cut/final.xyz cut/4/verdict cut/4/labels* cut/4/asked.xyz cut/[5-9] cut/1?
sed -i 7q cut/ledger.tsv
expect 0 'goes on after a kill' 'between cut'
expect 0 'to the same bytes' 'diff -r -x ledger.tsv -x report.html cut inner'
rm -rf cut

# --- learning between walks --------------------------------------------------

expect 0 'learns from its walks' 'learned md'
equal 'their last is the result' \
    "$(value step md/final.xyz | tr '\n' ' ')" "$(seq 0 5 60 | tr '\n' ' ')"
expect 0 'of a model with good forces' \
    'cat md/[0-9]*/labels.xyz >labels && converged --criterion=force-mae \
    --samples=5 md/$(($(find md -name verdict | wc -l) - 1))/labels.xyz'
equal 'each label in its line' "$(labels md)" "$(grep -c '^29$' labels)"
expect 0 'its page says so' 'on md "holds 13 frames: the last walk" &&
    on md "The structures that it was tested by were"'
expect 0 'a run that is done stays as it is' \
    'rm -rf before && cp -r md before && learned md && diff -r before md'

# --- knobs -------------------------------------------------------------------

expect 2 'other knobs are refused' 'relax loop TOL=0.2'
says '< TOL=0.1'
says 'loop was made with other knobs (<) than these (>)'
expect 2 'another mode' 'relax loop MODE=dimer'
says 'MODE must be relax'
for mk in "$online" "$offline"; do
    expect 0 "${mk##*/} names every knob" "make -s -f $mk help"
    cp out help
    sed -n 's/^\([A-Z_]*\) *?=.*##.*/\1/p' "$TOP"/pipelines/common.mk "$mk" |
        sort -u | while read -r knob; do
            test "$(grep -c "^  $knob=" help)" -eq 1 || echo "$knob"
        done >unsaid
    expect 1 'in its help, once' 'test -s unsaid'
done
expect 0 'says what it would do' 'relax dry -n'
cp out steps
expect 0 'and does not' 'grep -q "^dft-single .*dry/0/labels-1" steps'
absent dry

# --- a walk that cannot go on -------------------------------------------------

expect 2 'a walk whose steps are used up ends' 'relax used STEPS=5'
says 'the walk does not go on from where it has a label: reason=steps'
asked=$(labels used)
expect 2 'each time' 'relax used STEPS=5'
equal 'and asks nothing more' "$(labels used)" "$asked"
expect 2 'a model that asks for less than DFT' 'relax strict FMAX=0.01 ML_FMAX=0.3'
says 'where it has a label: reason=converged'

# --- an engine that fails ------------------------------------------------------

cat >engine <<'END'
#!/bin/sh
test ! -e broken || { cat >/dev/null; exit 3; }
exec dft-single -q --engine=emt
END
chmod +x engine
flags='--command=./engine'
ill() { relax ill ENGINE=command ENGINE_FLAGS="$flags" "$@"; }
touch broken
expect 2 'waits for the label of the start' 'ill'
says 'ill/0/labels-1.xyz: no label, and the walk waits for it'
rm broken
expect 2 'goes on when there is one' 'ill MAX_ROUNDS=2'
says 'not relaxed after MAX_ROUNDS=2'
touch broken
expect 2 'waits on the way' 'ill'
says 'ill/3/labels-1.xyz: no label, and the walk waits for it: the same command'
absent ill/3/labels.xyz
expect 2 'as long as it takes' 'ill'
absent ill/4
rm broken
expect 0 'and goes on' 'ill'
equal 'every call has its line' "$(labels ill)" $(($(labels loop) + 3))
expect 0 'to the same walk' 'sed "s/dft_[a-z]*=[^ ]*//g" loop/walk.xyz >wanted &&
    sed "s/dft_[a-z]*=[^ ]*//g" ill/walk.xyz | cmp - wanted'

# --- a kill at any moment -------------------------------------------------------

# make starts each command by a shell that counts, and that takes the whole run
# with it when its number is up.
cat >fuse <<'END'
#!/bin/sh
n=$(($(cat fuse.count) + 1))
echo $n >fuse.count
test $n -ne "${FUSE:-0}" || kill -KILL 0
exec /bin/sh "$@"
END
chmod +x fuse
torn() { # torn FUNCTION DIR KNOB=...: killed at command $FUSE
    echo 0 >fuse.count
    export FUSE online start co
    cat >killed <<END
make -s -f "\$online" TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 SHELL="$PWD/fuse" $*
END
    setsid sh killed >log 2>&1 || :
    unset FUSE
}
quick='DIR=torn START=$start FMAX=0.5 ML_FMAX=0.3 TOL=0.5'
expect 0 'a quick run' 'relax calm FMAX=0.5 ML_FMAX=0.3 TOL=0.5'
FUSE=0
torn "$quick"
borders=$(cat fuse.count)
rm -rf torn
for i in $(seq 1 $((borders / 12 + 1)) "$borders"); do
    FUSE=$i
    torn "$quick"
    relax torn FMAX=0.5 ML_FMAX=0.3 TOL=0.5 >log 2>&1 || cat log
    same_run torn calm 2>&1 | sed "s/^/command $i: /"
    rm -rf torn
done >differences 2>&1
expect 0 "killed before some of its $borders commands, it goes on" \
    'grep . differences >&2 && exit 1 || test "$borders" -ge 40'

# In the midst of a walk: a checkpoint on the way is not what the next needs.
cat >slow <<'END'
#!/bin/sh
test "$1" != relax -a "$1" != md || test ! -e knife || {
    rm knife
    timeout -s KILL 0.02 "$REAL" "$@"
    kill -KILL 0
}
exec "$REAL" "$@"
END
for mode in relax md; do
    mkdir -p bin
    for tool in train sample dft-single merge-db converged; do
        ln -sf "$(command -v $tool)" bin/$tool
    done
    REAL=$(command -v simulate)
    export REAL
    cp slow bin/simulate && chmod +x bin/simulate
    if test $mode = relax; then
        knobs='START=$start' calm=loop
    else
        knobs='START=$co MODE=md STEPS=100' calm=walk
    fi
    for round in 1 3; do
        cp -r $calm cut
        rm -rf cut/final.xyz cut/walk.xyz
        for later in $(seq $round 30); do
            rm -rf "cut/$later"
        done
        touch knife
        cat >killed <<END
make -s -f "$online" DIR=cut $knobs TRAIN_FLAGS=-j1 SIMULATE_FLAGS=-j1 \
    BIN=bin MODEL=auto
END
        export online start co
        setsid sh killed >log 2>&1 || :
        if test $mode = relax; then
            relax cut >log 2>&1 || cat log
        else
            dynamics cut >log 2>&1 || cat log
        fi
        for f in final.xyz walk.xyz "$((round + 1))/db.xyz"; do
            cmp $calm/$f cut/$f || :
        done
        test ! -e knife || echo 'was not killed'
        rm -rf cut
    done >differences 2>&1
    expect 0 "killed within $mode, it goes on to the same bytes" \
        'grep . differences >&2 && exit 1 || exit 0'
done

finish
