#!/bin/sh
# Each tool once, the longest way it has: what make memcheck runs under
# valgrind, with $RUN before the tool.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

cp "$TOP/examples/c-cu100-emt/start.xyz" .
cp "$TOP/tests/tools/golden/train.xyz" .

for r in 2.0 2.2 2.4 2.6 3.0 4.0; do
    printf '2\n\nCu 0 0 0\nCu 0 0 %s\n' "$r"
done >pairs.xyz
printf '1\n\nCu 0 0 0\n' >>pairs.xyz
expect 0 'dft-single on effective-medium theory' \
    "$RUN dft-single -q --engine=emt -o dimers.xyz pairs.xyz"
expect 0 'fit-morse' "$RUN fit-morse -q -o prior dimers.xyz"
expect 0 'featurize' "$RUN featurize -o features train.xyz"
expect 0 'train' "$RUN train -q --committee=2 --epochs=3 \
    --history=history -o model train.xyz"
expect 1 'simulate on a model' \
    "$RUN simulate relax -q --model=model --max-steps=2 -o walk.xyz start.xyz"
expect 1 'simulate on an oracle' "$RUN simulate relax -q --max-steps=1 \
    --oracle='dft-single --engine=emt' -o direct.xyz start.xyz"
expect 0 'sample' "$RUN sample -n 1 --known=train.xyz -o ask.xyz walk.xyz"
expect 0 'merge-db' "$RUN merge-db -q -o merged.xyz train.xyz dimers.xyz"
expect 1 'converged' "$RUN converged --fmax=1e-9 train.xyz"

# pw.x that says what it once said
cat >al2.xyz <<'EOF'
2
Lattice="2.85 0 0 0 2.85 0 0 0 4.05" Properties=species:S:1:pos:R:3 pbc="T T T"
Al 0 0 0
Al 1.5 1.4 2.1
EOF
echo '<UPF z_valence="3.0">' >Al.upf
printf '#!/bin/sh\ncat "%s"\n' "$TOP/tests/ref/qe/al2.out" >pw.x
chmod +x pw.x
expect 0 'dft-single on pw.x' "$RUN dft-single -q --engine=qe \
    --command=./pw.x --pseudo-dir=. --kpoints=3,3,2 --ecut=190 --sigma=0.272 \
    -o al2.out al2.xyz"

finish
