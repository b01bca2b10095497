#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

SETS=$TOP/tests/ref/features
RUN=${RUN-}
export SETS RUN

# Every path to and from a file.
cat >dimer.xyz <<'END'
2
Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 pbc="F F F"
Cu 0 0 0 0 0 0.25
Cu 0 0 3 0 0 -0.25
END
cat >pair.set <<'END'
morsel-set 1
cutoff cosine 6
G2 * eta 0 rs 0,3
end
END
cat >want <<'END'
# frame atom element features
# morsel-set 1
# cutoff cosine 6
# G2 Cu eta 0 rs 0
# G2 Cu eta 0 rs 3
# end
1 1 Cu 0.5 0.5
1 2 Cu 0.5 0.5
END
expect 0 'reads a named file' "$RUN featurize --set=pair.set dimer.xyz"
same out "$PWD/want" 1e-15
expect 0 'reads standard input' "$RUN featurize --set=pair.set <dimer.xyz"
same out "$PWD/want" 1e-15
expect 0 'writes a file' "$RUN featurize --set=pair.set -o file - <dimer.xyz"
same file "$PWD/want" 1e-15
absent file.part
expect 0 'writes to a device' "$RUN featurize -o /dev/null dimer.xyz"

# The set is stretched as a whole; frames are counted over all files.
cat >want <<'END'
# frame atom element features
# morsel-set 1
# cutoff cosine 9
# G2 Cu eta 0 rs 0
# G2 Cu eta 0 rs 4.5
# end
1 1 Cu 0.75 0.75
1 2 Cu 0.75 0.75
2 1 Cu 0.75 0.75
2 2 Cu 0.75 0.75
END
expect 0 'stretches a set' \
    "$RUN featurize --set=pair.set --cutoff=9 dimer.xyz dimer.xyz"
same out "$PWD/want" 1e-15

# Refusals leave nothing behind.
expect 2 'refuses a cutoff out of range' "$RUN featurize --cutoff=-1"
says "--cutoff: '-1' is not a number from 0.1 to 100"
expect 2 'refuses an unknown set' "$RUN featurize --set=x -o bad dimer.xyz"
says "there is no set 'x'"
absent bad
absent bad.part
printf 'morsel-set 1\nG2 Cu\n' >bad.set
expect 2 'points at the bad line of a set' \
    "$RUN featurize --set=bad.set dimer.xyz"
says 'bad.set:2: expected eta'
expect 2 'refuses an unknown element' "$RUN featurize --elements=Cu,Q dimer.xyz"
says "--elements: 'Q' is not a chemical symbol"
expect 2 'refuses one twice' "$RUN featurize --elements=Cu,C,Cu dimer.xyz"
says '--elements: Cu is there twice'
expect 2 'refuses a missing file' "$RUN featurize -o bad no-such-file"
says "cannot open 'no-such-file': No such file or directory"
absent bad
expect 2 'points at the bad line' \
    "printf '1\n\nXx 0 0 0\n' | $RUN featurize"
says '-:3:'
expect 2 'refuses no frames' "$RUN featurize -o bad </dev/null"
says '-: there are no frames'
absent bad
printf '1\npbc="F F F"\nC 0 0 0\n' | cat dimer.xyz - >two.xyz
expect 2 'refuses an element of a later frame' "$RUN featurize -o bad two.xyz"
says 'two.xyz:5: atom 1 is C, which is not one of the elements Cu: see --elem'
absent bad
expect 0 'unless it was told' "$RUN featurize --elements=C,Cu two.xyz"
printf '2\npbc="F F F"\nC 0 0 0\nC 0 0 1e-9\n' >twice.xyz
expect 2 'refuses atoms at one place' "$RUN featurize twice.xyz"
says 'twice.xyz:1: atoms 1 and 2 are at the same place'
expect 2 'has no derivatives as text' "$RUN featurize --derivatives dimer.xyz"
says '--derivatives needs --format=json or --format=binary'
expect 2 'notices a full disk' "$RUN featurize dimer.xyz >/dev/full"
says "cannot write '-': No space left on device"
expect 2 'also in binary' "$RUN featurize --format=binary dimer.xyz >/dev/full"
says "cannot write '-': No space left on device"

if ! command -v python3 >python; then
    skip 'reference features: no python3'
    finish
    exit
fi

# Binary and JSON hold the same numbers, by the words of morsel-features(5).
cat >binary.py <<'PY'
import json
import struct
import sys

data = open(sys.argv[1], 'rb').read()
at = 0


def get(form):
    global at
    x = struct.unpack_from('<' + form, data, at)
    at += struct.calcsize('<' + form)
    return x if len(x) > 1 else x[0]


assert data[:16].rstrip(b'\0') == b'morsel-features'
at = 16
assert get('IIQ') == (1, 0x01020304, len(data))
assert get('Idd') == (0, 6, 0)
n = {}
for _ in range(get('Q')):
    z = get('I')
    n[z] = get('Q')
    for _ in range(n[z]):
        get('IIIdddd')
assert get('I') == 1
frames = 0
xyz = b''
for line in open(sys.argv[2]):
    want = json.loads(line)
    assert get('I') == 1
    text = get('%ds' % get('Q'))
    xyz += text
    rows = text.decode().split('\n')
    natoms = int(rows[0])
    assert len(rows) == natoms + 3
    z = [{'C': 6, 'Cu': 29}[row.split()[0]] for row in rows[2:-1]]
    end = get('Q')
    end += at
    for i in range(natoms):
        assert [get('d') for _ in range(n[z[i]])] == want['G'][i]
    for i in range(natoms):
        dense = [[[0.0] * 3 for _ in z] for _ in range(n[z[i]])]
        for _ in range(get('Q')):
            j = get('I')
            for x in range(3):
                for s in range(n[z[i]]):
                    dense[s][j][x] = get('d')
        assert dense == want['dG'][i]
    assert at == end
    frames += 1
assert get('I') == 0 and at == len(data) - 4
open('xyz', 'wb').write(xyz)
print(frames, 'frames')
PY
options='--derivatives --elements=C,Cu two.xyz'
expect 0 'writes binary' "$RUN featurize --format=binary -o b $options"
expect 0 'writes JSON' "$RUN featurize --format=json -o j $options"
expect 0 'and both say the same' 'python3 binary.py b j'
echo '2 frames' >want
same out "$PWD/want"

expect 0 'and the frames as they were' 'merge-db --format=json xyz'
mv out stored.json
expect 0 'with every label' 'merge-db --format=json two.xyz'
cmp -s out stored.json
report $? 'are in the binary file'

# Sets that differ between elements.
cat >differ.set <<'END'
morsel-set 1
cutoff polynomial 5 2
center C
G2 * eta 1
center Cu
G4 Cu C eta 0.1 zeta 2.5 lambda -1
end
END
expect 0 'has sets for each element' "$RUN featurize --format=json \
    --set=differ.set --elements=C,Cu -o json two.xyz"
cat >differ.py <<'PY'
import json

r = json.loads(open('json').readline())
assert (r['cutoff_function'], r['gamma']) == ('polynomial', 2)
assert [f['elements'] for f in r['functions']['C']] == [['C'], ['Cu']]
assert r['functions']['Cu'] == [{'type': 'G4', 'elements': ['C', 'Cu'],
                                 'eta': 0.1, 'zeta': 2.5, 'lambda': -1,
                                 'rc': 5}]
assert r['G'] == [[0], [0]]
PY
expect 0 'and names them in JSON' 'python3 differ.py'

# References: a few kept here, all where they are.
expect 0 'agrees with 80-bit references to 1e-11' \
    "python3 $TOP/tests/tools/features.py $SETS/*.json"
sed 's/^/# /' out
shared=$TOP/../shared/reference/mlp/symmetry_functions
if test -d "$shared"; then
    expect 0 'and with all of them' \
        "python3 $TOP/tests/tools/features.py $shared/*__*.json"
    sed 's/^/# /' out
else
    skip 'all 46 references: no ../shared'
fi

# Threads change nothing.
expect 0 'runs on one thread' "$RUN featurize -j 1 --format=json -o j1 $options"
expect 0 'and on three' "$RUN featurize -j 3 --format=json -o j3 $options"
expect 0 'to the same end' 'cmp j1 j3'

# A simple cubic lattice with one shell within the cutoff: 2 a fc'(a) along
# each axis, fc' = -(pi / 2 rc) sin(pi a / rc), and nothing between them.
printf '1\nLattice="2.5 0 0 0 2.5 0 0 0 2.5" Properties=species:S:1:pos:R:3\n' >cubic
echo 'Cu 0 0 0' >>cubic
printf 'morsel-set 1\ncutoff cosine 3\nG2 * eta 0\nend\n' >one.set
expect 0 'derivatives by strain' \
    "$RUN featurize --set=one.set --strain --format=json cubic"
sed 's/.*"dG_strain":\[\[\[//; s/\].*//; s/,/ /g' out >strain
x=-1.3089969389957472
echo "$x $x $x 0 0 0" >byhand
status=0
awk -v golden=byhand -v tol=1e-14 -f "$TOP/tests/tools/same.awk" strain ||
    status=$?
report "$status" 'by hand'
expect 2 'which are no text' "$RUN featurize --strain cubic"
says '--strain needs --format=json or --format=binary'

expect 0 'documents its options' "featurize --help"
sed -n 's/^  .*--\([a-z-]*\).*/\1/p' out | while read -r w; do
    grep -q "Fl -$w" "$TOP/man/featurize.1" || echo "$w"
done >undocumented
expect 1 'the manual has them all' 'test -s undocumented'

finish
