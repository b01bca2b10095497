#!/bin/sh
# simulate md, checkpoints and restarts: dynamics on effective-medium theory is
# ASE's; what was killed goes on to the same bytes; walks learn on the way.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

simulate="$RUN simulate"
ref=$TOP/tests/ref
emt="--oracle='dft-single -q --engine=emt'"

# rows FILE: step, atom, position and momenta of each atom
rows() {
    awk '/Properties=/ { i = 0
            for (k = 1; k <= NF; k++)
                if ($k ~ /^step=/) step = substr($k, 6)
            next }
        NF > 1 { print step, i++, $2, $3, $4, $6, $7, $8 }' "$1"
}

frame 1 "$ref/emt-relax.xyz" >start.xyz
awk 'NR == 2 { sub(/move_mask:L:1/, "&:momenta:R:3") }
    NR > 2 { fixed = $5 == "F"
        for (k = 0; k < 3; k++)
            $0 = $0 sprintf(" %.17g",
                fixed ? 0 : ((7 * NR + 3 * k) % 11 - 5) * 0.3) }
    { print }' start.xyz >moving.xyz

# --- as ASE ----------------------------------------------------------------

grep -v '^#' "$ref/emt-md.tsv" >ase
for run in nve berendsen fixcm; do
    case $run in
        nve) flags='' ;;
        berendsen) flags='--thermostat=berendsen -T 500 --tau=40' ;;
        fixcm) flags='--thermostat=berendsen -T 500 --tau=40 --drift=ase' ;;
    esac
    expect 0 "$run runs" "$simulate md $emt $flags --timestep=2 -n 100 \
        -o $run.xyz moving.xyz"
    rows $run.xyz | awk -v r=$run '$1 == 1 || $1 == 10 || $1 == 100 {
        print r, $0 }' >ours
    grep "^$run " ase >golden
    words ours golden 1e-9 'positions and momenta are those of ASE'
done
if /usr/bin/python3 -c 'import ase' 2>/dev/null; then
    for run in nve berendsen fixcm; do
        expect 0 "ASE runs $run" "/usr/bin/python3 \
            '$TOP/tests/tools/ase_md.py' moving.xyz $run"
        grep "^$run " ase >golden
        words out golden 1e-9 'and has the numbers of the reference'
    done
    expect 0 'ASE reads momenta' "/usr/bin/python3 -c \"
from ase.io import read
a = read('nve.xyz', -1)
print(a.get_kinetic_energy() + a.get_potential_energy())\""
    near 'of the energy that is conserved' "$(cat out)" \
        "$(value conserved nve.xyz | tail -n 1)" 1e-9
else
    skip 'ASE itself: no python3-ase'
fi
shared=$TOP/../shared/reference/mlp/emt_md_nve.json
if test -e "$shared"; then
    expect 0 'positions and velocities of the shared reference' \
        "/usr/bin/python3 '$TOP/tests/tools/md_shared.py' '$shared'"
else
    skip 'the shared reference: it is not here'
fi

# --- what is conserved, and what is held ---------------------------------------

# spread KEY FILE: largest less smallest
spread() {
    value "$1" "$2" | awk 'NR == 1 { lo = hi = $1 }
        { if ($1 < lo) lo = $1; if ($1 > hi) hi = $1 } END { print hi - lo }'
}
frame 11 nve.xyz >warm.xyz
for t in none berendsen langevin bdp nhc; do
    expect 0 "$t" "$simulate md $emt --thermostat=$t -T 600 --tau=20 \
        --timestep=0.5 -n 300 -s 3 -o $t.xyz warm.xyz"
    near 'what is conserved stays' "$(spread conserved $t.xyz)" 0 0.01
    equal 'fixed atoms stay' "$(awk '$5 == "F" { print $2, $3, $4, $6, $7, $8 }
        ' $t.xyz | sort -u | wc -l)" 4
    equal 'the last frame has its reason' "$(value reason $t.xyz)" steps
done
cat >mean.awk <<'EOF'
{ n++; sum += $1 } END { print sum / n }
EOF
for t in berendsen langevin bdp nhc; do
    value temperature $t.xyz | tail -n 100 | awk -f mean.awk >mean
    near "$t brings it to the temperature" "$(cat mean)" 600 200
done
expect 0 'a ramp' "$simulate md $emt --thermostat=bdp -T 600:50 --tau=5 \
    -n 200 -o ramp.xyz warm.xyz"
value temperature ramp.xyz | tail -n 20 | awk -f mean.awk >mean
near 'cools it' "$(cat mean)" 77 40
expect 0 'time is in fs' "$simulate md $emt --timestep=0.5 -n 3 -T 10 start.xyz"
equal 'and written' "$(value time out | tr '\n' ' ')" '0.0 0.5 1.0 1.5 '

expect 0 'the same seed' "$simulate md $emt -T 300 -s 5 -n 2 start.xyz >five"
expect 0 'is the same dynamics' "$simulate md $emt -T 300 -s 5 -n 2 start.xyz |
    cmp - five"
expect 1 'another is not' "$simulate md $emt -T 300 -s 6 -n 2 start.xyz |
    cmp -s - five"
expect 0 'momenta of the frame win' "$simulate md $emt -T 300 -n 0 moving.xyz"
rows out | cut -d ' ' -f 2- >ours
awk 'NR > 2 { print NR - 3, $2, $3, $4, $6, $7, $8 }' moving.xyz >theirs
words ours theirs 1e-15 'they are those it starts from'
expect 0 'but not over --draw' \
    "$simulate md $emt -T 300 -s 5 -n 2 --draw -o drawn moving.xyz"
expect 0 'which starts as without them' 'cmp five drawn'

# v = p / m, with a mass of 100 for all
sed 's/momenta:R:3/velocities:R:3:masses:R:1/; 3,$s/$/ 100/' \
    moving.xyz >heavy.xyz
expect 0 'velocities and masses' "$simulate md $emt -n 1 \
    --max-temperature=0 -o v.xyz heavy.xyz"
equal 'momenta are masses times velocities' "$(frame 1 v.xyz | awk '
    NR == 2 { for (i = 1; i <= NF; i++) if ($i ~ /^Properties=/) p = $i
        n = split(substr(p, 12), w, ":"); at = 1
        for (i = 1; i <= n && w[i] != "momenta"; i += 3) at += w[i + 2] }
    NR == 15 { printf "%.10g", $(at + 1) }')" 120
equal 'and velocities are not passed on' \
    "$(grep -c velocities: v.xyz || :)" 0
expect 2 'a mass of nothing' \
    "sed '3,\$s/ 100\$/ 0/' heavy.xyz | $simulate md $emt"
says '-:1: the mass of atom 1 is not positive'

# Two atoms that feel nothing: free flight, no drift, one degree of freedom.
cat >pair.xyz <<'EOF'
2
Properties=species:S:1:pos:R:3:momenta:R:3 pbc="F F F"
Cu 0 0 0 1 0 0
Cu 2.6 0 0 3 0 0
EOF
# No force; and no energy when `lost` is there.
cat >nothing <<'EOF'
#!/bin/sh
while read -r n && read -r line && read -r a && read -r b; do
    test -e lost && e=nan || e=0
    echo "$n"
    echo "Properties=species:S:1:pos:R:3:forces:R:3 pbc=\"F F F\" energy=$e"
    printf '%s 0 0 0\n' "$a" "$b"
done
EOF
chmod +x nothing
expect 0 'a pair in free flight' \
    "$simulate md --oracle=./nothing -n 2 -o free.xyz pair.xyz"
momenta() {
    tail -n 2 "$1" | awk '{ print $5 }' | tr '\n' ' '
}
equal 'stays where it is' "$(momenta free.xyz)" '-1.0 1.0 '
near 'its temperature is that of one degree of freedom' \
    "$(value temperature free.xyz | head -n 1)" 365.23 0.01 # 1 / 63.546 / kB
expect 0 'unless the drift is kept' \
    "$simulate md --oracle=./nothing --drift=keep -n 2 pair.xyz"
equal 'then it flies' "$(momenta out)" '1.0 3.0 '

# --- at constant pressure ------------------------------------------------------

# Copper, 12 % in volume too large, four atoms that are not quite in place.
cat >cu.xyz <<'EOF'
4
Lattice="3.73 0 0 0 3.73 0 0 0 3.73" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0 0 0.05
Cu 1.865 1.865 0
Cu 1.865 0 1.85
Cu 0 1.875 1.865
EOF
npt="$simulate md $emt --thermostat=bdp -T 300 --tau=50 --timestep=2 -n 400"
hold="--pressure=5 --tau-p=20"
expect 0 'constant pressure, slowly' \
    "$npt $hold --tau-p=200 -n 150 -v -o slow.xyz cu.xyz"
says ' GPa, conserved '
near 'what is conserved stays' "$(spread conserved slow.xyz)" 0 0.005
near 'though pressure times volume falls' "$(sed -n \
    's/.*Lattice="\([^ ]*\).*/\1/p' slow.xyz | awk 'NR == 1 { v = $1 ^ 3 }
    END { print (v - $1 ^ 3) * 5 / 160.2 }')" 0.2 0.1
expect 0 'constant pressure, soon' "$npt $hold -o npt.xyz cu.xyz"
# Of each frame: volume, pressure as written, and from its momenta and stress;
# 63.546 amu, 160.2176634 GPa to an eV/angstrom^3.
awk '/Properties=/ {
        line = $0
        sub(/.*Lattice="/, ""); v = $1 ^ 3
        match(line, /pressure=[^ ]*/)
        p = substr(line, RSTART + 9, RLENGTH - 9)
        match(line, /stress="[^"]*/)
        split(substr(line, RSTART + 8, RLENGTH - 8), s)
        k = i = 0
        next
    }
    NF > 6 { k += ($5 ^ 2 + $6 ^ 2 + $7 ^ 2) / 2 / 63.546
        if (++i == 4)
            print v, p, 160.2176634 * (2 * k / v - s[1] - s[5] - s[9]) / 3 }
    ' OFMT=%.15g npt.xyz >pressures
cut -d ' ' -f 2 pressures >ours
cut -d ' ' -f 3 pressures >golden
words ours golden 1e-8 'the pressure is that of momenta and stress, in GPa'
equal 'in every frame' "$(wc -l <ours)" 401
# The mean over a time t is off by sqrt(2 kT tau_p / b V t), 0.8 GPa.
near 'it is the one that was asked for' \
    "$(tail -n 300 ours | awk -f mean.awk)" 5 3
near 'the volume shrinks from 12 % too much to that at 5 GPa' \
    "$(cut -d ' ' -f 1 pressures | tail -n 300 | awk -f mean.awk)" 45.4 1.2
equal 'the shape stays' "$(sed -n 's/.*Lattice="\([^"]*\).*/\1/p' npt.xyz |
    awk '{ print $1 == $5 && $5 == $9, $2, $3, $4, $6, $7, $8 }' | sort -u)" \
    '1 0.0 0.0 0.0 0.0 0.0 0.0'
expect 0 'averages of it' "$simulate analyze --skip=101 npt.xyz"
near 'have the pressure' "$(awk '/^pressure/ { print $2 }' out)" \
    "$(tail -n 300 ours | awk -f mean.awk)" 1e-4
near 'and the volume' "$(awk '/^volume/ { print $2 }' out)" \
    "$(cut -d ' ' -f 1 pressures | tail -n 300 | awk -f mean.awk)" 1e-3
expect 0 'no compressibility' "$npt $hold --compressibility=0 -o stiff.xyz \
    cu.xyz"
expect 0 'is constant volume' "$npt -o nvt.xyz cu.xyz"
for run in stiff nvt; do awk 'NF == 10' $run.xyz >$run; done
expect 0 'to the byte' 'test -s nvt && cmp stiff nvt'
expect 1 'too fast' "$npt $hold --tau-p=0.01 -o fast.xyz cu.xyz"
equal 'it has its word' "$(value reason fast.xyz)" volume
expect 2 'a slab' "sed 's/T T T/T T F/' cu.xyz | $npt $hold -o no.xyz"
says '-:1: --pressure: periodic in three directions is what it takes'
expect 2 'a fixed atom' "$npt $hold --fix=2 -o no.xyz cu.xyz"
says 'cu.xyz:1: --pressure: atom 3 is fixed, and would not go with the cell'
absent no.xyz
expect 2 'no thermostat' "$simulate md $emt -T 300 $hold cu.xyz"
says '--pressure: a barostat needs a --thermostat'
expect 2 'a limit to displacements' "$npt $hold --max-displacement=1 cu.xyz"
says '--pressure: atoms move with the cell, without --max-displacement'
expect 2 'a barostat without pressure' "$npt --tau-p=100 cu.xyz"
says '--tau-p is for --pressure'
sed 's/^Prop/Lattice="9 0 0 0 9 0 0 0 9" &/; s/F F F/T T T/' pair.xyz >cell.xyz
sed 's/"Prop/"Lattice=\\"9 0 0 0 9 0 0 0 9\\" Prop/; s/F F F/T T T/' nothing >mute
chmod +x mute
expect 2 'an oracle without stress' "$simulate md --oracle=./mute \
    --thermostat=bdp -T 300 $hold cell.xyz"
says "--pressure: './mute' gives no stress"

# --- every way to end ------------------------------------------------------

expect 1 'too hot' "$simulate md $emt --max-temperature=100 -o hot.xyz moving.xyz"
says 'stopped: temperature after 0 steps'
equal 'it has its word' "$(value reason hot.xyz)" temperature
expect 1 'too far' "$simulate md -q $emt --max-displacement=0.1 moving.xyz"
equal 'it has its word' "$(value reason out)" displacement
expect 0 'messages are optional' 'test ! -s err'
expect 1 'too close' "$simulate md -q $emt --collision=0.6 -T 30000 \
    --max-temperature=0 -n 200 start.xyz"
equal 'it has its word' "$(value reason out)" collision
touch lost
expect 1 'an oracle that fails' \
    "$simulate md --oracle=./nothing -n 5 -o lost.xyz pair.xyz"
rm lost
equal 'it has its word' "$(value reason lost.xyz)" oracle-failed
equal 'and why' "$(value fail_reason lost.xyz)" nan

# --- with models -----------------------------------------------------------

expect 0 'a minimum to start from' "$simulate relax $emt -o relaxed start.xyz"
frame "$(frames relaxed)" relaxed >start.xyz
cp start.xyz still.xyz
expect 0 'frames to learn from' \
    "$simulate md $emt -T 600 -n 150 -o pool.xyz start.xyz"
for i in 1 20 40 60 80 100 120 150; do frame "$i" pool.xyz; done >train.xyz
train="$RUN train -q -j1 --hidden=6 --epochs=60"
expect 0 'a committee' "$train --committee=2 -o model train.xyz"
expect 0 'another' "$train --committee=2 --seed=9 -o better train.xyz"
md="$simulate md -q -j1 --model=model -T 300"

expect 0 'a model moves atoms' "$md -n 40 --thermostat=bdp -o whole.xyz start.xyz"
expect 1 'a prediction stands under no name of a label' \
    "grep -E '[ :](free_energy|energy|forces)[=:]' whole.xyz"
equal 'every step is written' "$(value step whole.xyz)" "$(seq 0 40)"
expect 0 'every tenth' "$md -n 45 --every=10 start.xyz"
equal 'and the last' "$(value step out | tr '\n' ' ')" '0 10 20 30 40 45 '
expect 0 'threads change nothing' "simulate md -q -j2 --model=model -T 300 \
    -n 40 --thermostat=bdp start.xyz | cmp - whole.xyz"
expect 1 'it stops where it knows too little' \
    "$simulate md --model=model -T 300 --stop-uncertainty=1e-9 start.xyz"
says 'stopped: uncertainty after 0 steps'

cat start.xyz start.xyz >twice.xyz
expect 0 'two walks from one frame' "$md -n 3 -o two.xyz twice.xyz"
equal 'are numbered' "$(value walk two.xyz | tr '\n' ' ')" '1 1 1 1 2 2 2 2 '
equal 'and not the same' "$(value temperature two.xyz | sort -u | wc -l)" 8

# --- restarts ----------------------------------------------------------------

keep='--checkpoint=state --checkpoint-every=7'
run() { # run COMMAND: that may end either way
    sh -c "$1" || :
}
for t in none berendsen langevin bdp nhc; do
    flags="--thermostat=$t"
    expect 0 "$t" "$md $flags -n 40 -o whole.xyz start.xyz"
    expect 0 'the half of it' "$md $flags -n 20 $keep -o half.xyz start.xyz"
    expect 0 'and the rest' "$md $flags -n 40 --restart=state -o rest.xyz"
    for i in $(seq 20); do frame "$i" half.xyz; done >joined.xyz
    expect 0 'are the whole, to the byte' \
        'cat joined.xyz rest.xyz | cmp - whole.xyz'
done
for i in 1 40 80 120 160 200 300 400; do frame "$i" npt.xyz; done >some.xyz
expect 0 'a model with stress' \
    "$train --committee=2 -o crystal some.xyz || test \$? -eq 1"
frame 200 npt.xyz >crystal.xyz
for t in berendsen langevin bdp nhc; do
    flags="simulate md -q -j1 --model=crystal -T 300 $hold --thermostat=$t"
    expect 0 "at constant pressure, $t" "$flags -n 40 -o whole.xyz crystal.xyz"
    expect 0 'the half of it' "$flags -n 20 $keep -o half.xyz crystal.xyz"
    expect 0 'and the rest' "$flags -n 40 --restart=state -o rest.xyz"
    for i in $(seq 20); do frame "$i" half.xyz; done >joined.xyz
    expect 0 'are the whole, to the byte' \
        'cat joined.xyz rest.xyz | cmp - whole.xyz'
done
expect 2 'not at constant volume' "simulate md -q --model=crystal -T 300 \
    --thermostat=nhc --restart=state -o no.xyz"
says 'state: it is of constant pressure'
expect 0 'a state of the whole' \
    "$md --thermostat=nhc -n 20 $keep -o half.xyz start.xyz"
expect 0 'and its rest' "$md --thermostat=nhc -n 40 --restart=state -o rest.xyz"
expect 2 'of another thermostat' "$md --restart=state -o no.xyz"
says 'state: it is of another thermostat'
absent no.xyz
expect 2 'of another time step' \
    "$md --thermostat=nhc --timestep=2 --restart=state -o no.xyz"
says 'state: it is of another time step'
expect 2 'of another mode' \
    "$simulate relax --model=model --restart=state -o no.xyz"
says 'state: a checkpoint of md, not of relax'
expect 2 'what has ended is not written again' \
    "$md --thermostat=nhc -n 50 --restart=state -o half.xyz"
says "'half.xyz.part', which the checkpoint goes on with, is gone"
expect 0 'what it holds is still there' "test $(frames half.xyz) = 21"
head -c 100 state >torn
expect 2 'half a checkpoint' "$md --restart=torn -o no.xyz"
says 'torn: '
expect 2 'no checkpoint' "$md --restart=start.xyz -o no.xyz"
says 'start.xyz: not a morsel-check file'
expect 2 'a full disk' "$md -n 20 --checkpoint=/dev/full start.xyz"
says 'No space left'
expect 0 'onto the standard output' \
    "$md --thermostat=nhc -n 40 --restart=state | cmp - rest.xyz"

emt_oracles
dynamics="$simulate md -q --thermostat=langevin -T 300 -n 30"
expect 0 'a dynamics by an oracle' "$dynamics $emt -o direct.xyz start.xyz"
for n in 1 7 8 22; do
    expect 137 "killed at its question $n" "$dynamics --oracle='./killer $n' \
        $keep -o again.xyz start.xyz 2>/dev/null"
    expect 0 'it goes on' "$dynamics $emt $keep \
        $(test $n -lt 8 || echo --restart=state) -o again.xyz start.xyz"
    expect 0 'to the same bytes' 'cmp again.xyz direct.xyz'
    rm -f again.xyz state
done

# The same of a model, at any moment: as many steps as take some seconds.
long="simulate md -q -j1 --model=model --thermostat=bdp -T 50 \
    --timestep=0.05 -n 3000"
expect 0 'a longer one' "$long --every=10 -o long.xyz start.xyz"
killed=0
for delay in 0.05 0.1 0.15 0.2 0.3 0.4; do
    rm -f state kill.xyz kill.xyz.part
    sh -c "exec $long --every=10 $keep -o kill.xyz start.xyz" &
    pid=$!
    sleep $delay
    kill -KILL $pid 2>/dev/null || :
    wait $pid 2>/dev/null || killed=$((killed + 1))
    if ! test -e kill.xyz; then
        expect 0 "killed after $delay s, it goes on" "$long --every=10 $keep \
            $(test ! -e state || echo --restart=state) -o kill.xyz start.xyz"
    fi
    expect 0 'to the same bytes' 'cmp kill.xyz long.xyz'
done
report "$((killed < 2))" "it was killed $killed times in the midst"
rm -f state
sh -c "exec $long $keep -o term.xyz start.xyz" &
pid=$!
while ! test -e state; do sleep 0.01; done
kill -TERM $pid
wait $pid 2>/dev/null || :
expect 0 'SIGTERM leaves what is needed, too' 'test -e term.xyz.part'
sed 's/^Cu/Ag/' term.xyz.part >changed && cp changed term.xyz.part
expect 2 'if it is not what was left' "$long --restart=state -o term.xyz"
says "'term.xyz.part' is not what the checkpoint knows"
expect 0 'nothing is thrown away' 'cmp changed term.xyz.part'

frame 60 pool.xyz >start.xyz
relax="$simulate relax -q -j1 --model=model --fmax=1e-3"
for method in bfgs lbfgs fire; do
    run "$relax --method=$method --max-steps=30 -o whole.xyz start.xyz"
    run "$relax --method=$method --max-steps=12 $keep -o half.xyz start.xyz"
    run "$relax --method=$method --max-steps=30 --restart=state -o rest.xyz"
    for i in $(seq 12); do frame "$i" half.xyz; done >joined.xyz
    expect 0 "$method goes on to the byte" \
        'cat joined.xyz rest.xyz | cmp - whole.xyz'
done
expect 2 'another method does not' "$relax --restart=state -o no.xyz"
says 'state: it is of the method fire, not bfgs'
{ cat start.xyz; frame 50 pool.xyz; } >two.xyz
run "$relax --max-steps=20 -o whole.xyz two.xyz"
run "$relax --max-steps=20 $keep -o half.xyz two.xyz"
cp half.xyz half.xyz.part # as if killed before it had its name
expect 1 'the second of two walks' \
    "$relax --max-steps=20 --restart=state -o half.xyz two.xyz"
expect 0 'goes on, too' 'cmp half.xyz whole.xyz'

# --- learning on the way -------------------------------------------------------

expect 1 'a walk stops where the model knows too little' "$relax $keep \
    --stop-uncertainty=1e-6 -o one.xyz start.xyz"
expect 0 'its last frame is labelled' "dft-single -q --engine=emt -o label.xyz \
    one.xyz"
expect 1 'and the walk goes on from there' "simulate relax -q -j1 \
    --model=better --label=label.xyz --restart=state --max-steps=2 -o two.xyz"
frame 1 two.xyz >first
equal 'with the label' "$(value free_energy first)" \
    "$(value free_energy label.xyz)"
equal 'of the engine' "$(value dft_engine first)" emt
expect 1 'once' 'frame 2 two.xyz | grep dft_engine'
# BFGS begins with f / 70, at most 0.2 angstrom.  Properties of two.xyz are
# species, pos, move_mask and forces or ml_forces.
frame 1 two.xyz | awk 'NR == 15 { print $2 + $6 / 70, $3 + $7 / 70,
    $4 + $8 / 70 }' OFMT=%.12g >golden
frame 2 two.xyz | awk 'NR == 15 { print $2, $3, $4 }' >ours
words ours golden 1e-9 'the step is by the forces of the label'
frame 50 pool.xyz >last
expect 2 'a label of something else' "simulate relax -q -j1 --model=better \
    --label=last --restart=state -o no.xyz"
says "no frame of 'last' is where 'state' goes on"
expect 2 'no label' "simulate relax -q -j1 --model=better --label=one.xyz \
    --restart=state -o no.xyz"
says 'one.xyz:1: the frame has no label'

expect 0 'a dynamics without a thermostat' "$md -n 10 $keep -o one.xyz start.xyz"
frame 11 one.xyz >last.xyz
expect 0 'its last frame is labelled' "dft-single -q --engine=emt -o label.xyz \
    last.xyz"
expect 0 'and it goes on' "simulate md -q -j1 -T 300 --model=better -n 11 \
    --label=label.xyz --restart=state -o two.xyz"
# x_11 = x_10 + dt p / m + dt^2 f / 2 m, of C; dt = 1 fs
frame 1 two.xyz | awk 'NR == 15 { t = 0.098226947503 / 12.011
    for (k = 0; k < 3; k++)
        print $(2 + k) + t * $(6 + k) + t * 0.098226947503 / 2 * $(9 + k) }' \
    OFMT=%.12g >golden
frame 2 two.xyz | awk 'NR == 15 { print $2; print $3; print $4 }' >ours
words ours golden 1e-9 'the step is by the forces of the label'
expect 1 'by which momenta, too, are others than by the model' \
    "test '$(value temperature one.xyz | tail -n 1)' = \
    '$(value temperature two.xyz | head -n 1)'"

# --- analysis ----------------------------------------------------------------

# table N FILE: the Nth table, from 0
table() {
    awk -v n="$1" '/^$/ { empty++; next }
        empty == 2 * n && !/^#/' "$2"
}

expect 0 'what a dynamics shows' "$simulate analyze -o shown bdp.xyz"
near 'the mean temperature' "$(awk '/^temperature/ { print $2 }' shown)" \
    "$(value temperature bdp.xyz | awk -f mean.awk)" 0.01
near 'the least of what is conserved' "$(awk '/^conserved/ { print $4; exit }
    ' shown)" "$(value conserved bdp.xyz | sort -g | head -n 1)" 1e-6
equal 'as many numbers in each row of each table' "$(for i in 3 4; do
    table $i shown | awk '{ print NF }' | sort -u; done | tr '\n' ' ')" '7 4 '
# Cu(100) where nothing moves: C stands on Cu, as high as it was put.
head -n 15 "$ref/emt-relax.xyz" >slab.xyz
expect 0 'a single frame' "$simulate analyze --bins=60 slab.xyz"
near 'its shortest C-Cu' "$(awk '/^C-Cu/ { print $2 }' out)" 3 1e-6
near 'its shortest Cu-Cu' "$(awk '/^Cu-Cu/ { print $2 }' out)" 2.567687 2e-6
# 12 atoms in 3 layers: 8 neighbors in each of two, 12 in the middle one
near 'neighbors of Cu within 3 angstrom' \
    "$(table 3 out | awk '$1 < 3 { n = $7 } END { print n }')" \
    "$(awk 'BEGIN { print 28 / 3 }')" 1e-4
expect 0 'at another volume' "$simulate analyze --bins=60 --volume=1000 \
    slab.xyz >given"
expect 0 'and at half of it' "$simulate analyze --bins=60 --volume=500 \
    slab.xyz >half"
sum() { # sum FILE: of g(Cu-Cu) within 3 angstrom
    table 3 "$1" | awk '$1 < 3 { g += $6 } END { print g }'
}
near 'g is the half' "$(sum half)" "$(awk -v g="$(sum given)" \
    'BEGIN { print g / 2 }')" 1e-3
expect 0 'free flight' "$simulate md -q --oracle=./nothing --drift=keep \
    --timestep=10 -n 20 -o flight.xyz pair.xyz"
expect 0 'is ballistic' "$simulate analyze flight.xyz"
# (1 + 9) / 2 (t / 63.546)^2, t = 50 fs
near 'as it should be' "$(table 4 out | awk '$1 == 50 { print $2 }')" \
    "$(awk 'BEGIN { t = 50 * 0.098226947503 / 63.546; print 5 * t * t }')" 1e-6
expect 0 'without drift' "$simulate analyze --remove-drift flight.xyz"
near 'half of it is left' "$(table 4 out | awk '$1 == 50 { print $2 }')" \
    "$(awk 'BEGIN { t = 50 * 0.098226947503 / 63.546; print t * t }')" 1e-6
awk '/case=O/ { on = 1 } /case=Au/ { on = 0 }
    /^[0-9]+$/ { n = $0; next } on { if (/case/) print n; print }' \
    "$ref/emt-neb.xyz" >ends.xyz
expect 0 'a band' "$simulate neb $emt -q --max-steps=3 -o band.xyz ends.xyz ||
    test \$? -eq 1"
expect 0 'has a barrier' "$simulate analyze band.xyz"
near 'that of neb' "$(awk '/barrier/ { print $3 }' out)" \
    "$(value barrier band.xyz | tail -n 1)" 1e-6
expect 2 'two dynamics' "cat bdp.xyz nhc.xyz | $simulate analyze"
says 'one dynamics at a time'
expect 2 'two systems' "cat bdp.xyz pair.xyz | $simulate analyze"
says '-:4516: other atoms than in the first frame'
expect 2 'no frame' "$simulate analyze --skip=1 -o no.txt slab.xyz"
says "there is no frame in 'slab.xyz' after the first 1"
absent no.txt
expect 2 'a full disk' "$simulate analyze -o /dev/full slab.xyz"
expect 2 'nobody is asked' "$simulate analyze --model=model slab.xyz"

# --- as all tools --------------------------------------------------------------

expect 0 'standard input' "$md -n 5 - <start.xyz >piped"
expect 0 'and a file' "$md -n 5 -o named start.xyz"
expect 0 'give the same bytes' 'cmp piped named'
expect 2 'a full disk' "$md -o /dev/full start.xyz"
says 'No space left'
expect 2 'a thermostat without temperature' \
    "$simulate md --model=model --thermostat=bdp still.xyz"
says 'a thermostat needs --temperature'
expect 2 'no velocities' "$simulate md --model=model -o no.xyz still.xyz"
says 'still.xyz:1: without momenta, --temperature is needed'
absent no.xyz
expect 2 'a strange temperature' "$simulate md --model=model -T 300:x start.xyz"
says "--temperature: '300:x' is not T or T1:T2 in kelvin"
expect 2 'a chain at 0 K' \
    "$simulate md --model=model --thermostat=nhc -T 0 start.xyz"
says '--temperature: a chain (nhc) has no mass at 0 K'
expect 2 'friction of another' "$md --thermostat=bdp --friction=1 start.xyz"
says '--friction is for langevin'
expect 2 'a quirk of another' "$md --drift=ase start.xyz"
says '--drift=ase is for berendsen'
expect 2 'thinned labels' "$simulate md $emt -T 9 --every=2 start.xyz"
says '--every: each label of an oracle is kept'
expect 2 'a bad option' "$md --termostat=bdp start.xyz"
says 'perhaps --thermostat'
head -n 10 start.xyz >short.xyz
expect 2 'a short file' "$md -o no.xyz short.xyz"
says 'short.xyz:'
expect 2 'an empty file' "$md -o no.xyz /dev/null"
says "there is no frame in '/dev/null'"

documented 'simulate md'

finish
