#!/bin/sh
# Every example of the manual, run in a folder that holds what the pages speak
# of: start.xyz, train.xyz, prior, model, traj.xyz.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

PIPELINES=$TOP/pipelines
export PIPELINES

# The literal blocks in the EXAMPLES of a page, each a file block.N.
examples() {
    awk '/^\.Sh /{ on = $2 == "EXAMPLES" }
         on && /^\.Bd -literal/ { file = sprintf("block.%02d", ++n); next }
         /^\.Ed/ { file = "" }
         file { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print >file }' "$1"
}

# What makes a block of this kind come true.
proof() {
    case $(head -n 1 "$1") in
    'morsel-prior 2') echo "train -q --epochs=1 --prior=../$1 -o m train.xyz" ;;
    'morsel-set 1') echo "featurize --set=../$1 start.xyz" ;;
    *) cat "$1" ;;
    esac
}

cp "$TOP/examples/c-cu100-emt/start.xyz" .
expect 0 'labels the start' "dft-single -q --engine=emt -o start.lab start.xyz"
expect 0 'makes a prior' "fit-morse --elements=Cu,C -o prior"
expect 0 'walks directly' "simulate relax -q --max-steps=40 \
    --oracle='dft-single --engine=emt' -o direct start.xyz"
expect 0 'makes a training set' "merge-db -o train.xyz start.lab direct"
expect 0 'trains' "train -q --committee=2 --epochs=50 -o model train.xyz"
expect 0 'walks on the model' "simulate relax -q --model=model -o traj.xyz \
    start.xyz || test \$? -eq 1"
mkdir here && mv start.xyz train.xyz prior model traj.xyz here

for page in "$TOP"/man/*.[157]; do
    rm -rf block.* there
    examples "$page"
    cp -r here there
    for block in block.*; do
        test ! -e "$block" || proof "$block"
    done >script
    test ! -s script || expect 0 "the examples of ${page##*/}" \
        "cd there && sh -eu ../script"
done
finish
