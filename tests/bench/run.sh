#!/bin/sh
# Speed, one thread: every program of this folder three times, and the median
# of each figure beside what a peer needs: those of peers.tsv, and ASE here and
# now, if it is installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMP_NUM_THREADS=1

# A slab of copper with carbon on it, and 200 000 atoms with forces.
cp "$here/../../examples/c-cu100-emt/start.xyz" .
python=/usr/bin/python3
"$python" -c 'import ase' 2>/dev/null || python=

seconds() { # seconds NAME COMMAND: its wall time as a figure
    before=$(date +%s.%N)
    eval "$2" >/dev/null
    echo "$1 $before $(date +%s.%N)" | awk '{ print $1, $3 - $2, "s" }'
}

# 200 000 random atoms, positions and forces: about 20 MB as ASE writes it.
awk 'BEGIN { srand(1); print 200000
    print "Lattice=\"150 0 0 0 150 0 0 0 150\" Properties=species:S:1:pos:R:3:" \
        "forces:R:3 energy=-1.5 pbc=\"T T T\""
    for (i = 0; i < 200000; i++) {
        x = i % 59; y = int(i / 59) % 59; z = int(i / 3481)
        printf "Cu %16.8f %16.8f %16.8f %16.8f %16.8f %16.8f\n", 2.54 * x + \
            rand() / 3, 2.54 * y + rand() / 3, 2.54 * z + rand() / 3, \
            rand() - 0.5, rand() - 0.5, rand() - 0.5
    } }' >big.xyz
# A walk of 200 frames for the engines.
simulate relax -q --oracle='dft-single -q --engine=emt' --fmax=1e-6 \
    --max-steps=199 --max-step=0.01 -o walk.xyz start.xyz || test $? -eq 1

# A model of one network, to walk on: the whole of simulate, start to end.
dft-single -q --engine=emt -o start.lab.xyz start.xyz
train -q --epochs=50 -o model start.lab.xyz

walk_on_model() {
    before=$(date +%s.%N)
    simulate relax -q --model=model --method=fire --max-step=0.001 \
        --fmax=1e-6 --max-steps=3000 --every=3000 -o model.xyz start.xyz ||
        test $? -eq 1
    after=$(date +%s.%N)
    awk -v t0="$before" -v t1="$after" '{ for (i = 1; i <= NF; i++)
            if (index($i, "step=") == 1) n = substr($i, 6) }
        END { print "simulate_relax", 13 * (n + 1) / (t1 - t0),
            "atom-steps/s" }' model.xyz
}

measure() {
    for program in "$BENCH"/*; do
        "$program"
    done
    walk_on_model
    seconds read_write_200000_atoms 'merge-db --net-force=1000000 big.xyz'
    seconds emt_200_frames 'dft-single -q --engine=emt walk.xyz'
    test -z "$python" || {
        seconds ase_read_write_200000_atoms "$python -c \"
from ase.io import read, write
write('ase.xyz', read('big.xyz'), format='extxyz')\""
        seconds ase_emt_200_frames "$python -c \"
from ase.io import read
from ase.calculators.emt import EMT
for a in read('walk.xyz', ':'):
    a.calc = EMT()
    a.get_forces()\""
    }
}

for _ in 1 2 3; do
    measure
done >raw
sort -s -k1,1 -k2,2g raw | awk '{ name = $1
    if (++n[name] == 2) print name "\t" $2 "\t" $3 }' >figures

awk -F '\t' -v OFS='\t' '
    FILENAME == ARGV[1] { mine[$1] = $2; unit[$1] = $3; order[++n] = $1; next }
    /^#/ { next }
    { peers[$1] = peers[$1] "\t" $2 "\t" $3 }
    END {
        print "# figure", "here", "unit", "peer", "its figure", "ratio"
        for (i = 1; i <= n; i++) {
            f = order[i]
            if (("ase_" f) in mine)
                peers[f] = peers[f] "\tASE, here\t" mine["ase_" f]
            if (f ~ /^ase_/)
                continue
            m = split(peers[f], p, "\t")
            if (m < 2)
                print f, mine[f], unit[f]
            for (k = 2; k < m; k += 2) {
                r = unit[f] ~ /\/s$/ ? mine[f] / p[k + 1] : p[k + 1] / mine[f]
                printf "%s\t%s\t%s\t%s\t%s\t%.1f\n", f, mine[f], unit[f],
                    p[k], p[k + 1], r
            }
        }
    }' figures "$here/peers.tsv"

echo
sh "$here/dft.sh"
