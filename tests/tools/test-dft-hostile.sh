#!/bin/sh
# dft-single --engine=pw on what no sane person asks for: one clear line and
# a status, soon, and no frame suffers from its neighbors.
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

export OMP_NUM_THREADS=1
pw="$RUN dft-single -q --engine=pw --ecut=100"

frame() { # frame 'LATTICE' 'ROW;ROW...' [PROPERTIES]
    echo "$2" | awk -v lattice="$1" -v more="${3-}" '
        { n = split($0, row, ";"); print n
          printf "Lattice=\"%s\" Properties=species:S:1:pos:R:3%s ", lattice,
              more
          print "pbc=\"T T T\""
          for (i = 1; i <= n; i++) print row[i] }'
}
cube='4 0 0 0 4 0 0 0 4'
frame "$cube" 'H 0 0 0;H 0 0 0.74' >h2.xyz
frame "$cube" 'H 0 0 0' >h.xyz
frame '1000 0 0 0 1000 0 0 0 1000' 'H 0 0 0' >huge.xyz
frame "$cube" 'Fm 0 0 0' >fm.xyz
frame "$cube" 'C 0 0 0;Cu 0.6 0 0' >squeezed.xyz
frame "$cube" 'H 0 0 0 3;H 0 0 0.74 0' :initial_magmoms:R:1 >moment.xyz
frame "$cube" 'H 0 0 0 0.5;H 0 0 0.74 0' :initial_magmoms:R:1 >half.xyz

# refuses 'what' ARGUMENTS REASON: the frame, not the run
refuses() {
    expect 1 "$1" "$pw $2"
    says "refused: $3"
}
refuses 'a cell of a thousand angstrom' huge.xyz 'needs about'
expect 0 'which it can estimate' "$pw --estimate huge.xyz"
refuses 'a thousand million k-points' '--kpoints=1000,1000,1000 h2.xyz' \
    'a grid of 1000 x 1000 x 1000 k-points: expected at most 1000000'
refuses 'as many by their distance' '--kspacing=0.001 h2.xyz' 'a grid of '
refuses 'more states than waves' '--bands=300 h2.xyz' \
    '300 states do not fit in 147 plane waves: expected fewer'
refuses 'a million states' '--bands=1000000 h2.xyz' 'needs about'
refuses 'a basis of one wave' '--ecut=1 h2.xyz' \
    '5 states do not fit in 1 plane waves'
refuses 'a grid that is too coarse' '--grid=3,3,3 h2.xyz' \
    'a grid of 3 x 3 x 3 points cannot hold the density'
refuses 'a grid that is too fine' '--grid=10000,10000,10000 h2.xyz' \
    'needs about'
refuses 'half a pair without smearing' '--smearing=none h.xyz' \
    '1 electrons with a moment of 0 do not fill whole states'
refuses 'a fraction of a spin without smearing' \
    '--spin --smearing=none half.xyz' \
    '2 electrons with a moment of 0.5 do not fill whole states'
refuses 'more moment than electrons' '--spin moment.xyz' \
    'atom 1 has an initial moment of 3: expected up to 1, its electrons'
refuses 'an element without potential' fm.xyz 'no built-in potential for Fm'
refuses 'a potential that never ends' '--pseudo=H=/dev/zero h2.xyz' \
    "'/dev/zero' is larger than"
expect 2 'no hybrid functional' "$pw --xc=hyb_gga_xc_pbeh h2.xyz"
says "functional 'hyb_gga_xc_pbeh' is a hybrid: expected LDA or GGA"

# Squeezed: a label with a mark, or none; never an infinite number.
expect 0 'labels C within Cu when told to' \
    "$pw --overlap=0 --accept-overlap -o squeezed.lab squeezed.xyz"
expect 1 'in numbers' 'grep -i "nan\|inf" squeezed.lab'

# One frame that fails is nothing to the others.
cat h2.xyz fm.xyz squeezed.xyz h.xyz h2.xyz >mixed.xyz
expect 1 'labels what it can of a stream' \
    "$pw --overlap=0 --failed=/dev/null -o mixed.lab mixed.xyz"
expect 0 'which is three of five' 'test "$(grep -c free_energy mixed.lab)" -eq 3'
expect 0 'labels one alone' "$pw -o alone.lab h2.xyz"
energies() { sed -n 's/.* free_energy=\([^ ]*\).*/\1/p' "$1"; }
expect 0 'the last as if it were alone' \
    'test "$(energies mixed.lab | tail -n 1)" = "$(energies alone.lab)"'

# Checkpoints.
expect 2 'wants a folder for them' "$pw --checkpoint=h2.xyz h2.xyz"
says "'h2.xyz' is not a folder"
expect 2 'makes one, but not two' "$pw --checkpoint=no/such h2.xyz"
says "cannot make the folder 'no/such': No such file or directory"
expect 0 'with any name' "$pw --checkpoint='ä ö' -o 'ü é' h2.xyz"
expect 0 'leaves one file' 'test "$(ls "ä ö" | wc -l)" -eq 1'
state=$(echo 'ä ö'/*)
head -c 1000 "$state" >start.dft
for damaged in start.dft /dev/null h2.xyz; do
    cat "$damaged" >"$state"
    expect 0 "takes a damaged one for none: $damaged" \
        "$pw --checkpoint='ä ö' -o again.lab h2.xyz"
    expect 0 'with the same label' 'cmp again.lab alone.lab'
done
expect 0 'does not lose a label when there is no room for it' \
    "rm '$state' && mkdir '$state' && dft-single --ecut=100 --checkpoint='ä ö' -o room.lab h2.xyz"
says 'no checkpoint: cannot rename'
expect 0 'and leaves nothing else' 'test "$(ls "ä ö" | wc -l)" -eq 1'

# Stopped in the middle, it goes on.
for i in 1 2 3 4 5 6 7 8 9; do
    frame '4 0 0 0 4 0 0 0 4.5' "Al 0 0 0.$i;Al 2 2 2;Al 0 2 0;Al 2 0 2.4"
done >walk.xyz
slow="$pw --ecut=150 --kpoints=2,2,2 -o walk.lab"
$slow walk.xyz &
pid=$!
n=0
until test -s walk.lab.part || test "$n" -eq 200; do
    sleep 0.05
    n=$((n + 1))
done
kill "$pid" 2>/dev/null || :
wait "$pid" 2>/dev/null || :
expect 0 'keeps what it has when it is ended' \
    'test -s walk.lab.part && test ! -e walk.lab'
expect 0 'goes on' "dft-single --ecut=150 --kpoints=2,2,2 -o walk.lab walk.xyz"
says 'kept'
expect 0 'to all nine' 'test "$(grep -c free_energy walk.lab)" -eq 9'
finish
