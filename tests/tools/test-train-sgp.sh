#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# Six frames of C on Cu(100), moved at random, labelled by ASE's EMT 3.22.1.
cp "$TOP/tests/tools/golden/train.xyz" .
head -n 15 train.xyz >one.xyz
sgp='train -q --model=sgp'

expect 0 'reads a file, writes to stdout' "$RUN $sgp train.xyz"
head -c 12 out >magic
printf 'morsel-model' | cmp -s - magic
report $? 'which is a model'
cp out stdout
expect 0 'reads standard input' "$RUN $sgp -o model <train.xyz"
cmp -s model stdout
report $? 'the same from a file and a pipe'
cmp -s out /dev/null
report $? 'and is silent when asked to be'
absent model.part
expect 0 'is the same on one thread and three' \
    "$sgp -j1 -o one train.xyz && $sgp -j3 -o three train.xyz &&
    cmp one three"
expect 0 'features of the frames' "featurize --format=binary --derivatives \
    --set=fine -o features train.xyz"
expect 0 'make the same model' "$RUN $sgp -o of-features features"
cmp -s of-features model
report $? 'to the byte'

expect 0 'says what it has learnt' "train --model=sgp -o model train.xyz"
says '6 frames, sparse Gaussian process: '
says ' environments, length '
expect 0 'knows what it was made of' \
    "strings model | grep -c '^frame [0-9a-f]\{16\}$' | grep -qx 6"
expect 0 'and says which prior' "strings model | grep -q '^prior '"
expect 0 'takes no more environments than it may' \
    "train --model=sgp --environments=7 -o few train.xyz"
says ': 14 environments, '
expect 0 'and none for nothing' "train --model=sgp --prior=none -o bare one.xyz"
says 'no prior; '

# Six frames, their energies and forces: they are met to the noise.
expect 0 'predicts with it' "simulate single -q --model=model -o s.xyz train.xyz"
value energy s.xyz >labels
value ml_energy s.xyz >predictions
expect 0 'energies within a meV' "paste labels predictions | awk '{
    d = \$1 - \$2; if (d > 1e-3 || d < -1e-3) exit 1 }
    END { exit NR != 6 }'"
expect 0 'which has sigmas, of a kind' \
    "grep -c 'ml_sigma_e=.* ml_kind=sgp' s.xyz | grep -qx 6"

# A model before, targets, a history, calibration.
expect 0 'meets targets' "train --model=sgp --target-energy=1e-3 \
    --target-force=5e-2 --history=history -o second train.xyz"
awk -F '\t' 'NR == 1 && /^# member\tepoch\tloss\trmse_e meV/ { head = 1 }
    NR == 2 && $1 == 1 && $2 == 0 && $3 < 0 && $4 < 1 && $5 < 5e-2 { row = 1 }
    END { exit !(NR == 2 && head && row) }' history
report $? 'in one line of history, too'
cmp -s second model
report $? 'which changes nothing'
expect 1 'or does not' "$sgp --target-force=1e-9 -o second train.xyz"
test -s second
report $? 'which is written'
expect 0 'a poor model' "train -q --epochs=1 --hidden=2 -o poor train.xyz"
expect 0 'is no better on old frames' "$sgp --before=poor -o better train.xyz"
cmp -s err /dev/null
report $? 'of which nothing is said'
strings better | grep -q '^before [0-9a-f]* frames 6 .* worse no$'
report $? 'but in the model'
expect 0 'a good model before' \
    "train -q --epochs=1 --hidden=2 --before=model -o poor train.xyz"
says 'train: worse than model on 6 old frames: '
expect 2 'a model before that is none' "$sgp --before=history -o bad train.xyz"
says 'history: '
absent bad
head -n 60 train.xyz >four.xyz
expect 0 'frames that are predicted' "$sgp -o four four.xyz &&
    simulate single -q --model=four -o predicted.xyz train.xyz"
expect 0 'calibrate it' "dft-single -q --engine=emt predicted.xyz |
    train -v --model=sgp -o calibrated -"
grep -q 'train: -:76: error [0-9.e-]*, bare sigma' err &&
    grep -q 'sigmas times [0-9.]*, from 6 frames: ' err
report $? 'and says so'
expect 0 'also in the model' "strings calibrated |
    grep -q '^calibration [0-9.]* frames 6 atoms'"

# Walks.
expect 0 'learns from one frame' "$sgp -o first one.xyz"
expect 0 'relaxes' "simulate relax -q --model=first --stop-uncertainty=0 \
    -o traj.xyz one.xyz"
expect 1 'but not where it is not trusted' "simulate relax -q --model=first \
    --stop-uncertainty=1e-3 -o traj.xyz one.xyz"
expect 0 'and says so' "tail -n 14 traj.xyz | grep -q 'reason=uncertainty'"
walk="simulate md -q --model=model -T 300 --thermostat=langevin -n 12 --every=5"
expect 0 'moves' "$walk -o walk.xyz one.xyz"
expect 0 'and has the same sigmas whether they are looked at or not' \
    "$walk --stop-uncertainty=900 -o looked.xyz one.xyz && cmp walk.xyz looked.xyz"
expect 0 'in each frame' "grep -c 'ml_sigma_e=.*ml_factor=' walk.xyz | grep -qx 4"
expect 0 'on one thread and three' \
    "$walk -j1 -o one.walk one.xyz && $walk -j3 -o three.walk one.xyz &&
    cmp one.walk three.walk"

# A crystal: it knows its stress though it has learnt none.
cat >crystal.xyz <<'EOF'
1
Lattice="0 1.83 1.83 1.83 0 1.83 1.83 1.83 0" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0 0 0
1
Lattice="0 1.78 1.78 1.78 0 1.78 1.78 1.78 0" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0 0 0
EOF
expect 0 'learns crystals without a force' "dft-single -q --engine=emt \
    crystal.xyz | $sgp -o bulk -"
expect 0 'which are certain at the data alone' "simulate single -q --model=bulk \
    -o bulk.xyz crystal.xyz && value ml_sigma_e bulk.xyz |
    awk '!(\$1 > 0 && \$1 < 0.01) { exit 1 }'"
head -n 3 crystal.xyz >large.xyz
expect 0 'and relax, cell and all' "simulate relax -q --cell=full --model=bulk \
    --fmax=0.02 -o bulk.xyz large.xyz"
expect 0 'to less stress' "grep -q 'reason=converged' bulk.xyz"
expect 2 'refuses to learn stress' \
    "$sgp --stress-weight=1 -o bad train.xyz"
says '--stress-weight: a sparse Gaussian process does not learn stress'
absent bad

expect 0 'tells sizes and memory' "$RUN train --model=sgp --dry-run train.xyz"
grep -qx 'frames 6' out && grep -qx 'atoms 78' out &&
    grep -qx 'environments 600' out && grep -qx 'bytes [0-9]*' out
report $? 'in words'
expect 2 'notices a full disk' "$RUN $sgp train.xyz >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'also of a history' "$sgp --history=/dev/full -o bad train.xyz"
says "cannot write '/dev/full': No space left on device"
absent bad
expect 2 'refuses a bad option' "$RUN $sgp --environments=0 train.xyz"
says '--environments'
expect 2 'refuses environments of a network' "train --environments=9 train.xyz"
says '--environments'
sed '20s/^Cu/Xx/' train.xyz >odd.xyz
expect 2 'refuses a bad file' "$sgp -o bad odd.xyz"
says 'odd.xyz:20: '
sed 's/forces:R:3/velo:R:3/' train.xyz >energies.xyz
expect 2 'refuses energies alone' "$sgp -o bad energies.xyz"
says "energies.xyz:1: expected a frame with the column 'forces'"
expect 2 'an element that it has not seen' "sed 's/^C /N /' one.xyz |
    simulate single -q --model=model -"
says "is N, which is not one of the elements C, Cu"
head -c 1000 model >torn
expect 2 'a torn model is refused' "simulate single -q --model=torn train.xyz"
says 'torn: 1000 bytes, its header says'

# auto: few frames of one system are for gp, many for networks.
cat train.xyz train.xyz >twelve.xyz
cat twelve.xyz one.xyz >thirteen.xyz
i=0
while test $i -lt 16; do
    cat train.xyz
    i=$((i + 1))
done >100.xyz
cat four.xyz >>100.xyz
cat 100.xyz one.xyz >101.xyz
auto='train --model=auto --dry-run'
expect 0 'twelve frames: of the system' "$auto twelve.xyz && grep -q '^rows ' out"
expect 0 'thirteen: of atoms' "$auto thirteen.xyz && grep -q '^environments ' out"
expect 0 'and makes it' "train --model=auto -o auto thirteen.xyz"
says '13 frames, sparse Gaussian process: '
expect 0 'a hundred: the same' "$auto 100.xyz && grep -q '^environments ' out"
expect 0 'one more: networks' "$auto 101.xyz && grep -q '^parameters ' out"

finish
