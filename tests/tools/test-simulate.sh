#!/bin/sh
# simulate: walks on effective-medium theory are ASE's, step for step; no
# label is lost; every way to end is told.
. "$TOP/tests/tools/lib.sh"

simulate="$RUN simulate"
ref=$TOP/tests/ref
emt="--oracle='dft-single --engine=emt'"

frame 1 "$ref/emt-relax.xyz" >start.xyz

# --- as ASE ----------------------------------------------------------------

# Calls and final energies of the reference, one walk for each of its lines.
check_walks() { # check_walks METHOD MAX_STEP STATUS
    expect "$3" "$1 with steps up to $2 runs" "$simulate relax -q $emt \
        --method=$1 --max-step=$2 -o walks.xyz '$ref/emt-relax.xyz'"
    awk '/Properties=/ { w = 1; e = 0
            for (i = 1; i <= NF; i++) {
                if (split($i, kv, "=") < 2) continue
                if (kv[1] == "walk") w = kv[2]
                if (kv[1] == "energy") e = kv[2]
            }
            calls[w]++; energy[w] = e }
        END { for (w in calls) print w, calls[w], energy[w] }' walks.xyz |
        sort -n >ours
    awk -v m="$1" -v d="$2" '$1 == m && $2 == d { print $3, $4, $5 }' \
        "$ref/emt-relax.tsv" >ase
    awk 'NR == FNR { seen[$1]; next } $1 in seen' ase ours >common
    words common ase 1e-9 "calls and energies are ASE's: $(wc -l <ase) walks"
}
check_walks bfgs 0.2 0
check_walks bfgs 0.04 0
check_walks fire 0.2 0
check_walks lbfgs 0.2 1

expect 0 'C on Cu(100) relaxes' \
    "$simulate relax $emt -o direct.xyz start.xyz"
equal 'in 26 calls' "$(frames direct.xyz)" 26
equal 'the last frame is relaxed' "$(value relaxed direct.xyz)" T
equal 'and says so' "$(value reason direct.xyz)" converged
equal 'steps are numbered' "$(value step direct.xyz)" "$(seq 0 25)"
equal 'labels are those of the oracle' \
    "$(value dft_engine direct.xyz | sort | uniq -c | awk '{ print $1, $2 }')" \
    '26 emt'
awk '/Properties=/ { i = -1; k++; next } /^[0-9]+$/ { next }
    { i++ } i == 4 || i > 10 { print k - 1, i, $2, $3, $4 }' direct.xyz >ours
grep -v '^#' "$ref/emt-bfgs-steps" >ase
words ours ase 1e-9 'every step of BFGS is where ASE goes, to 1e-9 angstrom'

expect 0 'small steps relax it too' \
    "$simulate relax $emt --max-step=0.04 <start.xyz"
equal 'in 49 calls' "$(frames out)" 49

if /usr/bin/python3 -c 'import ase' 2>/dev/null; then
    for method in bfgs lbfgs fire; do
        for n in 3 6 10; do
            frame $n "$ref/emt-relax.xyz" >one.xyz
            expect 0 "$method, frame $n" \
                "$simulate relax $emt --method=$method -o walk.xyz one.xyz"
            expect 0 'ASE takes the same steps' \
                "/usr/bin/python3 '$TOP/tests/tools/ase_steps.py' $method \
                one.xyz walk.xyz"
        done
    done
else
    skip 'steps beside ASE: no python3-ase'
fi

# --- nothing is lost ---------------------------------------------------------

emt_oracles
for signal in KILL TERM; do
    expect "$(test $signal = KILL && echo 137 || echo 143)" \
        "SIG$signal during the 8th call" \
        "$simulate relax -q --oracle='./killer 7 $signal' -o again.xyz \
        start.xyz 2>/dev/null"
    absent again.xyz
    equal 'leaves seven labels' "$(frames again.xyz.part)" 7
    expect 0 'the next run goes on' \
        "$simulate relax --oracle=./counter -o again.xyz start.xyz"
    says "going on after 7 frames of 'again.xyz.part'"
    equal 'with the other 19 calls' "$(frames asked)" 19
    expect 0 'to the same result' 'cmp again.xyz direct.xyz'
    absent again.xyz.part
    rm again.xyz
done

# A kill while a frame is written leaves a part of it.
size=$(wc -c <direct.xyz)
status=0
for i in 1 2 3 4 5 6 7 8 9; do
    rm -f torn.xyz
    head -c $((size * i / 10 + i)) direct.xyz >torn.xyz.part
    simulate relax -q --oracle='dft-single -q --engine=emt' -o torn.xyz \
        start.xyz && cmp torn.xyz direct.xyz || status=1
done
report $status 'a torn frame is computed again'

frame 2 "$ref/emt-relax.xyz" >other.xyz
head -n 45 direct.xyz >mixed.xyz.part
cp mixed.xyz.part before
expect 2 'labels of another walk are not for this one' \
    "$simulate relax $emt -o mixed.xyz other.xyz"
says "'mixed.xyz.part' is of another run: its frame 1 differs; remove it"
expect 0 'and stay' 'cmp mixed.xyz.part before'
{ head -n 20 direct.xyz; echo damage; tail -n +21 direct.xyz; } >bad.xyz.part
cp bad.xyz.part before
expect 2 'damage in the middle is not a torn frame' \
    "$simulate relax $emt -o bad.xyz start.xyz"
says 'bad.xyz.part:2'
expect 0 'and nothing is thrown away' 'cmp bad.xyz.part before'

# --- every way to end ------------------------------------------------------

# Two atoms on a line, 2 angstrom apart, and oracles made by hand: the energy
# and the force on the second atom, of their distance x.
cat >pair.xyz <<'EOF'
2
Properties=species:S:1:pos:R:3:note:S:1 pbc="F F F" energy=7 REF_energy=8 mine=9
Cu 0 0 0 a
Cu 2 0 0 b
EOF
oracle() { # oracle 'energy in x' 'force in x'
    cat >hand <<EOF
#!/bin/sh
while read -r n && read -r line && read -r a && read -r b; do
    echo "\$a \$b" | awk '{
        x = \$7 - \$2; e = $1; f = $2
        print "2\nProperties=species:S:1:pos:R:3:forces:R:3 pbc=\"F F F\" " \
            "energy=" e
        printf "Cu %s 0 0 %.17g 0 0\n", \$2, -f
        printf "Cu %s 0 0 %.17g 0 0\n", \$7, f
    }'
done
EOF
    chmod +x hand
}
last() {
    frame "$(frames "$1")" "$1" >last
}

oracle '5 * (x - 3) ^ 2' '-10 * (x - 3)'
expect 0 'a spring relaxes' "$simulate relax --oracle=./hand -o s.xyz pair.xyz"
last s.xyz
status=0
awk 'NR == 3 { a = $2 } NR == 4 { d = $2 - a - 3
    exit !(d < 0.005 && d > -0.005) }' last || status=$? # fmax / 10
report $status 'to its length'
expect 1 'there is no stale label, whatever its name' 'grep REF_ s.xyz'
expect 0 'and what is not one stays' \
    'grep -q "mine=9" last && grep -q "b " last'

expect 1 'out of steps' \
    "$simulate relax --oracle=./hand --max-steps=1 -o n.xyz pair.xyz"
says 'not relaxed: steps after 1 step'
equal 'it has its word' "$(value reason n.xyz)" steps
equal 'it is not relaxed' "$(value relaxed n.xyz)" F
equal 'two calls' "$(frames n.xyz)" 2

expect 1 'too far' \
    "$simulate relax -q --oracle=./hand --max-displacement=0.25 pair.xyz"
equal 'it has its word' "$(value reason out)" displacement
expect 0 'messages are optional' 'cat err; test ! -s err'

oracle '5 * x' -5
expect 1 'atoms that attract collide' \
    "$simulate relax --oracle=./hand -o c.xyz pair.xyz"
equal 'it has its word' "$(value reason c.xyz)" collision
status=0 # 0.5 (1.32 + 1.32) angstrom
awk '/Properties/ { getline; a = $2; getline; d = $2 - a
    if (d < 1.32) bad = 1 } END { exit bad || d > 1.32 + 0.4 }' c.xyz ||
    status=$?
report $status 'no frame has them closer than half the sum of their radii'
equal 'the last one is labelled' "$(grep -c energy= c.xyz)" "$(frames c.xyz)"
expect 1 'where it begins, already' \
    "$simulate relax --collision=1.5 --oracle=./hand pair.xyz"
equal 'it is not asked for' "$(grep -c energy= out || :)" 0
says 'not relaxed: collision after 0 steps'

oracle 'x < 2.3 ? 5 * (x - 3) ^ 2 : "nan"' '-10 * (x - 3)'
expect 1 'an oracle that fails' \
    "$simulate relax --oracle=./hand -o f.xyz pair.xyz"
last f.xyz
equal 'it has its word' "$(value reason last)" oracle-failed
equal 'and why' "$(value fail_reason last)" nan
says 'the oracle failed (nan): '
expect 1 'a failed frame has no label' 'grep -E "[^_]energy=|forces" last'
expect 2 'an oracle that crashes at once' \
    "$simulate relax --oracle=false -o g.xyz pair.xyz"
says 'the oracle crashed at its first question'
absent g.xyz
expect 2 'no such oracle' "$simulate relax --oracle=./nobody pair.xyz"
says './nobody'

# --- constraints -------------------------------------------------------------

awk 'NR < 3 || $5 == "F"' direct.xyz | head -n 6 | tail -n 4 >fixed
awk '$5 == "F" { print $1, $2, $3, $4 }' direct.xyz | sort -u >places
equal 'fixed atoms are where they were' "$(wc -l <places)" 4
sed 's/:move_mask:L:1//; s/ [TF]$//' start.xyz >free.xyz
expect 0 'a slab without mask' "$simulate relax $emt free.xyz"
says 'no atom is fixed, though this looks like a slab'
expect 0 'a list holds atoms' "$simulate relax $emt --fix=0-2,3 -o held free.xyz"
expect 0 'to the same effect' 'cmp held direct.xyz'
expect 0 'a height does' "$simulate relax $emt --fix-below=14 -o held \
    free.xyz"
expect 0 'to the same effect' 'cmp held direct.xyz'
expect 2 'there is no atom 13' "$simulate relax $emt --fix=1-13 free.xyz"
says "--fix: '1-13' is not a list of atoms from 0 to 12"

# --- single ------------------------------------------------------------------

expect 0 'labels for frames as they are' \
    "$simulate single $emt -o single.xyz direct.xyz"
status=0
value energy direct.xyz >ase
value energy single.xyz >ours
cmp ours ase || status=$?
report $status 'are the same labels'

# --- with a model --------------------------------------------------------------

frame 1 direct.xyz | sed '2s/name=/REF_energy=1 name=/' >labelled.xyz
head -n 30 direct.xyz >train.xyz
train="$RUN train -q -j1 --hidden=6 --epochs=10"
expect 0 'a committee' "$train --committee=3 -o model train.xyz"
expect 0 'a single network' "$train -o lone train.xyz"

status=0
$simulate relax -q -j1 --model=model -o traj.xyz labelled.xyz || status=$?
test "$status" -le 1 || cat err
report "$((status > 1))" 'a model moves atoms'
expect 1 'a prediction stands under no name of a label' \
    "grep -E '[ :](free_energy|energy|forces|REF_energy|dft_engine)[=:]' traj.xyz"
expect 0 'but under its own' \
    "head -n 2 traj.xyz | grep -q 'ml_forces:R:3:ml_sigma_f:R:1.* ml_energy='"
equal 'each frame names the model' "$(value model_id traj.xyz | uniq | wc -l)" 1
equal 'the last alone has a reason' "$(value reason traj.xyz | wc -l)" 1
$simulate relax -q -j2 --model=model -o two.xyz labelled.xyz || :
expect 0 'threads change nothing' 'cmp two.xyz traj.xyz'
$simulate relax -q -j1 --model=model --every=4 labelled.xyz >thin.xyz || :
n=$(frames traj.xyz)
equal 'every fourth step and the last' "$(value step thin.xyz)" \
    "$({ seq 0 4 $((n - 1)); echo $((n - 1)); } | uniq)"
expect 1 'it stops where it knows too little' \
    "$simulate relax --model=model --stop-uncertainty=1e-9 start.xyz"
says 'not relaxed: uncertainty after 0 steps'
equal 'it has its word' "$(value reason out)" uncertainty
expect 2 'one network is never uncertain' \
    "$simulate relax --model=lone --stop-uncertainty=0.1 -o no.xyz start.xyz"
says "--stop-uncertainty: 'lone' has no uncertainty"
absent no.xyz
expect 0 'nor does it say so' \
    "$simulate single --model=lone start.xyz | grep -qv ml_sigma"
expect 2 'an element it has not seen' \
    "sed 's/^C /O /' start.xyz | $simulate relax --model=model -o no.xyz"
says '-:1: '
absent no.xyz
expect 0 'predictions beside labels' \
    "$simulate single -j1 --model=model train.xyz >parity.xyz"
equal 'labels are kept' "$(value energy parity.xyz)" "$(value energy train.xyz)"
equal 'beside predictions' "$(value ml_energy parity.xyz | head -n 1)" \
    "$(value ml_energy traj.xyz | head -n 1)"

# Copper in a skewed cell, then strained along x, up and down.
for strain in 0 0.0005 -0.0005; do
    awk -v x="$strain" 'BEGIN { x += 1; print 2
        printf "Lattice=\"%.9f 0.1 0 %.9f 3.6 0.2 0 0.3 3.9\" ", 3.5 * x, 0.4 * x
        print "Properties=species:S:1:pos:R:3 pbc=\"T T T\""
        print "Cu 0 0 0"; printf "Cu %.9f 1.9 2.1\n", 1.9 * x }'
done >strained.xyz
expect 0 'the stress of a crystal' \
    "$simulate single --model=model -o strained.out strained.xyz"
sed -n 's/.* ml_stress="_JSON \[\[\([^,]*\),.*/\1/p' strained.out |
    awk 'NR == 1 { print 48.774 * $1 }' >ours # times the volume
value ml_energy strained.out |
    awk '{ e[NR] = $1 } END { print (e[2] - e[3]) / 0.001 }' >differences
words ours differences 1e-4 'is the derivative of its energy'
expect 0 'a slab has none' "test $(grep -c ml_stress parity.xyz) -eq 0"

# --- as all tools --------------------------------------------------------------

expect 0 'standard input and output' "$simulate relax $emt - <start.xyz >piped"
expect 0 'give the same bytes' 'cmp piped direct.xyz'
expect 2 'a full disk' "$simulate relax $emt -o /dev/full start.xyz"
says 'No space left'
expect 2 'a full disk on the standard output' \
    "$simulate relax $emt start.xyz >/dev/full"
expect 2 'no mode' "$simulate"
says 'say what to do: single, relax'
expect 2 'a bad mode' "$simulate relocate --model=model start.xyz"
says "'relocate' is not one of single, relax"
expect 2 'an option of another mode' "$simulate single --fmax=1 start.xyz"
says '--fmax is not for single, but for relax'
expect 2 'nobody to ask' "$simulate relax start.xyz"
says 'one of --model and --oracle is needed'
expect 2 'both' "$simulate relax --model=m --oracle=o start.xyz"
expect 2 'no such model' "$simulate relax --model=nothing start.xyz"
says "'nothing'"
expect 2 'no such file' "$simulate relax $emt -o no.xyz nothing.xyz"
absent no.xyz
expect 2 'an empty file' "$simulate relax $emt -o no.xyz /dev/null"
says "there is no frame in '/dev/null'"
head -n 10 start.xyz >short.xyz
expect 2 'a short file' "$simulate relax $emt -o no.xyz short.xyz"
says 'short.xyz:'
expect 2 'a bad option' "$simulate relax $emt --fmaks=1 start.xyz"
says 'perhaps --fmax'
expect 2 'a bad number' "$simulate relax $emt --fmax=0.05x start.xyz"
says "--fmax: '0.05x' is not a number"
expect 2 'thinned labels' "$simulate relax $emt --every=2 start.xyz"
says '--every: each label of an oracle is kept'

documented simulate
for mode in single relax neb dimer analyze; do
    documented "simulate $mode"
done

finish
