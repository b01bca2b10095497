#!/bin/sh
# Every example of the manual, run in a folder that holds what the pages speak
# of: start.xyz, train.xyz, prior, model, traj.xyz.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

PIPELINES=$TOP/pipelines
export PIPELINES

# The commands of a page: the literal blocks of its EXAMPLES.
examples() {
    awk '/^\.Sh /{ on = $2 == "EXAMPLES" }
         on && /^\.Bd -literal/ { block = 1; next }
         /^\.Ed/ { block = 0 }
         block { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print }' "$1"
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
    examples "$page" >script
    test -s script || continue
    rm -rf there && cp -r here there
    expect 0 "runs the examples of ${page##*/}" "cd there && sh -eu ../script"
done
finish
