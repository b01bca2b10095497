#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# walk STEP...: two copper atoms 2.5 + STEP/10 apart, with uncertainties
# STEP % 5 / 10 and, of an atom that is fixed, 9.
walk() {
    for step in "$@"; do
        echo 2
        echo 'Properties=species:S:1:pos:R:3:move_mask:L:1:ml_sigma_f:R:1' \
            "step=$step ml_energy=-1.$step note=\"kept as it is\" pbc=\"F F F\""
        awk -v s="$step" 'BEGIN {
            print "Cu 0 0 0 F 9"
            print "Cu 0 0", 2.5 + s / 10, "T", s % 5 / 10
        }'
    done
}

# The steps of the frames in ./out, and why they are there.
chosen() {
    sed -n 's/.*step=\([0-9]*\).* query=\([a-z-]*\).*/\1 \2/p' out |
        paste -sd, -
}
chose() {
    if test "$(chosen)" = "$1"; then
        report 0 "chose $1"
    else
        report 1 "chose $1"
        echo "# $(chosen)"
    fi
}

walk 0 1 2 3 4 5 6 7 >traj.xyz
walk 7 >known.xyz

expect 0 'chooses from a file' "$RUN sample -n 1 traj.xyz"
chose '7 last'
says 'sample: frame 8 of 8 (step 7): last, ml_sigma_f 0.2 eV/angstrom'
cp out chosen
expect 0 'keeps what the trajectory knew' \
    'grep -q "ml_energy=-1.7 note=\"kept as it is\".*morsel_id=[0-9a-f]" chosen'

expect 0 'chooses from the standard input' "$RUN sample -n 1 - <traj.xyz"
chose '7 last'
expect 0 'chooses from two files as from one' \
    "$RUN sample -qn 100 --strategy=random known.xyz traj.xyz"
cp out chosen
expect 0 'and each structure once' "test \$(grep -c Properties chosen) -eq 8"

expect 0 'writes to a file' "$RUN sample -q -n 3 -o ask.xyz traj.xyz"
absent ask.xyz.part
expect 0 'that reads back' "$RUN sample -qn 9 --strategy=last ask.xyz"
expect 0 'the same again for the same seed' \
    "sample -qn 3 -s 0 traj.xyz | cmp - ask.xyz"
expect 1 'and others for others' \
    "for s in 1 2 3 4 5; do sample -qn 3 -s \$s traj.xyz; done >more &&
    cat ask.xyz ask.xyz ask.xyz ask.xyz ask.xyz | cmp -s - more"

expect 0 'ranks by the uncertainty of what may move' \
    "$RUN sample -n 3 --strategy=uncertain traj.xyz"
chose '4 uncertain,3 uncertain,2 uncertain'
says 'frame 5 of 8 (step 4): uncertain, ml_sigma_f 0.4 eV/angstrom (threshold 0)'
expect 0 'with the last first' \
    "$RUN sample -n 2 --strategy=last+uncertain traj.xyz"
chose '7 last,4 uncertain'
expect 0 'above a threshold only' \
    "$RUN sample -n 9 --strategy=uncertain --threshold=0.25 traj.xyz"
chose '4 uncertain,3 uncertain'

expect 0 'asks for no twin of what is known' \
    "$RUN sample -n 1 --known=known.xyz traj.xyz"
chose '6 near-last'
expect 0 'however wide a twin is' \
    "$RUN sample -n 1 --known=known.xyz --twin=0.25 traj.xyz"
chose '4 near-last'

expect 1 'has nothing to ask if all is known' \
    "$RUN sample -o none.xyz --known=traj.xyz traj.xyz"
says 'nothing worth asking: of 8 frames, 8 are twins of known ones (0.001 angstrom), 0 unphysical'
expect 0 'and says so by an empty file' 'test -e none.xyz && ! test -s none.xyz'
expect 1 'has nothing to ask if all is unphysical' \
    "$RUN sample --overlap=2 traj.xyz"
says '0 are twins of known ones (0.001 angstrom), 8 unphysical (atoms closer than 2 sums of radii)'
expect 1 'has nothing to ask if all is certain' \
    "$RUN sample --strategy=uncertain --threshold=1 traj.xyz"
says '8 certain (threshold 1 eV/angstrom)'

sed 's/:ml_sigma_f/:other/' traj.xyz >single.xyz
expect 2 'cannot rank without uncertainties' \
    "$RUN sample --strategy=last+uncertain -o bad.xyz single.xyz"
says "single.xyz:1: expected a column ml_sigma_f: 'last+uncertain' needs the model of a committee"
absent bad.xyz
expect 2 'refuses an empty pool' "$RUN sample /dev/null"
says 'expected frames: there are none'
expect 2 'refuses an unknown strategy' "$RUN sample --strategy=best traj.xyz"
says "--strategy: 'best' is not one of last+random, random, last, uncertain, last+uncertain, band"
expect 2 'refuses a count of none' "$RUN sample -n 0 traj.xyz"
says "--count: '0' is not a whole number from 1"
expect 2 'refuses a missing file' "$RUN sample -o bad.xyz no-such-file"
says "cannot open 'no-such-file': No such file or directory"
absent bad.xyz
expect 2 'points at the bad line' "printf '1\n\nXx 0 0 0\n' | $RUN sample"
says 'sample: -:3: '
expect 2 'notices a full disk' "$RUN sample -q traj.xyz >/dev/full"
says "cannot write '-': No space left on device"

expect 0 'documents its options' 'sample --help'
sed -n 's/^ .*--\([a-z-]*\).*/\1/p' out | while read -r w; do
    grep -q "^\.It Fl .*-$w" "$TOP/man/sample.1" || echo "$w"
done >undocumented
expect 1 'the manual has them all' 'test -s undocumented'

finish
