#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

cell='Lattice="9.0 0.0 0.0 0.0 9.0 0.0 0.0 0.0 9.0"'
props='Properties=species:S:1:pos:R:3:forces:R:3'

# frame ENERGY Z [KEYS]: two copper atoms Z angstrom apart
frame() {
    printf '2\n%s %s energy=%s%s pbc="T T T"\n' "$cell" "$props" "$1" \
        "${3:+ $3}"
    printf 'Cu 0.0 0.0 0.0 0.0 0.0 0.2\nCu 0.0 0.0 %s 0.0 0.0 -0.2\n' "$2"
}
frame -7.5 2.5 'note="kept as it is" x="1.0 2.0 3.0"' >a.xyz
frame -7.25 2.75 >b.xyz
frame -7.5 2.5004 >twin.xyz
{ frame -7.0 3.0 && frame -7.25 2.75; } >c.xyz

expect 0 'reads a named file' "$RUN merge-db a.xyz >copy.xyz"
expect 0 'and passes it on to the byte' 'cmp copy.xyz a.xyz'
expect 0 'reads standard input' "$RUN merge-db <a.xyz | cmp - a.xyz"
expect 0 'a dash is standard input' "$RUN merge-db b.xyz - <a.xyz"
expect 0 'an empty file is an empty set' "$RUN merge-db /dev/null | cmp - /dev/null"

expect 0 'joins files without their twins' \
    "$RUN merge-db -v -o all.xyz a.xyz b.xyz twin.xyz c.xyz"
says 'merge-db: twin.xyz:1: twin of a.xyz:1'
says 'merge-db: c.xyz:5: twin of b.xyz:1'
says 'merge-db: 3 taken, 2 twins, 0 refused'
head -4 c.xyz | cat a.xyz b.xyz - >expected
expect 0 'the first of twins is kept, in order' 'cmp all.xyz expected'
absent all.xyz.part
expect 0 'says nothing unless asked' "$RUN merge-db a.xyz twin.xyz"
expect 1 'nothing at all' 'test -s err'
expect 0 'the output may be an input' \
    "$RUN merge-db -o all.xyz all.xyz all.xyz && cmp all.xyz expected"
expect 0 'the tolerance decides' \
    "$RUN merge-db -v --tolerance=0.0003 a.xyz twin.xyz"
says '2 taken, 0 twins, 0 refused'

# wrapped by whole cells, another atom order, another cell
sed 's/^Cu 0.0 0.0 2.5/Cu 9.0 -18.0 -6.5/' a.xyz >wrapped.xyz
expect 0 'a wrapped frame is a twin' "$RUN merge-db -v a.xyz wrapped.xyz"
says '1 taken, 1 twins, 0 refused'
sed 's/9\.0/9.1/' a.xyz >strained.xyz
expect 0 'one in another cell is not' "$RUN merge-db -v a.xyz strained.xyz"
says '2 taken, 0 twins, 0 refused'

sed 's/ energy=/ ml_energy=/' b.xyz >nolabel.xyz
expect 1 'refuses a frame without a label' \
    "$RUN merge-db -o kept.xyz a.xyz nolabel.xyz"
says 'merge-db: nolabel.xyz:1: no energy'
expect 0 'and writes the others' 'cmp kept.xyz a.xyz'
expect 1 'in silence with -q' "$RUN merge-db -q a.xyz nolabel.xyz"
expect 1 'nothing at all' 'test -s err'
expect 0 'takes the energy from another key' \
    "$RUN merge-db --energy-key=ml_energy nolabel.xyz"
sed 's/ -0\.2$/ 0.0/' b.xyz >zeroed.xyz
expect 1 'refuses forces zeroed for fixed atoms' "$RUN merge-db a.xyz zeroed.xyz"
says 'merge-db: zeroed.xyz:1: the forces add up to 0.2 eV/angstrom'
expect 0 'unless told' "$RUN merge-db --net-force=1 a.xyz zeroed.xyz"
sed 's/forces/REF_forces/' zeroed.xyz >ref.xyz
expect 1 'takes the forces from another column' \
    "$RUN merge-db --forces-key=REF_forces --net-force=0.05 ref.xyz"
frame -1.0 1.2 >near.xyz
expect 1 'refuses atoms too near' "$RUN merge-db near.xyz"
says 'merge-db: near.xyz:1: atoms 1 and 2 are at 0.45 of the sum of their covalent radii'

# contradictions
frame -8.5 2.5 >other.xyz
expect 2 'refuses one geometry with two energies' \
    "$RUN merge-db -o bad.xyz a.xyz other.xyz"
says 'merge-db: other.xyz:1: energy -8.5, but -7.5 in a.xyz:1 for the same geometry'
absent bad.xyz
absent bad.xyz.part
frame -0.551239 2.51 >rydberg.xyz
expect 2 'refuses a slip of units' "$RUN merge-db a.xyz rydberg.xyz"
says 'merge-db: rydberg.xyz:1: energy -0.551239, but -7.5 in a.xyz:1: as rydberg and eV'
frame -7.5 2.5 'dft_settings=aa' >aa.xyz
frame -7.0 3.0 'dft_settings=bb' >bb.xyz
expect 2 'refuses two levels of theory' "$RUN merge-db aa.xyz bb.xyz"
says "merge-db: bb.xyz:1: dft_settings is 'bb', but 'aa' in aa.xyz:1"
expect 0 'unless told' "$RUN merge-db --force-mixed aa.xyz bb.xyz other.xyz"

# odd and bad files
printf '1\nenergy=-1.0\nH 0.0 0.0 0.5' >cut.xyz
expect 0 'warns of a missing newline' "$RUN merge-db cut.xyz"
says 'merge-db: warning: cut.xyz:3: expected a newline at the end: is the file cut?'
expect 2 'which --strict refuses' "$RUN merge-db --strict cut.xyz"
says 'merge-db: cut.xyz:3: expected a newline at the end: is the file cut?'
printf '1\nenergy=-1.0\nH 0.0 0.0 0.5 7\n' >wide.xyz
expect 2 'as it does columns that are not read' "$RUN merge-db --strict wide.xyz"
says 'merge-db: wide.xyz:3: expected four columns, as there are no Properties'
printf '1\n\nXx 0 0 0\n' >bad-line.xyz
expect 2 'points at the bad line' "$RUN merge-db -o bad.xyz a.xyz bad-line.xyz"
says "merge-db: bad-line.xyz:3: species: expected a chemical symbol, got 'Xx'"
absent bad.xyz
expect 2 'a bad second frame spoils the file' \
    "cat a.xyz bad-line.xyz | $RUN merge-db"
says 'merge-db: -:7: species: expected a chemical symbol'
expect 2 'refuses a missing file' "$RUN merge-db no-such-file"
says "merge-db: cannot open 'no-such-file': No such file or directory"
expect 2 'refuses a bad option' "$RUN merge-db --tolerance=x a.xyz"
says '--tolerance'
expect 2 'refuses a bad format' "$RUN merge-db --format=cif a.xyz"
says '--format'
expect 2 'notices a full disk' "$RUN merge-db a.xyz >/dev/full"
says 'No space left on device'
expect 2 'also in JSON' "$RUN merge-db --format=json a.xyz >/dev/full"
says 'No space left on device'

# JSON
expect 0 'prints JSON' \
    "$RUN merge-db --format=json a.xyz nolabel.xyz twin.xyz >json"
expect 0 'of all frames' 'grep -c natoms json | grep -qx 3'
expect 0 'with their numbers' \
    'grep -qF "\"pos\": [[0.0, 0.0, 0.0], [0.0, 0.0, 2.5]]" json'
expect 0 'and keys' 'grep -qF "\"info\": {\"energy\": -7.5, \
\"note\": \"kept as it is\", \"x\": [1.0, 2.0, 3.0]}" json'

expect 0 'answers --help' 'merge-db --help >help'
expect 1 'in lines of 80 columns' 'grep ".\{81\}" help'
expect 1 'of which there are 40 at most' 'sed -n 41p help | grep .'
sed -n 's/^.*--\([a-z-]*\).*$/\1/p' help | while read -r w; do
    grep -q "Fl -$w" "$TOP/man/merge-db.1" || echo "$w"
done >undocumented
expect 1 'the manual has all options' 'test -s undocumented'

finish
