#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# Six frames of C on Cu(100), moved at random, labelled by ASE's EMT 3.22.1.
cp "$TOP/tests/tools/golden/train.xyz" .
head -n 15 train.xyz >one.xyz
gp='train -q --model=gp'

# Differences of labels and predictions of a file of simulate single: largest
# of the energies, and of the forces on what may move.
errors() {
    awk 'function abs(x) { return x < 0 ? -x : x }
        function value(key) {
            return substr($0, index($0, " " key "=") + length(key) + 2) + 0
        }
        /energy=/ {
            e = abs(value("energy") - value("ml_energy"))
            if (e > worst) worst = e
            split(substr($0, index($0, "Properties=")), p, ":"); at = 1
            for (i = 1; i + 2 <= 40 && p[i] != ""; i += 3) {
                name = p[i]; sub(/.*=/, "", name)
                col[name] = at; at += p[i + 2] + 0
            }
            next
        }
        NF > 5 && (!("move_mask" in col) || $col["move_mask"] == "T")  {
            for (k = 0; k < 3; k++) {
                f = abs($(col["forces"] + k) - $(col["ml_forces"] + k))
                if (f > force) force = f
            }
        }
        END { printf "%.6f %.6f\n", worst, force }' "$1"
}

expect 0 'reads a file, writes to stdout' "$RUN $gp train.xyz"
head -c 12 out >magic
printf 'morsel-model' | cmp -s - magic
report $? 'which is a model'
cp out stdout
expect 0 'reads standard input' "$RUN $gp -o model <train.xyz"
cmp -s model stdout
report $? 'the same from a file and a pipe'
cmp -s out /dev/null
report $? 'and is silent when asked to be'
absent model.part
expect 0 'is the same on one thread and two' \
    "$RUN $gp -j1 -o one train.xyz && $RUN $gp -j2 -o two train.xyz &&
    cmp one two"

expect 0 'says what it has learnt' "train --model=gp -o model train.xyz"
says '6 frames, Gaussian process: length'
says 'eV, prior times 0'
expect 0 'or with one' "train --model=gp --prior=wall -o walled train.xyz"
expect 1 'which is there then' "cmp -s model walled"
expect 0 'knows what it was made of' \
    "strings model | grep -c '^frame [0-9a-f]\{16\}$' | grep -qx 6"

# Six frames, their energies and forces: they are nearly met.
expect 0 'predicts with it' "simulate single -q --model=model -o s.xyz train.xyz"
expect 0 'energies within a meV, forces within 0.05 eV/A' \
    "errors s.xyz | awk 'NF == 2 && \$1 < 0.001 && \$2 < 0.05 { good = 1 }
    END { exit !good }'"
expect 0 'which has sigmas, of a kind' \
    "grep -c 'ml_sigma_e=.* ml_kind=gp' s.xyz | grep -qx 6"

# As with a network: the model before, targets, a history, calibration.
expect 0 'meets targets' "train --model=gp --target-energy=1e-3 \
    --target-force=1e-2 --history=history -o second train.xyz"
cut -d: -f2- err | grep -q '; [0-9.e-]* meV/atom, [0-9.e-]* eV/A$'
report $? 'and says how near it is'
awk -F '\t' 'NR == 1 && /^# member\tepoch\tloss\trmse_e meV/ { head = 1 }
    NR == 2 && $1 == 1 && $2 == 0 && $3 < 0 && $4 < 1 && $5 < 1e-2 { row = 1 }
    END { exit !(NR == 2 && head && row) }' history
report $? 'in one line of history, too'
expect 1 'or does not' "$gp --target-force=1e-9 -o second train.xyz"
test -s second
report $? 'which is written'
expect 0 'a poor model' "train -q --epochs=1 --hidden=2 -o poor train.xyz"
expect 0 'is no better on old frames' "$gp --before=poor -o better train.xyz"
cmp -s err /dev/null
report $? 'of which nothing is said'
strings better | grep -q '^before [0-9a-f]* frames 6 .* worse no$'
report $? 'but in the model'
head -n 60 train.xyz >four.xyz
expect 0 'a model of four frames' "$gp -o four four.xyz"
expect 0 'is better than a poor one' \
    "train -q --epochs=1 --hidden=2 --before=four -o poor train.xyz"
says 'train: worse than four on 4 old frames: '
expect 2 'a model before that is none' "$gp --before=history -o bad train.xyz"
says 'history: '
absent bad
expect 0 'frames that are predicted' \
    "simulate single -q --model=four -o predicted.xyz train.xyz"
expect 0 'calibrate it' "dft-single -q --engine=emt predicted.xyz |
    train -v --model=gp -o calibrated -"
grep -q 'train: -:76: error [0-9.e-]*, bare sigma' err &&
    grep -q 'sigmas times [0-9.]*, from 6 frames: ' err
report $? 'and says so'
expect 0 'also in the model' "strings calibrated |
    grep -q '^calibration [0-9.]* frames 6 atoms'"

# From one label, where a network of this size would know nothing.
expect 0 'learns from one frame' "$gp -o first one.xyz"
expect 0 'and relaxes' "simulate relax -q --model=first -o traj.xyz one.xyz"
expect 1 'but not where it is not trusted' "simulate relax -q --model=first \
    --stop-uncertainty=0.1 -o traj.xyz one.xyz"
expect 0 'and says so' "tail -n 14 traj.xyz | grep -q 'reason=uncertainty'"

# Sigmas that no limit asks for are made for the frames that are written.
walk="simulate md -q --model=model -T 300 --thermostat=langevin -n 12 --every=5"
expect 0 'moves' "$walk -o walk.xyz one.xyz"
expect 0 'and has the same sigmas whether they are looked at or not' \
    "$walk --stop-uncertainty=900 -o looked.xyz one.xyz && cmp walk.xyz looked.xyz"
expect 0 'in each frame' "grep -c 'ml_sigma_e=.*ml_factor=' walk.xyz | grep -qx 4"

expect 0 'tells rows and memory' "$RUN train --model=gp --dry-run train.xyz"
grep -qx 'frames 6' out && grep -qx 'rows [0-9]*' out &&
    grep -qx 'bytes [0-9]*' out
report $? 'in words'
expect 2 'notices a full disk' "$RUN $gp train.xyz >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'refuses a bad option' "$RUN train --model=spline train.xyz"
says "--model: 'spline' is not one of network, gp, sgp, auto"

# What is not one system.
sed '1,15s/^C /N /' train.xyz >mixed.xyz
expect 2 'refuses two systems' "$RUN $gp -o bad mixed.xyz"
says 'mixed.xyz:16: expected the atoms, their order and the cell of the first'
absent bad
expect 0 'of which auto makes one of atoms' \
    "train --model=auto -o net mixed.xyz"
says 'of atoms: mixed.xyz:16: expected the atoms, their order and the cell'
says 'sparse Gaussian process'
expect 0 'and of one system a process' "train --model=auto -o auto train.xyz"
says 'Gaussian process'
sed 's/forces:R:3/velo:R:3/' train.xyz >energies.xyz
expect 2 'refuses energies alone' "$RUN $gp -o bad energies.xyz"
says 'energies.xyz:1: expected labels of energy and forces'
expect 0 'of which auto makes a network' "train -q --model=auto --alpha=0 \
    --epochs=1 -o net energies.xyz && head -c 72 net | grep -q network"
expect 2 'the simulated atoms must be those of training' \
    "simulate single -q --model=model mixed.xyz"
says 'not the atoms, in their order, or not the cell that the model'

head -c 1000 model >torn
expect 2 'a torn model is refused' "simulate single -q --model=torn train.xyz"
says 'torn: 1000 bytes, its header says'

finish
