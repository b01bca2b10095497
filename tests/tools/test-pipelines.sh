#!/bin/sh
# shellcheck disable=SC2016,SC2034 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# The loop, on three atoms of copper that EMT labels in no time, and small
# networks: what is shown here is the pipeline, not the method.
relax=$TOP/pipelines/relax.mk
run() { # run DIR KNOB=...: a run of few rounds
    dir=$1
    shift
    make -s -f "$relax" DIR="$dir" COMMITTEE=2 MAX_ROUNDS=2 \
        TRAIN_FLAGS='--epochs=3 --hidden=4 -j1' "$@"
}
count() { grep -c '^[0-9][0-9]*$' "$1"; }
calls() { grep -vc '^#' "$1/ledger.tsv"; }

frame() { # frame X: two atoms in a row and one at X
    echo 3
    echo 'Properties=species:S:1:pos:R:3 pbc="F F F"'
    printf 'Cu 0 0 0\nCu 2.3 0 0\nCu %s 2 0\n' "$1"
}
frame 1 >start.xyz

# What goes well.

expect 0 'ends when the structure is relaxed' 'run loop FMAX=0.3 MAX_ROUNDS=20'
expect 0 'with a structure that has been labelled' \
    'converged --fmax=0.3 loop/final.xyz && grep -q dft_engine=emt loop/final.xyz'
expect 0 'has a line for each round' \
    'test "$(grep -vc "^#" loop/summary.tsv)" -eq "$(ls -d loop/[0-9]* | wc -l)"'
expect 0 'and for each label' 'test "$(calls loop)" -eq "$(cat loop/[0-9]*/labels.xyz |
    grep -c "^3$")"'
expect 0 'a run that is done stays as it is' 'cp -r loop before &&
    run loop FMAX=0.3 MAX_ROUNDS=20 && diff -r before loop'
expect 0 'asks nothing more when the start is relaxed' \
    'run relaxed START=loop/final.xyz FMAX=0.3 && test "$(calls relaxed)" -eq 1 &&
    test ! -e relaxed/1 && test -s relaxed/final.xyz'

expect 0 'says what it would do' 'run dry -n'
cp out steps
expect 0 'in each step' \
    'grep -q "^dft-single .*dry/0/labels-1" steps && grep -q "^converged .*dry/0" steps'
absent dry
expect 0 'names every knob' "make -s -f $relax help"
cp out help
sed -n 's/^\([A-Z_]*\) *?=.*/\1/p' "$TOP"/pipelines/common.mk "$relax" |
    grep -v '^ROUND$' |
    while read -r knob; do
        grep -q "^  $knob=" help || echo "$knob"
    done >unsaid
expect 1 'in its help' 'test -s unsaid'

# What it is stopped by.

expect 2 'stops after MAX_ROUNDS' 'run short FMAX=1e-5 MAX_ROUNDS=1'
says 'short: not relaxed after MAX_ROUNDS=1 rounds: with more it goes on'
absent short/final.xyz
absent short/2
expect 2 'refuses a budget of nothing' 'run short FMAX=1e-5 BUDGET=0'
says "--budget: '0' is not"
expect 2 'goes on with more' 'run short FMAX=1e-5 MAX_ROUNDS=2'
expect 0 'from there' 'test "$(calls short)" -eq 3 && test -s short/2/verdict'
expect 2 'stops after BUDGET' 'run poor FMAX=1e-5 BUDGET=2'
says 'poor: not relaxed after BUDGET=2 labels: with more it goes on'
absent poor/2
# a kill between the last label and what follows from it
rm poor/1/verdict poor/1/db.xyz
expect 2 'but not before it has looked at what it has paid' 'run poor FMAX=1e-5 BUDGET=2'
expect 0 'all of it' 'test -s poor/1/verdict && test "$(calls poor)" -eq 2'
absent poor/2
cp -r loop killed
rm killed/final.xyz
expect 0 'finds a result that a kill left unnamed' \
    'run killed FMAX=0.3 MAX_ROUNDS=20 BUDGET=1 && diff -r killed loop'

expect 2 'refuses other knobs' 'run short FMAX=1e-5 COMMITTEE=3'
says '< COMMITTEE=2'
says '> COMMITTEE=3'
says 'short was made with other knobs (<) than these (>): remove it, or give another DIR'
frame 1.1 >other.xyz
expect 2 'refuses another start' 'run short FMAX=1e-5 START=other.xyz'
says 'short was begun with another structure than other.xyz'
expect 2 'refuses a second run in the folder' \
    '(flock 9; run short FMAX=1e-5) 9>short/lock'
says 'short is in use by another run, or what is left of one'

# A batch.

expect 2 'asks several at once' \
    'run one FMAX=1e-5 COUNT=2 STRATEGY=last+random MAX_ROUNDS=1'
expect 2 'and in parts' \
    'run two FMAX=1e-5 COUNT=2 STRATEGY=last+random MAX_ROUNDS=1 TASKS=2 -j2'
expect 1 'with a job for each' 'grep jobserver err'
expect 0 'the same labels' 'cmp one/1/labels.xyz two/1/labels.xyz &&
    test "$(count two/1/labels-1.xyz)" -eq 1 && test "$(count two/1/labels-2.xyz)" -eq 1'

# An engine that fails.  Blanks and quotes are kept on the way to it.
cat >engine <<'END'
echo "$1" >>said
case $(wc -l <said) in
$2) cat >/dev/null; exit 3 ;;
*) dft-single -q --engine=emt ;;
esac
END
flags='--command='\''sh engine "two  words" 2'\'' --max-failed=9'
expect 2 'goes on when a label fails' \
    'run ill FMAX=1e-5 ENGINE=command ENGINE_FLAGS="$flags"'
says 'ill: not relaxed after MAX_ROUNDS=2'
expect 0 'having paid for it' 'test "$(calls ill)" -eq 3 &&
    test "$(count ill/2/db.xyz)" -eq 2 && test "$(count ill/1/failed-1.xyz)" -eq 1'
expect 0 'what is said to it arrives whole' 'test "$(sort -u said)" = "two  words"'
rm said
flags='--command="sh engine x *"'
expect 2 'ends when the start has no label' \
    'run dead ENGINE=command ENGINE_FLAGS="$flags"'
says 'dft-single: dead/0/asked.xyz:1: crash: '
says 'start.xyz: no label, so nothing to learn from'
absent dead/final.xyz
expect 2 'ends when there is no such engine' \
    'run none ENGINE=command ENGINE_FLAGS=--command=no-such-program'

# Our own plane waves.  A cutoff at which they take no time: what is shown is
# that the example of C on Cu(100) takes the command as it is.
example="make -s -C $TOP/examples/c-cu100 OUT=$PWD/pw"
dft='dft-single --engine=pw --ecut=60 --kpoints=2,2,1 --sigma=0.5 --force-tol=0.01'
expect 0 'shows the command of plane waves' \
    '$example DFT="$dft" MORE=-n learned && grep -qF "$dft --ledger=" out'
cat >small.xyz <<'END'
2
Lattice="2.6 0 0 0 2.6 0 0 0 9" Properties=species:S:1:pos:R:3:move_mask:L:1 pbc="T T F"
Cu 0 0 2 F
C 1.3 1.2 3.6 T
END
expect 2 'labels with it' '$example DFT="$dft" START=$PWD/small.xyz \
    MORE="FMAX=1e-5 COMMITTEE=2 MAX_ROUNDS=2" learned'
says 'not relaxed after MAX_ROUNDS=2 rounds'
expect 0 'every round' 'test "$(calls pw/learned)" -eq 3 &&
    grep -q "dft_engine=pw" pw/learned/2/db.xyz'
expect 0 'and directly' '$example DFT="$dft" START=$PWD/small.xyz \
    $PWD/pw/direct-0.2.xyz && grep -q dft_engine=pw pw/direct-0.2.xyz'

# What is refused at the door.

expect 2 'wants a start' 'run door START=nowhere.xyz'
says "there is no file 'nowhere.xyz': say START=FILE, a structure as extended XYZ"
cat start.xyz start.xyz >two.xyz
expect 2 'wants one structure' 'run door START=two.xyz'
says 'two.xyz holds 2 frames, and relax.mk takes 1: each would be labelled'
expect 2 'of a band two' 'make -s -f "$TOP/pipelines/neb.mk" DIR=door START=start.xyz'
says 'start.xyz holds 1 frame, and neb.mk takes 2'
rm -r door
expect 2 'wants a number of rounds' 'run door MAX_ROUNDS=x'
says 'MAX_ROUNDS must be a whole number'
expect 2 'wants the tools' 'run door BIN=/nowhere'
says 'there is no /nowhere/dft-single: say BIN=FOLDER'
for name in 'a b' 'a$b' 'a$$b' 'a#b' "a'b" 'a:b' 'a%b' 'a;b' 'a(b'; do
    expect 2 "refuses the folder $(echo "$name" | tr '#' 'H')" 'run "$name"'
    says 'DIR must hold neither blanks nor '
done
expect 2 'refuses such a start' 'cp start.xyz "a b" && run door START="a b"'
says 'START must hold neither blanks nor '
absent door

# A start that is no good may be mended.
echo 'POSCAR' >bad.xyz
expect 2 'refuses what is not a structure' 'run mended START=bad.xyz FMAX=9'
says 'mended/0/asked.xyz:1: '
expect 0 'and takes it when it is one' \
    'cp start.xyz bad.xyz && run mended START=bad.xyz FMAX=9'

finish
