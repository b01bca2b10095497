#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# Six frames of C on Cu(100), moved at random, labelled by ASE's EMT 3.22.1.
cp "$TOP/tests/tools/golden/train.xyz" .
quick='-q --epochs=5 --hidden=5'

# The first n frames of train.xyz.
frames() {
    head -n $((15 * $1)) train.xyz
}

# Column $1 of the last line of a history.
last() {
    tail -n 1 history | cut -f "$1"
}

less() { # less X Y 'what it shows'
    status=0
    awk -v x="$1" -v y="$2" 'BEGIN { exit !(x + 0 < y + 0) }' || status=$?
    report "$status" "$3: $1 < $2"
}

expect 0 'reads a named file, writes to stdout' "$RUN train $quick train.xyz"
head -c 12 out >magic
printf 'morsel-model' | cmp -s - magic
report $? 'which is a model'

expect 0 'reads standard input' "$RUN train $quick -o stdin <train.xyz"
cmp -s out /dev/null
report $? 'and is silent when asked to be'
expect 0 'writes a file' "$RUN train $quick -o model train.xyz"
cmp -s model stdin
report $? 'the same from a file and a pipe'
absent model.part

expect 2 'refuses a bad option' "$RUN train --epochs=1e3x train.xyz"
says "--epochs: '1e3x' is not a whole number from 0 to"
expect 2 'refuses an unknown activation' "$RUN train --activation=relu"
says "--activation: 'relu' is not one of tanh, sigmoid, softplus, silu, linear"
expect 2 'refuses a shape' "$RUN train -o bad --hidden=5,0 train.xyz"
says "--hidden: '5,0' is not one to 7 widths from 1 to 1000"
absent bad
expect 2 'refuses a missing file' "$RUN train -o bad no-such-file"
says "cannot open 'no-such-file'"
expect 2 'refuses an empty file' "$RUN train -o bad </dev/null"
says '-: expected at least one frame'
absent bad
expect 2 'notices a full disk' "$RUN train $quick train.xyz >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'notices a full disk under --dry-run' \
    "$RUN train --dry-run train.xyz >/dev/full"
expect 2 'refuses a missing prior' "$RUN train --prior=nowhere train.xyz"
says "cannot open 'nowhere'"
expect 2 'refuses a missing set' "$RUN train --set=nowhere train.xyz"
says "there is no set 'nowhere'"
printf 'morsel-set 1\ncutoff cosine 5\nG2 * eta 0.1,1\nend\n' >"set"
expect 0 'reads a set' "$RUN train --dry-run --set=set train.xyz"
grep -qx 'features C 4' out
report $? 'and uses it'
printf 'morsel-set 1\ncutoff cosine 5\nG2 * eta 0.1,1\n' >"set"
expect 2 'points at its bad line' "$RUN train --set=set train.xyz"
says "set:3: the file ends before 'end'"

# Labels.
sed '32s/energy=/e=/' train.xyz >unlabelled.xyz
expect 2 'points at a frame without energy' \
    "$RUN train -o bad unlabelled.xyz"
says "unlabelled.xyz:31: expected a frame with the key 'free_energy' or"
absent bad
sed '17s/forces:/f:/' train.xyz >no-forces.xyz
expect 2 'points at a frame without forces' "$RUN train no-forces.xyz"
says "no-forces.xyz:16: expected a frame with the column 'forces'"
expect 0 'does not want them for energies only' \
    "$RUN train $quick --alpha=0 -o model no-forces.xyz"
sed '17s/energy=/free_energy=/' train.xyz >mixed.xyz
expect 2 'refuses two kinds of energy' "$RUN train mixed.xyz"
says "mixed.xyz:16: expected 'energy', as in the frames before"
sed 's/energy=/free_energy=/; s/forces:/f:/' train.xyz >own.xyz
expect 0 'takes names of labels' "$RUN train --epochs=1 -o model \
    --energy-key=free_energy --forces-key=f own.xyz"
says 'train: 6 frames, label free_energy, all forces'
sed '20s/[^ ]*$/3e8/' train.xyz >absurd.xyz
expect 2 'refuses an absurd force' "$RUN train absurd.xyz"
says 'absurd.xyz:20: '
sed '20s/[^ ]*$/3e8/' own.xyz >absurd.xyz
expect 2 'and under another name' "$RUN train --forces-key=f absurd.xyz"
says 'absurd.xyz:16: a force of 3e+08 eV/angstrom on atom 3'

# Learning.
expect 0 'reaches a target' "$RUN train -q -o model --history=history \
    --target-force=0.05 --target-energy=0.002 train.xyz"
less "$(last 5)" 0.05 'the last line has the force error, eV/angstrom'
less "$(last 4)" 2 'and that of the energy, meV per atom'
less "$(last 2)" 100 'it stops there'
expect 1 'answers no, and writes the model' \
    "$RUN train $quick -o below --target-force=1e-6 train.xyz"
test -s below
report $? 'which is there'
expect 0 'learns by Adam' "$RUN train -q -o model --history=history \
    --optimizer=adam --schedule=cosine --period=10 --rate=0.02 --epochs=30 \
    train.xyz"
less "$(last 5)" 0.4 'the force error'
for option in --loss=paper --scaling=paper --scaling=motion --huber=0.5 \
    --decay=1e-4 --force-mask=free --prior=none --activation=softplus; do
    expect 0 "fits with $option" "$RUN train -q -o model --epochs=30 \
        --history=history $option train.xyz"
    less "$(last 5)" 0.15 'the force error'
done

# Stress: crystals of copper, shaken and strained, six to learn and four to ask.
awk 'function r(x) { k++; return x * sin(k * k * 12.9898) }
    function row(x, y, z) { printf "%.6f %.6f %.6f", x + r(0.1), y + r(0.1), z + r(0.1) }
    BEGIN {
        for (n = 0; n < 10; n++) {
            a = 3.6 + r(0.15)
            printf "4\nLattice=\""
            row(a, 0, 0); printf " "; row(0, a, 0); printf " "; row(0, 0, a)
            print "\" Properties=species:S:1:pos:R:3 pbc=\"T T T\""
            for (i = 0; i < 4; i++) {
                printf "Cu "
                row((i % 3 > 0) * a / 2, (i % 2) * a / 2, (i > 1) * a / 2)
                print ""
            }
        }
    }' | dft-single -q --engine=emt >crystals.xyz
head -n 36 crystals.xyz >learn.xyz
tail -n 24 crystals.xyz >ask.xyz
# Root mean square error of the stress of model $1, where it has not been.
stress_error() {
    simulate single --model="$1" ask.xyz | awk '/ml_stress=/ {
        split($0, part, /stress="/)
        for (i = 2; i < 4; i++) {
            sub(/".*/, "", part[i]); gsub(/[^-+.e0-9]+/, " ", part[i])
            sub(/^ +/, "", part[i])
        }
        split(part[2], x, / /); n = split(part[3], y, / /)
        for (i = 1; i <= 9; i++) sum += (x[i] - y[i]) ^ 2 }
        END { print sqrt(sum / 36) }'
}
many='--committee=4 --seed=3 --epochs=30'
expect 0 'learns without stress' "$RUN train -q $many -o plain learn.xyz"
expect 0 'and with it' "$RUN train $many --stress-weight=1 -o stressed \
    --history=history learn.xyz"
says 'stress of 6 frames: member 4: '
less "$(last 6)" 0.005 'which it then knows, eV/A^3'
with=$(stress_error stressed)
without=$(stress_error plain)
less "$(echo "$with" | awk '{ print 2 * $1 }')" "$without" \
    'where it has not been, the error is less than half'
expect 0 'the same from features' "$RUN featurize --set=fine --strain \
    --format=binary -o features learn.xyz &&
    $RUN train -q $many --stress-weight=1 -o again features &&
    simulate single --model=stressed ask.xyz >one.out &&
    simulate single --model=again ask.xyz >two.out && cmp one.out two.out"
expect 2 'unless they lack strain' "$RUN featurize --set=fine --derivatives \
    --format=binary -o features learn.xyz &&
    $RUN train --stress-weight=1 -o no features"
says 'features: expected derivatives by strain, which stress needs'
expect 0 'a Gaussian process learns it, too' \
    "$RUN train -q --model=gp --stress-weight=1 -o process learn.xyz"
less "$(stress_error process)" "$without" 'better than a network without'
sed 's/ stress="[^"]*"//' learn.xyz >mute.xyz
expect 2 'of frames that have it' \
    "$RUN train --model=gp --stress-weight=1 -o no mute.xyz"
says 'mute.xyz:1: expected a stress, as in all frames'
expect 2 'a slab has no stress' "$RUN train --stress-weight=1 -o no train.xyz"
says 'train.xyz: --stress-weight: expected a frame with a stress that is periodic'
absent no

# The same bytes.
expect 0 'a committee on one thread' \
    "$RUN train $quick --committee=3 --bootstrap=fresh -j1 -o one train.xyz"
expect 0 'a committee on four threads' \
    "$RUN train $quick --committee=3 --bootstrap=fresh -j4 -o four train.xyz"
cmp -s one four
report $? 'is the same to the bit'
expect 0 'another seed' \
    "$RUN train $quick --committee=3 --bootstrap=fresh -s2 -o two train.xyz"
status=0
cmp -s one two || status=$?
test $status -eq 1
report $? 'is another committee'

for option in --bootstrap=paper '--bootstrap=paper --initial=3' \
    --committee-kind=shallow '--committee-kind=shallow --bootstrap=fresh'; do
    expect 0 "$option on one thread" \
        "$RUN train $quick --committee=3 $option -j1 -o one train.xyz"
    expect 0 'and on three' \
        "$RUN train $quick --committee=3 $option -j3 -o three train.xyz"
    cmp -s one three
    report $? 'is the same to the bit'
done
expect 2 'heads cannot start from members that are apart' \
    "$RUN train $quick --committee=3 --committee-kind=shallow --warm=two \
    train.xyz"
says 'the model to start from has another kind of committee'
expect 0 'but from heads' "$RUN train $quick --committee=3 \
    --committee-kind=shallow --warm=three -o four train.xyz"

# From features: the same bytes, whatever the options.
expect 0 'features of the frames' "featurize --format=binary --derivatives \
    --set=fine -o features train.xyz"
for option in --prior=none --prior=published --force-mask=free --alpha=0 \
    --scaling=motion '--committee=2 --bootstrap=fresh --loss=paper' --set=fine; do
    expect 0 "frames with $option" \
        "$RUN train $quick $option -o of-frames train.xyz"
    expect 0 'and features' \
        "$RUN train $quick $option -o of-features features"
    cmp -s of-frames of-features
    report $? 'give the same model to the bit'
done
expect 0 'reads features from a pipe, whatever their name' \
    "cat features | $RUN train $quick --set=fine -o of-features -"
cmp -s of-frames of-features
report $? 'to the same model'
expect 0 'features of labels of other names' "featurize --format=binary \
    --derivatives --set=fine -o own own.xyz"
expect 0 'have them' "$RUN train --epochs=1 -o model \
    --energy-key=free_energy --forces-key=f own"
says 'train: 6 frames, label free_energy, all forces'
expect 0 'tells sizes of features' "$RUN train --dry-run features"
mv out sizes
expect 0 'and of frames' "$RUN train --dry-run train.xyz"
cmp -s out sizes
report $? 'which are the same'

expect 0 'features that are written to a pipe' "featurize --format=binary \
    --derivatives --set=fine train.xyz | cat >piped"
cmp -s piped features
report $? 'are those of a file to the bit'

# By batches, which stay in the file until they are needed.
batches="$quick --optimizer=adam --batch=4 --committee=3 --bootstrap=fresh"
expect 0 'batches of frames' "$RUN train $batches -j1 -o of-frames train.xyz"
expect 0 'of features' "$RUN train $batches -j3 -o of-features features"
cmp -s of-frames of-features
report $? 'give the same model to the bit'
expect 0 'and of a pipe' "cat features | $RUN train $batches -o of-pipe"
cmp -s of-frames of-pipe
report $? 'the same'
expect 0 'learn' "$RUN train -q -o model --history=history --rate=0.02 \
    --optimizer=adam --schedule=cosine --batch=2 --epochs=70 train.xyz"
less "$(last 5)" 0.15 'the force error'
expect 0 'tell their size beforehand' \
    "$RUN train $batches --dry-run -o never train.xyz"
grep -qx 'members 3' out && grep -qx 'bytes [1-9][0-9]*' out
report $? 'with all members'
absent never
expect 2 'point at a bad frame' "$RUN train $batches -o bad unlabelled.xyz"
says "unlabelled.xyz:31: expected a frame with the key 'free_energy' or"
expect 2 'refuse two kinds of energy' \
    "$RUN train -q --optimizer=adam --batch=1 -o bad mixed.xyz"
says "mixed.xyz:16: expected 'energy', as in the frames before"
absent bad
expect 2 'are for adam' "$RUN train --batch=2 train.xyz"
says '--batch'
expect 0 'compare themselves' "$RUN train $quick --optimizer=adam --batch=4 \
    --before=model -o less train.xyz"
says 'train: worse than model on 6 old frames: '

expect 2 'refuses features of another set' \
    "$RUN train -o bad --set=paper features"
says "features: the features are of another set than 'paper'"
absent bad
expect 0 'features without derivatives' \
    "featurize --format=binary --set=fine -o values train.xyz"
expect 2 'are not enough for forces' "$RUN train -o bad values"
says 'values: expected derivatives, which forces need'
expect 0 'but for energies' "$RUN train $quick --alpha=0 -o model values"
expect 0 'features of an element that is not there' "featurize --set=fine \
    --format=binary --derivatives --elements=C,O,Cu -o more train.xyz"
expect 2 'leave it nothing to learn from' "$RUN train -o bad more"
says 'more: expected an atom of O, an element of its set'
expect 0 'features without a label' "featurize --format=binary \
    --derivatives -o unlabelled unlabelled.xyz"
expect 2 'are refused where the frame stood' "$RUN train -o bad unlabelled"
says "unlabelled:31: expected a frame with the key 'free_energy' or"
printf '2\npbc="F F F"\nC 0 0 0\nC 0 0 1e-3\n' >overlap.xyz
expect 0 'features of atoms that overlap' \
    "featurize --format=binary -o overlap overlap.xyz"
expect 2 'are refused as their frame is' "$RUN train -o bad overlap"
says 'overlap:1: expected atoms apart, got C 2 0.001 angstrom from C 1'
head -c 100000 features >short
expect 2 'refuses features that were cut' "$RUN train -o bad short"
says 'short: 100000 bytes, its header says'
expect 2 'and other files' "$RUN train -o bad model"
says 'model: not a morsel-features file'
absent bad

# One frame, and on from there.
frames 1 >one.xyz
expect 0 'learns a single frame' "$RUN train -q -o first --epochs=20 \
    --history=history one.xyz"
less "$(last 5)" 0.05 'the force error'
expect 0 'starts from a model' "$RUN train -q -o second --epochs=0 \
    --warm=first --history=history one.xyz"
less "$(last 5)" 0.05 'it is as good as that one'
expect 2 'of the same shape' "$RUN train -q --hidden=7 --warm=first one.xyz"
says 'the model to start from has another network shape'
head -c 1000 first >'cut'
expect 2 'and whole' "$RUN train -q --warm=cut one.xyz"
says 'cut: '

# A model is compared with the one before, and sigmas with errors.
expect 0 'a good model' "$RUN train -q --committee=2 -o good train.xyz"
expect 0 'and one that has learnt less says so, also when quiet' \
    "$RUN train $quick -o less --before=good train.xyz"
says 'train: worse than good on 6 old frames: '
strings less | grep -q '^before [0-9a-f]* frames 6 .* worse yes$'
report $? 'and it stands in the model'
expect 0 'the other way round' "$RUN train -q --before=less -o more train.xyz"
cmp -s err /dev/null
report $? 'there is nothing to say'
strings more | grep -q '^before [0-9a-f]* frames 6 .* worse no$'
report $? 'but in the model'
frames 4 >four.xyz
expect 0 'only frames count that were known' \
    "$RUN train -q --committee=2 -o known four.xyz"
expect 0 'of six, four' "$RUN train $quick --before=known -o less train.xyz"
says 'worse than known on 4 old frames'
expect 2 'a model that is none' "$RUN train $quick --before=train.xyz train.xyz"
says 'train.xyz: '

expect 0 'frames that are predicted' \
    "simulate single -q --model=known -o predicted.xyz train.xyz"
expect 0 'and labelled' "dft-single -q --engine=emt -o labelled.xyz predicted.xyz"
expect 0 'calibrate the next model' "$RUN train -v --epochs=5 --committee=2 \
    -o calibrated labelled.xyz"
says 'train: sigmas times '
says 'labelled.xyz:1: error '
strings calibrated | grep -q '^calibration [0-9.]* frames 6 atoms [0-9]* within'
report $? 'and it stands in the model'
expect 0 'whose sigmas' \
    "simulate single -q --model=calibrated -o again.xyz train.xyz"
grep -q 'ml_kind=network ml_factor=[0-9.]*' again.xyz
report $? 'say so'

expect 0 'tells sizes beforehand' "$RUN train --dry-run -o never train.xyz"
cat >sizes <<'EOF'
frames 6
atoms 78
features C 24
features Cu 24
parameters 1882
members 1
EOF
head -n 6 out | cmp -s - sizes
report $? 'as they are'
absent never

expect 0 'documents its options' 'train --help && train --optimizer=adam \
    --scaling=motion --bootstrap=paper --help'
sed -n 's/^ *\(-[a-zA-Z], \)\{0,1\}--\([a-z-]*\).*/\2/p' out | sort -u |
    while read -r word; do
        grep -q "Fl -$word" "$TOP/man/train.1" || echo "$word"
    done >undocumented
expect 1 'the manual has them all' 'test -s undocumented'
for choice in '' --optimizer=adam '--optimizer=adam --bootstrap=paper'; do
    expect 0 "help fits on a screen, $choice" "train $choice --help"
    test "$(wc -l <out)" -le 40 && ! grep -q '.\{81\}' out
    report $? 'of 80 columns and 40 lines'
done
grep -q -e '--rate=X' out && grep -q -e '--initial=N' out && grep -q 'of the rest' out
report $? 'where what is for a choice stands alone if not all fits'

finish
