#!/bin/sh
# simulate relax --cell: atoms and cell go where ASE's UnitCellFilter takes them.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

relax="$RUN simulate relax"
emt="--oracle='dft-single -q --engine=emt'"

# steps WALK N: it took so many
steps() {
    test "$(grep -c Properties= "$1")" -eq $(($2 + 1))
}

cat >crystal.xyz <<'END'
4
Lattice="3.7 0.05 0 0.1 3.5 0 0.1 0.05 3.8" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0.05 0 0
Cu 1.85 1.75 0.1
Au 1.8 0 1.9
Cu 0 1.75 1.95
END

# Steps of BFGS in ASE 3.22.1 to 0.01 eV/angstrom.
for how in 'full 28' 'volume 13' 'xy 24'; do
    # shellcheck disable=SC2086
    set -- $how
    expect 0 "relaxes: $1" \
        "$relax $emt --cell=$1 --fmax=0.01 -o $1.xyz crystal.xyz"
    expect 0 "in the $2 steps of ASE" "steps $1.xyz $2"
    if /usr/bin/python3 -c 'import ase' 2>/dev/null; then
        expect 0 'to where it ends' "/usr/bin/python3 \
            '$TOP/tests/tools/ase_cell.py' $1 crystal.xyz $1.xyz"
    else
        skip 'the end beside ASE: no python3-ase'
    fi
done

# Copper, blown up by 5 %: the lattice constant of effective-medium theory.
cat >cu.xyz <<'END'
1
Lattice="0 1.885 1.885 1.885 0 1.885 1.885 1.885 0" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0 0 0
END
expect 0 'finds the lattice constant of copper' \
    "$relax $emt --cell=full --fmax=0.001 -o cu.walk cu.xyz"
expect 0 'which is 3.590 angstrom' "tail -n 2 cu.walk | awk -F '[\" ]' \
    '{ for (i = 1; i < NF; i++) if (\$i > 1.79 && \$i < 1.8) k++ }
    END { exit k != 6 }'"

# With a model, whose stress is the derivative of its energy.
dft-single -q --engine=emt -o cu.lab crystal.xyz
merge-db -o train.xyz cu.lab full.xyz 2>/dev/null
train -q --epochs=40 -s 1 -j1 -o model train.xyz || test $? -eq 1
status=0
simulate relax -q --model=model --cell=full --max-steps=30 -o ml.xyz \
    crystal.xyz || status=$?
report "$(test $status -le 1; echo $?)" 'a model relaxes a cell'
expect 0 'and tells its stress' 'grep -q ml_stress= ml.xyz'

# With a Gaussian process: from one label and its stress, one more wherever it
# stops, to the energy of those 28 steps.
energy() {
    tail -n 6 "$1" | sed -n 's/.* energy=\([^ ]*\).*/\1/p'
}
dft-single -q --engine=emt -o process.xyz crystal.xyz
for labels in 2 3 4 5 6 7 8; do
    train -q --model=gp --stress-weight=1 -o process process.xyz
    simulate relax -q --model=process --cell=full --fmax=0.01 \
        --stop-uncertainty=0.1 -o process.walk crystal.xyz || test $? -eq 1
    tail -n 6 process.walk | dft-single -q --engine=emt -o process.new
    merge-db -q -o process.more process.xyz process.new
    mv process.more process.xyz
    grep -q reason=converged process.new && awk -v a="$(energy full.xyz)" \
        -v b="$(energy process.new)" 'BEGIN { exit !(b - a < 0.001) }' && break
done
report $? "a Gaussian process relaxes one, too, with $labels labels"
expect 0 'and tells its stress' \
    "test \$(grep -c ml_stress= process.walk) -gt 5"

# What has ended goes on as if it had not.
for how in full volume xy; do
    cell="simulate relax -q -j1 --model=model --cell=$how --fmax=1e-4"
    $cell --max-steps=12 -o whole.xyz crystal.xyz || test $? -eq 1
    for n in 0 1 7; do
        $cell --max-steps=$n --checkpoint=state -o some.xyz crystal.xyz ||
            test $? -eq 1
        $cell --max-steps=12 --restart=state -o rest.xyz || test $? -eq 1
        head -n $((6 * n)) some.xyz | cat - rest.xyz | cmp - whole.xyz
    done >differences 2>&1
    expect 0 "$how goes on to the byte" 'test ! -s differences'
done
expect 2 'but not as another' \
    "$relax --model=model --cell=full --restart=state -o no.xyz"
says 'state: it is of another --cell'
expect 2 'nor with a fixed cell' "$relax --model=model --restart=state -o no.xyz"
says 'state: it is of another --cell'

sed 's/T T T/T T F/' crystal.xyz >slab.xyz
expect 2 'refuses a slab' "$relax $emt --cell=full -o no.xyz slab.xyz"
says 'slab.xyz:1: --cell: periodic in three directions is what it takes'
absent no.xyz
expect 2 'refuses vectors out of the plane' "$relax $emt --cell=xy cu.xyz"
says 'cu.xyz:1: --cell=xy: the first two lattice vectors must lie in the plane'
cat >mute <<'END'
#!/bin/sh
dft-single -q --engine=emt | sed -u 's/ stress="[^"]*"//'
END
chmod +x mute
expect 2 'refuses an oracle without stress' \
    "$relax --oracle=./mute --cell=full crystal.xyz"
says "--cell: './mute' gives no stress"
expect 2 'refuses a limit that moves along' \
    "$relax $emt --cell=full --max-displacement=1 crystal.xyz"
says '--cell: atoms move with it, without --max-displacement'
expect 2 'refuses what it does not know' "$relax $emt --cell=z crystal.xyz"
says "--cell: 'z' is not one of fixed, full, volume, xy"

finish
