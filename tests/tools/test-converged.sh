#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# label FX FY FZ [MASK [ELEMENT]]: two atoms; the first fixed, under a large
# force, the other under this one.
label() {
    echo 2
    echo "Properties=species:S:1:pos:R:3:forces:R:3:move_mask:L:1" \
        "energy=-3.25 query=last pbc=\"F F F\""
    echo "Cu 0 0 0 7 8 9 F"
    echo "${5-Cu} 0 0 2.5 $1 $2 $3 ${4-T}"
}

answers() {
    if test "$(cat out)" = "$1"; then
        report 0 "answers: $1"
    else
        report 1 "answers: $1"
        sed 's/^/# /' out
    fi
}

{
    label 0.9 0 0
    label 0.03 0 0.04
    label 0.1 0 0
} >labels.xyz

expect 0 'is converged' "$RUN converged --fmax=0.0501 labels.xyz"
answers 'fmax 0.05 eV/angstrom 0.0501 converged'
expect 1 'is not' "$RUN converged --fmax=0.0499 labels.xyz"
answers 'fmax 0.05 eV/angstrom 0.0499 not-converged'
expect 0 'reads the standard input' "$RUN converged --fmax=0.0501 <labels.xyz"
expect 0 'takes the component as the paper did' \
    "$RUN converged --component --fmax=0.041 labels.xyz"
answers 'fmax-component 0.04 eV/angstrom 0.041 converged'
expect 0 'looks through several files' \
    "label 0.2 0 0 >a.xyz; $RUN converged --fmax=0.06 a.xyz labels.xyz a.xyz"

expect 0 'writes the frame that was verified' \
    "$RUN converged --fmax=0.0501 -o final.xyz labels.xyz"
expect 0 'with its label' 'grep -q "query=last" final.xyz &&
    grep -q "T 0.03 0.0 0.04" final.xyz && grep -q "energy=-3.25" final.xyz'
absent final.xyz.part
expect 0 'whose verdict is the same' "$RUN converged --fmax=0.0501 final.xyz"
expect 1 'writes nothing before' "$RUN converged -o no.xyz --fmax=0 labels.xyz"
absent no.xyz

expect 1 'is certified by nothing' "$RUN converged </dev/null"
answers 'fmax nan eV/angstrom 0.05 not-converged'
label 0 0 0 F >fixed.xyz
expect 1 'nor by atoms that may not move' "$RUN converged fixed.xyz"
answers 'fmax nan eV/angstrom 0.05 not-converged'

# A force of zero on atoms that are something else.
label 0 0 0 T C >other.xyz
label 0.2 0 0 >mine.xyz
expect 2 'does not mix two systems' "$RUN converged mine.xyz other.xyz"
says 'other.xyz:1: expected the elements of the first label'
expect 1 'unless it is told which' \
    "$RUN converged --like=mine.xyz other.xyz mine.xyz"
answers 'fmax 0.2 eV/angstrom 0.05 not-converged'
expect 0 'and then either' \
    "$RUN converged --like=other.xyz other.xyz mine.xyz"

expect 1 'counts rounds' "$RUN converged --criterion=rounds --round=2 --max-rounds=3"
answers 'rounds 2 rounds 3 not-reached'
expect 0 'to their limit' "$RUN converged --criterion=rounds --round=3 --max-rounds=3"
answers 'rounds 3 rounds 3 reached'
printf '# date\tid\tengine\n1\ta\temt\tok\n2\tb\temt\tscf\n\n3\tc\temt\tok\n' >ledger
expect 1 'counts calls, failed ones too' \
    "$RUN converged --criterion=budget --ledger=ledger --budget=4"
answers 'budget 3 calls 4 not-reached'
expect 0 'to their limit' \
    "$RUN converged --criterion=budget --ledger=ledger --budget=3"
answers 'budget 3 calls 3 reached'

expect 2 'refuses frames without labels' "sed 's/energy=/e=/' mine.xyz | $RUN converged"
says '-:1: expected a label: energy and forces'
expect 2 'refuses half a criterion' "$RUN converged --criterion=rounds --round=1"
says '--criterion=rounds needs --round and --max-rounds'
expect 2 'and the other half' "$RUN converged --criterion=budget --budget=1"
says '--criterion=budget needs --ledger and --budget'
expect 2 'refuses labels that it would not look at' \
    "$RUN converged --criterion=rounds --round=1 --max-rounds=2 labels.xyz"
says '--criterion=rounds looks at no labels'
expect 2 'keeps the standard output for the answer' "$RUN converged -o - labels.xyz"
says '--output: the answer has the standard output'
expect 2 'refuses a force below zero' "$RUN converged --fmax=-1 labels.xyz"
says "--fmax: '-1' is not a number from 0"
expect 2 'refuses a missing file' "$RUN converged no-such-file"
says "cannot open 'no-such-file': No such file or directory"
expect 2 'refuses a missing ledger' \
    "$RUN converged --criterion=budget --ledger=none --budget=1"
says "cannot open 'none': No such file or directory"
expect 2 'points at the bad line' \
    "$RUN converged labels.xyz - <<'END'
1

Xx 0 0 0
END"
says 'converged: -:3: '
expect 2 'notices a full disk' "$RUN converged labels.xyz >/dev/full"
says "cannot write '-': No space left on device"

expect 0 'documents its options' 'converged --help'
sed -n 's/^ .*--\([a-z-]*\).*/\1/p' out | while read -r w; do
    grep -q "^\.It Fl .*-$w" "$TOP/man/converged.1" || echo "$w"
done >undocumented
expect 1 'the manual has them all' 'test -s undocumented'

finish
