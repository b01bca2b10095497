#!/bin/sh
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

emt=$TOP/tests/ref/emt.xyz # nine frames with the labels of ASE

# names FILE...: which frames of emt.xyz it holds
names() { sed -n 's/.* name=\([^ ]*\) .*/\1/p' "$@"; }

# A stand-in for a DFT code: it labels by EMT, and fails in one way.
cat >standin <<'EOF'
label() { dft-single --engine=emt -q; }
case $1 in
well) label ;;
status) label; exit 1 ;;
silent) cat >/dev/null ;;
cut) label | head -c 150 ;;
scf-status) label | sed 's/ energy=/ converged=F&/'; exit 2 ;;
scf) label | sed 's/ energy=/ converged=F&/' ;;
hang) echo $$ >pid; sleep 300 ;;
memory) kill -9 $$ ;;
nan) label | sed '3s/[^ ]*$/NaN/' ;;
fewer) label | sed '1s/.*/1/; 4,$d' ;;
stale) printf '2\nProperties=species:S:1:pos:R:3:forces:R:3 energy=0'
    printf ' pbc="F F F"\nCu 0 0 0 0 0 0\nCu 0 0 9 0 0 0\n' ;;
third) echo . >>attempts; test "$(wc -l <attempts)" -ge 3 && label ;;
babble) yes ;;
told) printf '2\nfail_reason=walltime pbc="F F F"\nCu 0 0 0\nCu 2.3 0 0\n' ;;
count) echo . >>calls; sleep 0.1; label ;;
esac
EOF
sed -n '4,7p' "$emt" >dimer.xyz
standin() { # standin WAY OPTION...: an answer of the stand-in about a dimer
    way=$1
    shift
    $RUN dft-single --engine=command --command="sh standin $way" "$@" dimer.xyz
}

# What every tool does.

expect 0 'reads a named file' "$RUN dft-single --engine=emt $emt"
sed -e 's/ stress="[^"]*"//
    s/ morsel_id=[^ ]* dft_engine=[^ ]* dft_settings=[^ ]*//
    s/energy=/& /g' out >bare
sed 's/energy=/& /g' "$emt" >golden
same bare golden
says 'dft-single: asked 9, labelled 9, failed 0 (ok 9)'
cp out labelled

expect 0 'reads standard input' "$RUN dft-single -e emt <$emt"
cp out again
expect 0 'and gives the same' 'cmp again labelled'

expect 0 'writes a file' "$RUN dft-single -e emt -q -o named.xyz $emt"
expect 0 'with the same bytes' 'cmp named.xyz labelled'
absent named.xyz.part
expect 0 'is quiet when asked to be' \
    "$RUN dft-single -e emt -q $emt && test ! -s err"

expect 2 'refuses an unknown engine' "$RUN dft-single --engine=gaussian $emt"
says "--engine: 'gaussian' is not one of pw, emt, qe, command, replay"
expect 2 'refuses a missing file' \
    "$RUN dft-single -e emt -o bad.xyz no-such-file"
says "cannot open 'no-such-file': No such file or directory"
absent bad.xyz
expect 2 'points at the bad line' \
    "printf '1\n\nXx 0 0 0\n' | $RUN dft-single -e emt"
says "dft-single: -:3: "
expect 2 'notices a full disk' "$RUN dft-single -e emt $emt >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'notices a full disk behind -o' \
    "$RUN dft-single -e emt -o /dev/full $emt"
says "cannot write '/dev/full': No space left on device"

for engine in pw emt qe command replay; do
    expect 0 "documents the options of $engine" \
        "dft-single --engine=$engine --help"
    sed -n 's/^ .*--\([a-z-]*\).*/\1/p' out | while read -r word; do
        grep -q "Fl -$word" "$TOP/man/dft-single.1" || echo "$word"
    done >undocumented
    expect 1 'the manual has them all' 'test -s undocumented'
    expect 0 'in 40 lines of 80 columns' \
        "dft-single --engine=$engine --help >help &&
         test \$(wc -l <help) -le 40 && ! grep -q '.\{81\}' help"
done
expect 2 'refuses the option of another engine' \
    "$RUN dft-single --dual=8 --engine=replay $emt"
says '--dual is not for --engine=replay, but for qe'

# Labels.

cat >old.xyz <<'EOF'
2
Properties=species:S:1:pos:R:3:magmoms:R:1:forces:R:3:ml_forces:R:3 energy=7 magmom=3 dipole="1 2 3" ml_energy=5 fail_reason=scf dft_engine=vasp weight=2 pbc="F F F"
Cu 0.0 0.0 0.0 1.0 9 9 9 0.1 0.2 0.3
Cu 2.3 0.0 0.0 1.0 9 9 9 0.4 0.5 0.6
EOF
expect 0 'removes stale labels' "$RUN dft-single -e emt old.xyz"
cp out fresh
expect 1 'all of them' \
    'grep -e magmom -e dipole -e vasp -e fail_reason -e energy=7 fresh'
expect 0 'and keeps what else there is' \
    'grep "ml_forces:R:3.* ml_energy=5 weight=2 " fresh'

expect 0 'gives a stress to a crystal' \
    'grep "name=Cu_bulk.* stress=" labelled'
expect 1 'and to nothing else' \
    'grep "pbc=\".*F.* stress=\|stress=.*pbc=\".*F" labelled'

# All the cases of the reference, in 17 digits.
json=$TOP/../shared/reference/mlp/emt_static.json
if test -e "$json" && command -v python3 >/dev/null; then
    cat >cases.py <<'EOF'
import json
import sys
for c in json.load(open(sys.argv[1])):
    lattice = ' '.join(repr(x) for row in c['cell'] for x in row)
    print(len(c['symbols']))
    print(f'Lattice="{lattice}" ' * any(map(any, c['cell'])) +
          'Properties=species:S:1:pos:R:3:forces:R:3 '
          f'energy={c["energy"]!r} pbc="' +
          ' '.join('FT'[p] for p in c['pbc']) + '"')
    for s, r, f in zip(c['symbols'], c['positions'], c['forces']):
        print(s, *map(repr, r + f))
EOF
    python3 cases.py "$json" >cases.xyz
    expect 0 'labels all static cases of ASE' "$RUN dft-single -e emt cases.xyz"
    # energy and forces alone, in words
    sed 's/Lat.*Prop.*\( energy=[^ ]*\).*/\1/; s/Prop.*\( energy=[^ ]*\).*/\1/
        s/.*\(energy=\)/\1 /' out >numbers
    sed 's/Lat.*Prop.*\( energy=[^ ]*\).*/\1/; s/Prop.*\( energy=[^ ]*\).*/\1/
        s/.*\(energy=\)/\1 /' cases.xyz >golden
    same numbers golden
    expect 0 'which are 84' 'test "$(grep -c energy numbers)" -eq 84'
else
    skip 'the 84 EMT cases: no ../shared/reference/mlp/emt_static.json'
fi

# Frames that fail.

cat >close.xyz <<'EOF'
2
pbc="F F F"
Cu 0 0 0
Cu 0 0 1.0
1
pbc="F F F"
Fe 0 0 0
1
pbc="F F F"
Cu 0 0 0
EOF
expect 1 'keeps good and failed frames apart' \
    "$RUN dft-single -e emt --failed=failed.xyz -o good.xyz close.xyz"
says 'asked 3, labelled 1, failed 2 (overlap 1, refused 1, ok 1)'
expect 0 'says why' \
    'grep -c "fail_reason=overlap fail_detail=\"atoms 1 (Cu) and 2 (Cu) are at 0.38 of" failed.xyz &&
     grep "fail_reason=refused fail_detail=\"EMT has no Fe" failed.xyz'
expect 1 'and no label then' 'grep -e energy -e forces failed.xyz'
expect 0 'one frame was good' 'test "$(grep -c energy good.xyz)" -eq 1'
expect 1 'answers failures on the same stream' \
    "$RUN dft-single -e emt -q --failed=- close.xyz"
cp out both
grep -o -e "fail_reason=[a-z]*" -e ' energy=3.51' out | tr '\n' ' ' >order
expect 0 'in their order' \
    'grep "fail_reason=overlap fail_reason=refused  energy=3.51" order'
expect 1 'a filter answers every frame' "$RUN dft-single -e emt -q <close.xyz"
cp out filtered
expect 0 'as --failed=- does' 'cmp both filtered'
expect 1 'unless they go elsewhere' \
    "$RUN dft-single -e emt -q --failed=/dev/null <close.xyz"
cp out filtered
expect 1 'then there are labels only' 'grep fail_reason filtered'
expect 1 'asks whatever the distance with --overlap=0' \
    "$RUN dft-single -e emt --overlap=0 close.xyz"
says 'failed 1 (ok 2, refused 1)'
expect 2 'stops when too many have failed' \
    "$RUN dft-single -e emt --max-failed=1 -o few.xyz \
        --failed=lost.xyz close.xyz"
says 'dft-single: stopped: 2 frames failed, --max-failed=1'
absent few.xyz
expect 1 'goes on where it stopped' \
    "$RUN dft-single -e emt --max-failed=2 -o few.xyz \
        --failed=lost.xyz close.xyz"
says 'failed 2 (failed-before 2, ok 1)'
expect 0 'with the same bytes' 'cmp few.xyz good.xyz && cmp lost.xyz failed.xyz'
expect 2 'refuses one file for both' \
    "$RUN dft-single -e emt -o x.xyz --failed=x.xyz close.xyz"
says "--failed and --output are both 'x.xyz'"

# A program that fails in its twelve ways: each has its word, and none gives a
# label.  (Energies in rydberg look like any other; merge-db compares them.)

expect 0 'takes a label of a command' 'standin well'
cp out dimer
expect 0 'takes its numbers' 'grep "energy=3.300760833836" dimer'
while read -r way word options; do
    # shellcheck disable=SC2086
    expect 1 "a command that fails: $way" \
        "standin $way --failed=failed-$way $options"
    says "asked 1, labelled 0, failed 1 ($word 1)"
    expect 0 "$way gives no label" \
        "grep -q 'fail_reason=$word ' failed-$way && ! grep -q energy failed-$way"
done <<'EOF'
status crash
silent parse
cut parse
scf-status crash
scf scf
hang timeout --timeout=0.5
memory crash
nan nan
fewer mismatch
stale mismatch
babble parse
told walltime
EOF
expect 1 'leaves no process behind' 'kill -0 "$(cat pid)"'

expect 1 'does not ask again unasked' 'standin third'
rm attempts
expect 1 'asks as often as told' 'standin third --tries=2'
rm attempts
expect 0 'and takes what comes then' 'standin third --tries=3 --ledger=thrice'
expect 0 'each try is in the ledger' \
    'test "$(cut -f5 thrice | tr "\n" " ")" = "result crash crash ok "'

for keep in '' --alive; do
    expect 0 "answers as the command does $keep" "$RUN dft-single $keep \
        --engine=command --command='dft-single -q -e emt' $emt"
    sed 's/dft_engine.*/X/' out >one
    sed 's/dft_engine.*/X/' labelled >two
    expect 0 "to the bit $keep" 'cmp one two'
done
expect 1 'a command that stays and fails' "$RUN dft-single --alive \
    --engine=command --command='dft-single -q -e emt' --overlap=0 close.xyz"
says '(overlap 1, refused 1, ok 1)'
expect 1 'a command that stays and ends' "$RUN dft-single --alive \
    --engine=command --command='sh -c \"exit 0\"' dimer.xyz"
says 'failed 1 (crash 1)'

expect 2 'a command that is not there is trouble' "$RUN dft-single \
    --engine=command --command=no-such-program -o bad.xyz dimer.xyz"
says "cannot run 'no-such-program': No such file or directory"
absent bad.xyz
expect 2 'as is none' "$RUN dft-single --engine=command dimer.xyz"
says '--engine=command needs --command=COMMAND'
expect 2 'or half a one' \
    "$RUN dft-single --engine=command --command=\"sh 'a\" dimer.xyz"
says "command 'sh 'a': expected a closing quote"

# Answers while it is asked: nothing is read ahead.
mkfifo question answer
dft-single -e emt -q <question >answer &
exec 5>question 6<answer
cat dimer.xyz >&5
head -n 4 <&6 >early
cat dimer.xyz >&5
head -n 4 <&6 >late
exec 5>&- 6<&-
wait
expect 0 'answers before it reads on' 'cmp early late && grep energy early'

# Names and commands never reach a shell.

for name in 'a;touch pwned' '$(touch pwned)' '`touch pwned`' 'a b' "'\"" -rf; do
    cp dimer.xyz "./$name"
    expect 0 "reads and writes a file named $name" \
        'dft-single -q -e emt -o "out $name" --ledger="ledger $name" \
             -- "$name" &&
         test -s "out $name" && test -s "ledger $name"'
    expect 2 "takes it for a program $name" 'dft-single --engine=command \
        --command="./$name" dimer.xyz'
done
expect 0 'a command is words' 'dft-single --engine=command \
    --command="sh standin well ; touch pwned | \$(touch pwned)" dimer.xyz'
absent pwned

# Killed at any time, it goes on, and labels nothing twice.

slow="dft-single --engine=command --command='sh standin count' -o slow.xyz \
    --failed=slow-failed.xyz --ledger=slow-ledger"
expect 0 'runs undisturbed' "$slow $emt"
mv slow.xyz undisturbed.xyz
rm slow-ledger
for signal in KILL TERM; do
    : >calls
    dft-single --engine=command --command='sh standin count' -o slow.xyz \
        --failed=slow-failed.xyz --ledger=slow-ledger "$emt" 2>/dev/null &
    while test "$(wc -l <calls)" -lt 3; do
        sleep 0.05
    done
    status=0
    kill -$signal $!
    wait $! 2>/dev/null || status=$?
    case $signal in KILL) number=137 ;; TERM) number=143 ;; esac
    expect "$number" "ends by SIG$signal" "exit $status"
    absent slow.xyz
    expect 0 'what was finished is there' 'test -s slow.xyz.part'
    kept=$(grep -c energy slow.xyz.part)
    : >calls
    expect 0 'goes on' "$slow $emt"
    says "(kept $kept, ok $((9 - kept)))"
    expect 0 'with the same bytes' 'cmp slow.xyz undisturbed.xyz'
    expect 0 'and asks for the rest only' \
        "test \$(wc -l <calls) -eq $((9 - kept))"
    rm slow.xyz
done

# Tasks.

for n in 1 2 4 9 12; do
    i=0
    while test $((i += 1)) -le $n; do
        dft-single -e emt -q --task=$i/$n -o task.$n.$i.xyz --ledger=shared.$n \
            "$emt" &
    done
    wait
    names task.$n.*.xyz | sort >one
    names "$emt" | sort >two
    expect 0 "$n tasks label each frame once" 'cmp one two'
    expect 0 'and share a ledger' "test \$(grep -c ok shared.$n) -eq 9 &&
        test \$(wc -l <shared.$n) -eq 10"
done
expect 0 'task 2 of 4 has frames 2 and 6' \
    'test "$(names task.4.2.xyz | tr "\n" " ")" = "Cu_dimer N_Al100 "'
for task in 0/3 4/3 1 a/b 1/ /2; do
    expect 2 "refuses --task=$task" "$RUN dft-single -e emt --task=$task $emt"
    says "--task: '$task' is not I/N with I from 1 to N"
done

# The ledger.

expect 1 'keeps a ledger' "$RUN dft-single -e emt --ledger=book close.xyz"
expect 0 'with a line each' 'test "$(cut -f5 book | tr "\n" " ")" = \
    "result overlap refused ok "'
expect 0 'and the columns of the manual' "head -n 1 book | tr '\t' '\n' |
    sed 's/.*: //' | while read -r word; do
        grep -q \"It Cm \$word\" \"\$TOP/man/morsel-ledger.5\" || exit 1
    done"
expect 0 'keeps none in /dev/null' \
    "$RUN dft-single -e emt --ledger=/dev/null dimer.xyz"
expect 2 'notices a full disk' \
    "$RUN dft-single -e emt --ledger=/dev/full dimer.xyz"
says "cannot write '/dev/full': No space left on device"
expect 0 'adds to it' "$RUN dft-single -e emt --ledger=book dimer.xyz"
expect 0 'behind what is there' 'test "$(wc -l <book)" -eq 5'
expect 0 'energy and fmax of the label' \
    'tail -n 1 book | cut -f 8,9 | grep "^3.3007608338	1.651719$"'

# Replay.

expect 0 'replays its own output' "$RUN dft-single --engine=replay \
    --labels=labelled $emt"
cp out replayed
expect 0 'to the bit' 'cmp replayed labelled'
sed 's/^Cu 2.3 /Cu 2.31 /' dimer.xyz >moved.xyz
expect 1 'knows only what it was told' \
    "$RUN dft-single --engine=replay --labels=labelled moved.xyz"
says '(replay 1)'
expect 0 'within a tolerance' \
    "$RUN dft-single --engine=replay --labels=labelled --tol=0.02 moved.xyz"
expect 2 'needs a file' "$RUN dft-single --engine=replay dimer.xyz"
says '--engine=replay needs --labels=FILE'
expect 2 'with labels' \
    "$RUN dft-single --engine=replay --labels=close.xyz dimer.xyz"
says 'close.xyz: no frame has energy and forces'

finish
