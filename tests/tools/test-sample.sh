#!/bin/sh
# shellcheck disable=SC2016,SC2034 # what expect evaluates is in single quotes
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

# Levels of trust.

expect 0 'chooses within a band of trust' \
    "$RUN sample -n 9 --strategy=band --threshold=0.1 --ceiling=0.3 traj.xyz"
says 'of 8 frames 4 certain (up to 0.1 eV/angstrom), 1 too wild (above 0.3)'
cp out chosen
expect 0 'and no other' \
    'test "$(sed -n "s/.*step=\([0-9]\).* query=band.*/\1/p" chosen | sort |
        paste -sd, -)" = 2,3,7'
expect 0 'not the wildest of the uncertain' \
    "$RUN sample -n 9 --strategy=uncertain --threshold=0.1 --ceiling=0.3 traj.xyz"
chose '3 uncertain,2 uncertain,7 uncertain'
expect 1 'nor anything if all is wild' \
    "$RUN sample --strategy=band --threshold=0.45 --ceiling=0.5 traj.xyz"
says '8 certain (threshold 0.45 eV/angstrom), 0 too wild'

# Feature space and walks.

expect 0 'chooses what is farthest from what is known' \
    "$RUN sample -n 1 --strategy=farthest --known=known.xyz traj.xyz"
chose '0 farthest'
cp out chosen
expect 0 'and says how far' 'grep -q " novelty=[0-9][0-9.]*" chosen'
expect 0 'chooses what extrapolates' \
    "$RUN sample -n 1 --strategy=maxvol --known=known.xyz --features=paper traj.xyz"
chose '0 maxvol'
says 'frame 1 of 8 (step 0): maxvol '
cp out chosen
expect 0 'and says how much' 'grep -q " grade=[0-9][0-9.]*" chosen'
expect 0 'the last first, if asked' \
    "$RUN sample -n 2 --strategy=last+farthest traj.xyz"
chose '7 last,0 farthest'
expect 0 'the same with more threads' \
    "sample -q -n 3 --strategy=farthest -j1 traj.xyz >one &&
    sample -q -n 3 --strategy=farthest -j2 traj.xyz | cmp - one"
expect 1 'nothing that is known in another place' \
    "sed 's/^Cu 0 0 [0-9]/&/; s/^Cu 0 0 0 /Cu 5 5 5 /; s/^Cu 0 0 \([0-9.]*\) T/Cu 5 5 \1 T/' \
        traj.xyz | awk '/T 0/ || /T$/ { \$4 += 5 } { print }' >moved.xyz
    $RUN sample --strategy=farthest --known=moved.xyz traj.xyz"
says '8 certain'
expect 0 'one of each part of the walk' \
    "$RUN sample -n 3 --strategy=stratified single.xyz"
chose '7 last,2 stratum,5 stratum'

# Bands.

# image N ENERGY X [STEP]: a dimer at X
image() {
    echo 2
    echo 'Properties=species:S:1:pos:R:3:ml_sigma_f:R:1' \
        "image=$1 step=${4-3} ml_energy=$2 pbc=\"F F F\""
    printf 'Cu 0 0 0 0\nCu %s 0 2.5 %s\n' "$3" "$(($1 * 3 % 4))"
}
images() {
    sed -n 's/.*image=\([0-9]*\).* query=\([a-z-]*\).*/\1 \2/p' out | paste -sd, -
}
asked() {
    images=$(images)
    expect 0 "asked $1" 'test "$images" = '"'$1'"
}
for i in 0 1 2 3 4; do image $i 0.5 "0.$i" 2; done >band.xyz
{ image 0 0 0; image 1 0.3 .5; image 2 0.6 1; image 3 0.5 1.5; image 4 0.1 2; } \
    >>band.xyz
expect 0 'chooses by the rule of the paper' \
    "$RUN sample --strategy=neb-paper band.xyz"
asked '0 initial,2 saddle,4 final'
expect 0 'chooses by a better one' "$RUN sample -n 4 --strategy=neb band.xyz"
asked '0 initial,4 final,2 saddle'
expect 0 'one at a time, if not told otherwise' "$RUN sample --strategy=neb band.xyz"
asked '0 initial'
expect 0 'puts off a saddle that is uncertain' \
    "$RUN sample -n 4 --strategy=neb --threshold=0 band.xyz"
says 'frame 7 of 10 (image 1): least-known, ml_sigma_f 3 eV/angstrom (threshold 0)'
asked '0 initial,4 final,1 least-known,2 saddle'
tail -n 8 band.xyz | sed 's/ml_sigma_f:R:1/forces:R:3/
    s/ml_energy/energy/; s/^\(Cu .*\) [0-9]$/\1 0.01 0 0/' >end.xyz
expect 0 'leaves alone an end that is settled' \
    "tail -n 4 end.xyz | sed 's/^Cu 2 /Cu 2.01 /' >near.xyz
    $RUN sample -n 2 --strategy=neb --known=near.xyz band.xyz"
asked '0 initial,2 saddle'
expect 0 'unless its label is too far' \
    "$RUN sample -n 2 --strategy=neb --known=near.xyz --end-twin=0.009 band.xyz"
asked '0 initial,4 final'
expect 0 'or its force too large' \
    "$RUN sample -n 2 --strategy=neb --known=near.xyz --end-fmax=0.009 band.xyz"
asked '0 initial,4 final'
expect 2 'wants a band' "$RUN sample --strategy=neb traj.xyz"
says 'expected a band: frames with the key image'

# Preflight.

atoms() { # atoms LATTICE Z2: two atoms above each other
    printf '2\nLattice="%s" Properties=species:S:1:pos:R:3 pbc="T T F"\n' "$1"
    printf 'Cu 0 0 0\nCu 0 0 %s\n' "$2"
}
box='2.5 0 0 0 2.5 0 0 0 20'
{
    atoms "$box" 2.5
    atoms "$box" nan
    atoms "2.5 0 0 2.5 0 0 0 0 20" 2.5
    atoms "$box" 0.1
    atoms "$box" 1.2
    atoms "2.5 0 0 0 2.5 0 0 0 210" 2.5
    atoms "$box" 2.6
} >mixed.xyz
expect 1 'passes what is physical' \
    "$RUN sample --preflight --strategy=all -o good.xyz mixed.xyz"
says 'mixed.xyz:8: '
says 'mixed.xyz:10: Lattice: expected vectors that span a volume: refused'
says 'mixed.xyz:13: expected atoms apart, got '
says 'mixed.xyz:17: refused: atoms 1 (Cu) and 2 (Cu) are 1.2 angstrom apart, 0.455 sums of their radii, less than 0.5'
says 'mixed.xyz:21: refused: lattice vector 3 is 210 angstrom long, more than 200'
expect 0 'and that alone' "test \$(grep -c Lattice good.xyz) -eq 2 &&
    grep -q 'Cu 0.0 0.0 2.5' good.xyz && grep -q 'Cu 0.0 0.0 2.6' good.xyz"
expect 0 'all of it' "$RUN sample --preflight --strategy=all -o more.xyz good.xyz &&
    cmp good.xyz more.xyz"
expect 0 'looks at vacuum' \
    "$RUN sample -q --preflight --strategy=all --vacuum=17 good.xyz >/dev/null"
expect 1 'that is too thin' "$RUN sample --preflight --strategy=all --vacuum=17.45 good.xyz"
says 'good.xyz:5: refused: the vacuum along lattice vector 3 is 17.4 angstrom wide, less than 17.45'
expect 1 'counts atoms' "$RUN sample --preflight --max-atoms=1 good.xyz"
says 'good.xyz:5: refused: 2 atoms are more than 1'
expect 1 'misses none' "$RUN sample --preflight --lost=0.5 --strategy=all good.xyz"
says 'atom 1 (Cu) is alone'
expect 0 'refuses on the way of another strategy' \
    "$RUN sample --preflight -n 1 --strategy=last mixed.xyz"
expect 2 'cannot go on behind half a frame' \
    "head -n 7 mixed.xyz | $RUN sample --preflight --strategy=all -o bad.xyz"
says 'sample: -:7: expected 2 atoms, the file ends after 1'
absent bad.xyz
expect 2 'nor without a count' \
    "{ cat good.xyz; echo x; cat good.xyz; } | $RUN sample --preflight --strategy=all"
says 'sample: -:9: expected the number of atoms'
expect 2 'wants all of it without --preflight' "$RUN sample mixed.xyz"
says 'sample: mixed.xyz:8: '

expect 2 'refuses an option that would do nothing' "$RUN sample --grade=2 traj.xyz"
says '--grade is for maxvol'
expect 2 'another' "$RUN sample --vacuum=2 traj.xyz"
says '--vacuum is for --preflight'
expect 2 'refuses levels that are crossed' \
    "$RUN sample --strategy=band --threshold=1 --ceiling=0.5 traj.xyz"
says '--ceiling is below --threshold'
expect 2 'refuses an unknown set' \
    "$RUN sample --strategy=maxvol --features=none traj.xyz"
says "'none'"

expect 2 'cannot rank without uncertainties' \
    "$RUN sample --strategy=last+uncertain -o bad.xyz single.xyz"
says "single.xyz:1: expected a column ml_sigma_f: 'last+uncertain' needs a model that tells how sure it is"
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
