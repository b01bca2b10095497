#!/bin/sh
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
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

printf '%s\n' 1 'Properties=species:S:1:pos:R:3 step=7 pbc="F F F"' 'H 0 0 0' >w.xyz
expect 0 'counts steps' "$RUN converged --criterion=steps --steps=7 --trajectory=w.xyz"
answers 'steps 7 steps 7 reached'
expect 1 'of a walk that ended early' \
    "$RUN converged --criterion=steps --steps=8 --trajectory=w.xyz"
expect 1 'or took none' \
    "$RUN converged --criterion=steps --steps=0 --trajectory=/dev/null"
answers 'steps nan steps 0 not-reached'
expect 2 'steps need their number' \
    "$RUN converged --criterion=steps --trajectory=w.xyz"
says '--criterion=steps needs --steps'
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

# Rules of several criteria.

limits='--round=2 --max-rounds=3 --ledger=ledger --budget=3'
expect 0 'joins criteria by or' \
    "$RUN converged --criterion='fmax or budget' --fmax=0.01 $limits labels.xyz"
answers 'fmax 0.05 eV/angstrom 0.01 not-converged
budget 3 calls 3 reached
verdict 1 of 2 converged'
expect 1 'and by and' \
    "$RUN converged --criterion='fmax and (rounds or budget)' --fmax=0.01 \
        $limits labels.xyz"
answers 'fmax 0.05 eV/angstrom 0.01 not-converged
rounds 2 rounds 3 not-reached
budget 3 calls 3 reached
verdict 1 of 3 not-converged'
expect 0 'writes the best label when a limit is reached' \
    "$RUN converged --criterion='fmax or budget' --fmax=0.01 -o best.xyz \
        $limits labels.xyz && grep -q 'T 0.03 0.0 0.04' best.xyz"
expect 0 'if there is any' \
    "$RUN converged --criterion='fmax or budget' -o none.xyz $limits fixed.xyz"
says "no label to write to 'none.xyz'"
absent none.xyz
expect 2 'refuses what is no criterion' "$RUN converged --criterion='fmx' labels.xyz"
says "--criterion: 'fmx' is not one of fmax, ends-fmax, ends-energy"
expect 2 'refuses half a rule' "$RUN converged --criterion='fmax and' labels.xyz"
says "--criterion: expected a criterion before ''"
expect 2 'wants a trajectory' "$RUN converged --criterion='fmax and neb' labels.xyz"
says '--criterion=ends-fmax needs --trajectory'
expect 2 'and the one before' \
    "$RUN converged --criterion=change --trajectory=labels.xyz"
says '--criterion=move needs --previous'

# A band of five: O from x = 0 to 4 over a saddle in the middle, Cu fixed.
# image N ENERGY [SIGMA]; said of it by DFT: told N ENERGY FX FY
row() { echo "Cu 0 0 0 $2 F"; echo "O $1 3 0 $3 T"; }
image() {
    printf '2\nProperties=species:S:1:pos:R:3:ml_sigma_f:R:1:move_mask:L:1 '
    echo "image=$1 step=7 ml_energy=$2 barrier=0.6 ml_sigma_e=0.002 pbc=\"F F F\""
    row "$1" 9 "${3-0.04}"
}
told() {
    printf '2\nProperties=species:S:1:pos:R:3:forces:R:3:move_mask:L:1 '
    echo "energy=$2 dft_engine=emt pbc=\"F F F\""
    row "$1" '5 6 7' "$3 $4 0"
}
band() { image 0 0; image 1 0.3; image 2 "$1"; image 3 0.4; image 4 0.1; }
band 9 | sed 's/step=7/step=6/' >band.xyz
band 0.6 >>band.xyz
{ told 0 -0.004 0.03 0; told 4 0.107 0 0.04; told 2 0.605 0.03 0.01; } >neb.xyz

neb="$RUN converged --criterion='neb and neb-paper' --trajectory=band.xyz"
expect 0 'verifies a band' "$neb -o path.xyz neb.xyz"
answers 'ends-fmax 0.04 eV/angstrom 0.05 converged
ends-energy 0.007 eV 0.01 converged
saddle-fmax 0.0316228 eV/angstrom 0.05 converged
saddle-energy 0.005 eV 0.01 converged
verdict 4 of 4 converged'
expect 0 'and writes it, with what DFT said' \
    'test "$(sed -n "s/.* energy=\([^ ]*\) .*image=\([0-9]\).*/\2:\1/p" path.xyz |
        paste -sd, -)" = 0:-0.004,2:0.605,4:0.107 &&
    test "$(grep -c "image=[0-4] step=7" path.xyz)" -eq 5'
expect 0 'the barriers too, and none that was predicted' \
    'test "$(grep -c " dft_barrier=0.609 dft_barrier_back=0.498" path.xyz)" -eq 5 &&
    test "$(grep -c " barrier=" path.xyz)" -eq 0'
expect 0 'of which each is a frame again' "$neb neb.xyz --trajectory=path.xyz"
absent path.xyz.part
expect 0 'tells the force along the path from the rest' \
    "$RUN converged --criterion='saddle-tangent or saddle-normal' \
        --trajectory=band.xyz neb.xyz"
answers 'saddle-tangent 0.03 eV/angstrom 0.05 converged
saddle-normal 0.01 eV/angstrom 0.05 converged
verdict 2 of 2 converged'
expect 1 'asks less of ends than of the saddle' "$neb --saddle-fmax=0.03 neb.xyz"
expect 1 'needs a label at the saddle' "sed 9,12d neb.xyz | $neb -o no.xyz"
absent no.xyz
expect 1 'and at each end' "sed 1,4d neb.xyz | $neb"
answers 'ends-fmax nan eV/angstrom 0.05 not-converged
ends-energy nan eV 0.01 not-converged
saddle-fmax 0.0316228 eV/angstrom 0.05 converged
saddle-energy 0.005 eV 0.01 converged
verdict 2 of 4 not-converged'
expect 1 'knows no band in half of one' \
    "head -n 36 band.xyz >half.xyz
    $RUN converged --criterion=neb-paper --trajectory=half.xyz neb.xyz"
answers 'ends-energy nan eV 0.01 not-converged
saddle-energy nan eV 0.01 not-converged
verdict 0 of 2 not-converged'
expect 0 'and writes none' \
    "$RUN converged --criterion='neb or budget' --trajectory=half.xyz -o none.xyz \
        $limits neb.xyz"
says "no band to write to 'none.xyz'"
absent none.xyz

expect 0 'asks the committee about the last band' \
    "$RUN converged --criterion=committee --trajectory=band.xyz"
answers 'sigma-e 0.002 eV 0.01 converged
sigma-f 0.04 eV/angstrom 0.05 converged
verdict 2 of 2 converged'
expect 1 'down to its last image' \
    "$RUN converged --criterion=sigma-f --sigma-f=0.039 --trajectory=band.xyz"
band 0.63 | sed 's/barrier=0.6/barrier=0.63/; s/^O 3 3 0/O 3.02 3 0/' >before.xyz
expect 1 'compares with the round before' \
    "$RUN converged --criterion=change --trajectory=band.xyz --previous=before.xyz"
answers 'move 0.02 angstrom 0.01 not-converged
barrier 0.03 eV 0.01 not-converged
verdict 0 of 2 not-converged'
expect 0 'by thresholds' \
    "$RUN converged --criterion=change --trajectory=band.xyz \
        --previous=before.xyz --move=0.021 --barrier=0.031"

sed 's/forces:R:3/forces:R:3:ml_forces:R:3/; s/^Cu .* F$/Cu 0 0 0 0 0 0 0 0 0 F/
    s/^O .*\(.*\) T$/O 1 3 0 0.3 0 0 0.1 0.2 0.2 T/' neb.xyz >predicted.xyz
expect 0 'measures the forces of what was predicted' \
    "$RUN converged --criterion='force-rmse and force-mae' --force-error=0.2 \
        predicted.xyz neb.xyz"
answers 'force-rmse 0.2 eV/angstrom 0.2 converged
force-mae 0.2 eV/angstrom 0.2 converged
verdict 2 of 2 converged'
expect 1 'of enough samples' \
    "$RUN converged --criterion=force-mae --samples=4 --force-error=9 predicted.xyz"
answers 'force-mae nan eV/angstrom 9 not-converged'
expect 2 'writes no structure that is not verified' \
    "$RUN converged --criterion=force-mae -o no.xyz predicted.xyz"
says '--output: no structure is verified by --criterion=force-mae'
expect 2 'points at the bad line of a trajectory' \
    "printf '1\n\nXx 0 0 0\n' >bad.xyz
    $RUN converged --criterion=sigma-f --trajectory=bad.xyz"
says 'converged: bad.xyz:3: '

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
