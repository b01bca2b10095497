#!/bin/sh
# dft-single --engine=pw.  Small cutoffs: what is tested are theorems, which
# hold at any, and the numbers of other codes at theirs.
# shellcheck disable=SC2016 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

si='--ecut=150 --kpoints=2,2,2 --grid=18,18,18 --force-tol=1e-5'
pw="$RUN dft-single -q --engine=pw"

# number KEY FILE: its value in the comment of the first frame
number() { sed -n "2s/.* $1=\([^ ]*\).*/\1/p" "$2"; }
# told KEY: what --verbose said
told() { awk -v key="$1" '$1 == key { x = $2 } END { print x }' told; }
# forces FILE [FRAME]: the last three columns of its rows
forces() {
    awk -v want="${2:-1}" 'left == 0 { left = $1 + 2; n++; row = 0 }
        { if (row++ > 1 && n == want) print $(NF - 2), $(NF - 1), $NF
          left-- }' "$1"
}
# far FILE FILE: the largest difference of two lists of numbers
far() {
    paste -d ' ' "$1" "$2" | awk '{ for (i = 1; i <= NF / 2; i++) {
        d = $i - $(i + NF / 2); if (d < 0) d = -d; if (d > m) m = d } }
        END { print m + 0, NR }' | sed 's/ 0$/ nothing/; s/ .*[0-9]$//'
}

frame() { # frame 'LATTICE' 'ROW;ROW...' [PBC [PROPERTIES]]
    echo "$2" | awk -v lattice="$1" -v pbc="${3:-T T T}" -v more="${4-}" '
        { n = split($0, row, ";"); print n
          printf "Lattice=\"%s\" Properties=species:S:1:pos:R:3%s ", lattice,
              more
          printf "pbc=\"%s\"\n", pbc
          for (i = 1; i <= n; i++) print row[i] }'
}
fcc='0 2.715 2.715 2.715 0 2.715 2.715 2.715 0'
frame "$fcc" 'Si 0 0 0;Si 1.4275 1.3275 1.4075' >si2.xyz
frame "$fcc" 'Si 0.03 0 0;Si 1.4275 1.3475 1.3775' >moved.xyz

# What every tool does.

expect 0 'labels a frame' "$RUN dft-single --engine=pw $si si2.xyz"
cp out si2.lab
says 'asked 1, labelled 1, failed 0 (ok 1)'
expect 0 'and tells nothing' "$pw $si si2.xyz && test ! -s err"
expect 0 'with energies, forces and stress' \
    'grep " energy=-2.* free_energy=-2.* stress=\".* dft_engine=pw " si2.lab &&
     grep "forces:R:3" si2.lab'
expect 0 'reads standard input' "$pw $si <si2.xyz"
cp out again.lab
expect 0 'and gives the same bytes' 'cmp again.lab si2.lab'
expect 0 'is the default engine' "dft-single -q $si -o named.xyz si2.xyz"
expect 0 'writes a file' 'cmp named.xyz si2.lab'
expect 2 'notices a full disk' "$pw $si si2.xyz >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'points at the bad line' "printf '1\n\nXx 0 0 0\n' | $pw"
says 'dft-single: -:3: '
expect 2 'refuses what is no functional' "$pw --xc=nonsense si2.xyz"
says 'nonsense'
expect 2 'counts k-points' "$pw --kpoints=2,2 si2.xyz"
says "--kpoints: '2,2' is not A,B,C, numbers from 1 to 1000"
expect 2 'takes one way to say k-points' \
    "$pw --kpoints=2,2,2 --kspacing=0.3 si2.xyz"
says '--kpoints and --kspacing exclude each other'
expect 2 'knows sizes' "$pw --max-memory=8 si2.xyz"
says "--max-memory: '8' is not a size as 8G or 500M"

# What --verbose tells, adds up.

expect 0 'tells what an energy consists of' "$pw -v $si si2.xyz"
cp err told
sum=$(awk '$1 ~ /^(kinetic|local|nonlocal|hartree|xc|ewald|dipole)$/ {
    s += $2 } END { printf "%.9f", s }' told)
near 'internal energy is the sum of its terms' "$sum" "$(told internal)" 1e-7
near 'free energy is that and -TS' "$(told free_energy)" \
    "$(echo "$(told internal) $(told minus_ts)" |
        awk '{ printf "%.9f", $1 + $2 }')" 1e-7
near 'which is the label' "$(told free_energy)" \
    "$(number free_energy si2.lab)" 1e-7
expect 0 'tells of all k-points' 'test "$(grep -c "^k [0-9]" told)" -ge 1 &&
    test "$(grep -c ^eigenvalues told)" -eq "$(grep -c "^k [0-9]" told)"'

# Forces are minus the derivative of free_energy: a difference of fourth order,
# of the distance, since the force on both atoms together is taken off.

full='--smearing=none --ecut=150 --kpoints=2,2,2 --force-tol=1e-5'
for i in -2 -1 0 1 2; do
    frame "$fcc" "$(echo $i | awk '{
        printf "Si %g 0 0;Si %g 1.3275 1.4075", -0.005 * $1, \
            1.4275 + 0.005 * $1 }')"
done >walk.xyz
expect 0 'labels a walk' "$pw $full -o walk.lab walk.xyz"
slope=$(sed -n 's/.* free_energy=\([^ ]*\).*/\1/p' walk.lab | awk '
    { e[NR] = $1 } END {
        printf "%.8f", (8 * (e[4] - e[2]) - (e[5] - e[1])) / (12 * 0.01) }')
near 'forces are its derivative' "$(forces walk.lab 3 | awk '
    { f[NR] = $1 } END { print (f[1] - f[2]) / 2 }')" "$slope" 2e-5

# Invariances: the energy to the square of the error of the field, the forces
# to a few times what --force-tol says.

expect 0 'one thread' "$pw -j1 $si -o one.lab si2.xyz"
expect 0 'two threads' "$pw -j2 $si -o two.lab si2.xyz"
near 'are equal' "$(number free_energy one.lab)" \
    "$(number free_energy two.lab)" 1e-9
forces one.lab >a && forces two.lab >b
near 'in their forces, too' "$(far a b)" 0 1e-9

frame "$fcc" 'Si 1.4275 1.3275 1.4075;Si 0 0 0' >swapped.xyz
expect 0 'the atoms in another order' "$pw $si -o swapped.lab swapped.xyz"
near 'are the same' "$(number free_energy swapped.lab)" \
    "$(number free_energy si2.lab)" 1e-6
forces swapped.lab | tac >a && forces si2.lab >b
near 'with the same forces' "$(far a b)" 0 1e-4

# by a grid vector: a1 / 18 + a3 / 9
awk 'NR > 2 { $2 += 2.715 / 9; $3 += 2.715 / 6; $4 += 2.715 / 18 } { print }' \
    si2.xyz >shifted.xyz
expect 0 'shifted by points of the grid' "$pw $si -o shifted.lab shifted.xyz"
near 'it is the same' "$(number free_energy shifted.lab)" \
    "$(number free_energy si2.lab)" 1e-6
forces shifted.lab >a
near 'with the same forces' "$(far a b)" 0 1e-4

# 0.6 0.8 0, -0.8 0.6 0, 0 0 1 and a swap of x and z: left-handed, even
turn() { awk '{ print $3, -0.8 * $1 + 0.6 * $2, 0.6 * $1 + 0.8 * $2 }'; }
lattice=$(echo "$fcc" | xargs -n 3 | turn | xargs)
frame "$lattice" "$(tail -n 2 si2.xyz | while read -r s x; do
    echo "$s $(echo "$x" | turn)"
done | paste -sd ';')" >turned.xyz
expect 0 'turned in space' "$pw --no-symmetry $si -o turned.lab turned.xyz"
near 'it is the same' "$(number free_energy turned.lab)" \
    "$(number free_energy si2.lab)" 1e-6
forces turned.lab >a && forces si2.lab | turn >b
near 'with its forces turned' "$(far a b)" 0 1e-4

frame '0 5.43 5.43 2.715 0 2.715 2.715 2.715 0' \
    'Si 0 0 0;Si 1.4275 1.3275 1.4075;Si 0 2.715 2.715;Si 1.4275 4.0425 4.1225' \
    >double.xyz
expect 0 'a cell of twice the size' "$pw --ecut=150 --kpoints=1,2,2 \
    --grid=36,18,18 --force-tol=1e-5 -o double.lab double.xyz"
near 'has twice the energy' "$(number free_energy double.lab)" \
    "$(number free_energy si2.lab | awk '{ printf "%.9f", 2 * $1 }')" 2e-6

expect 0 'without symmetry' "$pw --no-symmetry $si -o nosym.lab si2.xyz"
near 'it is the same' "$(number free_energy nosym.lab)" \
    "$(number free_energy si2.lab)" 1e-6
expect 0 'k-points by their distance' "$pw --ecut=150 --kspacing=1.01 \
    --grid=18,18,18 --force-tol=1e-5 -o spacing.lab si2.xyz"
near 'are those of a grid' "$(number free_energy spacing.lab)" \
    "$(number free_energy si2.lab)" 1e-6

# A stream, and checkpoints: fewer steps, the same label.

si_rough='--ecut=150 --kpoints=2,2,2 --grid=18,18,18 --no-symmetry'
cat si2.xyz moved.xyz >stream.xyz
expect 0 'a frame from nothing' \
    "$pw $si_rough --ledger=cold.tsv -o cold.lab moved.xyz"
expect 0 'and from the one before' \
    "$pw $si_rough --ledger=stream.tsv -o stream.lab stream.xyz"
cold=$(tail -n 1 cold.tsv | cut -f 6)
expect 0 'takes fewer steps' \
    "test \"\$(tail -n 1 stream.tsv | cut -f 6)\" -lt $cold"
forces stream.lab 2 >a && forces cold.lab >b
near 'has the same forces to the threshold' "$(far a b)" 0 2e-3
near 'and energy' "$(sed -n 's/.* free_energy=\([^ ]*\).*/\1/p' stream.lab |
    tail -n 1)" "$(number free_energy cold.lab)" 1e-4
expect 0 'leaves a checkpoint' "$pw $si_rough --checkpoint=state si2.xyz"
expect 0 'goes on from it' "$pw $si_rough --checkpoint=state \
    --ledger=again.tsv -o again.lab moved.xyz"
expect 0 'in fewer steps' \
    "test \"\$(tail -n 1 again.tsv | cut -f 6)\" -lt $cold"
forces again.lab >a
near 'to the same forces' "$(far a b)" 0 2e-3
expect 0 'and is the same level of theory' \
    'test "$(number dft_settings again.lab)" = "$(number dft_settings cold.lab)"'
expect 0 'which another cutoff is not' "$pw --ecut=160 -o other.lab si2.xyz &&
    test \"\$(number dft_settings other.lab)\" != \
        \"\$(number dft_settings cold.lab)\""

# Frames that have no label.

expect 1 'gives up' "$pw $si --max-scf=2 --failed=failed.xyz -o none si2.xyz"
expect 0 'and says so' 'grep "fail_reason=scf" failed.xyz && test ! -s none'
frame '4 0 0 0 4 0 0 0 4' 'H 2 2 2;H 2 2 2.28' >squeezed.xyz
h2='--ecut=200 --smearing=none'
expect 1 'refuses atoms within each other' \
    "$pw $h2 --failed=failed.xyz squeezed.xyz"
expect 0 'and says so' 'grep "fail_reason=overlap" failed.xyz'
expect 1 'or their cores' \
    "dft-single --engine=pw $h2 --overlap=0 --ledger=squeezed.tsv squeezed.xyz"
says 'overlap: cores of atoms 1 (H) and 2 (H), 0.280 A apart, overlap by'
expect 0 'before any step' 'test "$(tail -n 1 squeezed.tsv | cut -f 6)" -eq 0'
expect 0 'labels them on request' \
    "$pw $h2 --accept-overlap -o squeezed.lab squeezed.xyz"
expect 0 'with a mark' 'grep " dft_overlap=T" squeezed.lab'
expect 1 'needs a cell' "printf '1\npbc=\"F F F\"\nH 0 0 0\n' |
    dft-single -q --engine=pw --failed=/dev/null"
says 'refused: plane waves need a cell: expected three lattice vectors'
frame '3 0 0 0 3 0 0 0 3' 'H 0 0 0' 'T T F' >bare.xyz
expect 1 'needs vacuum where it is not periodic' "$pw bare.xyz"
says 'pbc is F along vector 3, but the atoms are 3.00 angstrom from their images'
expect 1 'keeps within the memory' "$pw --max-memory=1M si2.xyz"
says 'refused'
expect 1 'counts states' "$pw --bands=3 si2.xyz"
says 'refused'

# Potentials that are none of ours.

for kind in US PAW; do
    cat >"$kind.upf" <<EOF
<UPF version="2.0.1">
<PP_HEADER element="Si" pseudo_type="$kind" is_ultrasoft="T" is_paw="F"
 functional="PBE" z_valence="4.0" mesh_size="3" number_of_wfc="0"
 number_of_proj="0" core_correction="F" l_max="0"/>
</UPF>
EOF
    expect 1 "refuses a potential: $kind" "$pw --pseudo=Si=$kind.upf si2.xyz"
    says "$kind.upf"
done
expect 2 'needs one that is there' "$pw --pseudo=Si=none.upf si2.xyz"
says "cannot open 'none.upf': No such file or directory"

# Spins, dipoles.

frame '4 0 0 0 4 0 0 0 4' 'H 2 2 2 1' 'T T T' :initial_magmoms:R:1 >h.xyz
expect 0 'a hydrogen atom' "$pw --spin --smearing=none --ecut=200 h.xyz"
near 'has a moment' "$(number magmom out)" 1 1e-6
expect 0 'asked without a spin' "$pw --ecut=200 -o h.lab h.xyz"
expect 1 'it has none' 'grep " magmom=" h.lab'

# What a molecule's field does to its images goes with one over the volume.
for c in 8 12; do
    frame "4.5 0 0 0 4.5 0 0 0 $c" 'O 2 2 3;H 2 2.76 3.6;H 2 1.24 3.6' >h2o.xyz
    for dipole in '' --dipole; do
        expect 0 "water in $c angstrom $dipole" \
            "$pw $dipole --ecut=250 --smearing=none -o h2o$dipole.$c h2o.xyz"
    done
done
correction() { # of the cell of this length
    echo "$(number free_energy "h2o--dipole.$1")" \
        "$(number free_energy "h2o.$1")" | awk '{ print $1 - $2 }'
}
near 'the dipole correction is inverse to the length' \
    "$(echo "$(correction 8) $(correction 12)" | awk '{ print $1 / $2 }')" \
    1.5 0.15

# Estimates.

expect 0 'estimates' "$pw --estimate $si -o estimate stream.xyz"
expect 0 'for each frame' 'test "$(grep -c "^memory " estimate)" -eq 2'
expect 0 'k-points and bands' 'grep "^k_points *[0-9]* of 8$" estimate &&
    grep "^bands *[4-9]" estimate && grep "^grid *18 18 18$" estimate'
expect 1 'without a label' 'grep energy estimate'
expect 0 'of a frame without a cell' "printf '1\npbc=\"F F F\"\nH 0 0 0\n' |
    dft-single --engine=pw --estimate"
says 'refused: plane waves need a cell'

# What a user should know.

frame '3 0 0 0 3 0 0 0 3' 'O 0 0 0' >o.xyz
expect 0 'a low cutoff' 'dft-single --ecut=300 --smearing=none -o o.out o.xyz'
says 'o.xyz:1: a cutoff of 300 eV is low for O (O GTH-PBE-q6)'
expect 0 'is told of once in a stream' 'cat o.xyz o.xyz |
    dft-single --ecut=300 --smearing=none -o o.out 2>low &&
    test "$(grep -c "is low for" low)" -eq 1'
frame '2.8 0 0 0 2.8 0 0 0 2.8' 'Al 0 0 0' >al.xyz
expect 0 'and not if it is none' 'dft-single --ecut=300 -o al.out al.xyz 2>low &&
    ! grep "is low for" low'

# Other codes.

expect 0 'agrees with ABINIT and pw.x' \
    "sh $TOP/tests/tools/dft-cases.sh $TOP/tests/ref/dft/cases.xyz >table"
sed 's/^/# /' table
expect 0 'in eighteen cases' 'test "$(grep -c " ok *$" table)" -eq 18'

finish
