#!/bin/sh
# dft-single --engine=qe: against a stand-in that replays recorded outputs of
# pw.x and fails in the ways that are known, and against pw.x itself.
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

ref=$TOP/tests/ref/qe

# The frame of al2.out, and another.
frame() { # frame X Y Z: of the second atom
    cat <<EOF
2
Lattice="2.85 0 0 0 2.85 0 0 0 4.05" Properties=species:S:1:pos:R:3 pbc="T T T"
Al 0 0 0
Al $1 $2 $3
EOF
}
frame 1.5 1.4 2.1 >al2.xyz
frame 1.5 1.4 2.2 >other.xyz

mkdir potentials
echo '<UPF z_valence="3.0">' >potentials/Al.upf

cat >pw.x <<'EOF'
#!/bin/sh
while test "$1" != -in; do shift; done
test -s "$2" && test -s Al.upf || exit 9
case $FAKE in
good) cat "$REF/al2.out" ;;
exit1) exit 1 ;;
message) cat "$REF/h2-crash.out"; exit 1 ;;
complaint) printf -- '---\nno slots here\n---\n' >&2; exit 213 ;;
status) cat "$REF/al2.out"; exit 3 ;;
silent) ;;
cut) head -n 200 "$REF/al2.out" ;;
scf) cat "$REF/al2-scf.out"; exit 2 ;;
scf0) cat "$REF/al2-scf.out" ;;
hang) cat "$REF/al2.out"; sleep 60 ;;
oom) cat "$REF/al2.out"; kill -9 $$ ;;
nan) sed 's/force =     0.00446714/force =            NaN/' "$REF/al2.out" ;;
fewer) sed '/atom    2 type/d' "$REF/al2.out" ;;
twice) cat "$REF/al2.out" "$REF/al2.out" ;;
third)
    echo x >>"$COUNT"
    test "$(wc -l <"$COUNT")" -eq 3 || exit 1
    cat "$REF/al2.out" ;;
esac
EOF
chmod +x pw.x
REF=$ref COUNT=$PWD/count
export REF COUNT FAKE

qe="$RUN dft-single --engine=qe --command=./pw.x --pseudo-dir=potentials \
    --kpoints=3,3,2 --ecut=190 --sigma=0.272"

FAKE=good
expect 0 'labels a frame' "$qe al2.xyz -o good.xyz"
expect 0 'with energy, free energy and forces' \
    "grep -q ' energy=-113.424240953' good.xyz &&
     grep -q 'free_energy=-113.4240107906' good.xyz &&
     grep -q '^Al 1.5 1.4 2.1 -0.11485478725.* -0.0982045789' good.xyz"
expect 0 'as a stage of a pipe' "cat al2.xyz | $qe -"
cp out piped.xyz
expect 0 'the same' 'cmp piped.xyz good.xyz'
expect 2 'finds the disk full' "$qe al2.xyz >/dev/full"

fails() { # fails FAKE REASON DETAIL
    FAKE=$1
    expect 1 "no label: $1" "$qe ${4-} al2.xyz --failed=failed.xyz -o none.xyz"
    expect 0 "and why: $2" "test ! -s none.xyz &&
        grep -qF -e 'fail_reason=$2' failed.xyz && grep -qF '$3' failed.xyz"
}
fails exit1 crash 'left with status 1'
fails message crash 'status 1: electrons (1): charge is wrong'
fails complaint crash 'status 213: no slots here'
fails status crash 'left with status 3'
fails silent crash 'ends after 0 lines'
fails cut crash 'ends after 200 lines'
fails scf scf 'no convergence in 2 iterations'
fails scf0 scf 'no convergence in 2 iterations'
fails hang timeout 'stopped after' --timeout=0.5
fails oom crash 'signal 9'
fails nan nan 'line 235 of the output: a number is not finite'
fails fewer parse 'expected the force on another atom'
fails twice mismatch 'expected one geometry, found 2'

FAKE=third
expect 0 'is lucky at the third try' "$qe --tries=3 al2.xyz"
same out good.xyz

FAKE=good
cat al2.xyz other.xyz al2.xyz >three.xyz
expect 1 'knows an answer to another question' \
    "$qe three.xyz --failed=failed.xyz -o some.xyz"
expect 0 'and goes on' 'grep -c dft_settings some.xyz | grep -qx 2 &&
    grep -q "fail_reason=mismatch" failed.xyz'

# Folders: removed, kept when asked, never read when there before.
id=$(sed -n 's/.*morsel_id=\([0-9a-f]*\).*/\1/p' good.xyz)
expect 0 'tidies up' "TMPDIR=. $qe al2.xyz && ! ls -d morsel-qe-*"
expect 0 'keeps a run' "$qe --scratch=runs --keep al2.xyz"
expect 0 'under the name of the frame' "test -s runs/$id/pw.in &&
    test -s runs/$id/pw.out && test runs/$id/Al.upf -ef potentials/Al.upf"
FAKE=silent
expect 1 'reads no output of another run' "$qe --scratch=runs al2.xyz"
expect 0 'nor removes it' "test -s runs/$id/pw.out && test ! -e runs/$id.2"
expect 2 'keeps nothing without a place' "$qe --keep al2.xyz"
says 'to keep the folders of the runs, say where: scratch'

# The user's namelists, and what he may not say.
FAKE=good
printf '&electrons\n  mixing_beta = 0.4\n/\n' >beta
printf '&system\n  nosym = .true.\n/\n' >nosym
printf '&system\n  nat = 3\n/\n' >nat
expect 0 'adds a variable' \
    "$qe --input=beta --scratch=more --keep al2.xyz -o beta.xyz"
expect 0 'to the input' "grep -q 'mixing_beta = 0.4' more/$id/pw.in"
expect 0 'of the same level of theory' 'cmp beta.xyz good.xyz'
expect 0 'or of another' "$qe --input=nosym al2.xyz -o nosym.xyz
    ! cmp -s nosym.xyz good.xyz"
expect 2 'guards the frame' "$qe --input=nat al2.xyz"
says "nat:2: 'nat' is not for the user to set"
expect 2 'misses a file' "$qe --input=none al2.xyz"
says "cannot open 'none': No such file or directory"

expect 2 'counts k-points' "$qe --kpoints=3,3 al2.xyz"
says "--kpoints: '3,3' is not A,B,C, numbers from 1 to 1000"
expect 2 'and half steps' "$qe --kshift=0,0,2 al2.xyz"
says "--kshift: '0,0,2' is not A,B,C, numbers from 0 to 1"
expect 2 'needs a potential' "sed 's/^Al/Cu/' al2.xyz | $qe"
says "no potential for Cu in 'potentials'"
cp potentials/Al.upf potentials/Al-2.UPF
expect 2 'needs one potential' "$qe al2.xyz"
says "2 potentials for Al in 'potentials': Al"
expect 0 'that is named' "$qe --pseudo=Al=Al.upf al2.xyz"
same out good.xyz
expect 2 'needs potentials' 'dft-single --engine=qe al2.xyz'
says 'pw.x needs potentials: --pseudo-dir=FOLDER'
expect 2 'needs pw.x' "dft-single --engine=qe --command=./no-pw.x \
    --pseudo=Al=potentials/Al.upf al2.xyz"
says "cannot run './no-pw.x': No such file or directory"

# pw.x itself: forces are minus the derivative of free_energy.  The fourth-
# order difference of 0.02 and 0.04 angstrom is good to 1e-5 eV/angstrom: the
# energies are printed to 1.4e-7 eV.  At 0.6 eV of Gaussian smearing the
# derivative of the extrapolated energy is another.
if ! command -v pw.x >found || ! command -v ld1.x >found; then
    skip 'forces of pw.x itself: no pw.x or ld1.x'
    finish
    exit
fi
OMP_NUM_THREADS=1
export OMP_NUM_THREADS
for x in 1.46 1.48 1.5 1.52 1.54; do
    frame $x 1.4 2.1
done >moved.xyz
expect 0 'makes a potential' "ld1.x <$ref/Al.ld1 && test -s Al.upf"
expect 0 'asks pw.x' "$RUN dft-single --engine=qe --pseudo=Al=Al.upf \
    --ecut=190 --kpoints=2,2,2 --smearing=gauss --sigma=0.6 --conv=1e-9 \
    moved.xyz -o pw.xyz"
expect 0 'forces are minus the derivative of free_energy' "awk '
    / energy=/ {
        n++
        for (i = 1; i <= NF; i++) {
            if (\$i ~ /^energy=/) e[n] = substr(\$i, 8)
            if (\$i ~ /^free_energy=/) f[n] = substr(\$i, 13)
        }
    }
    /^Al 1.5 / { force = \$5 }
    function slope(y) {
        return (8 * (y[4] - y[2]) - (y[5] - y[1])) / (12 * 0.02)
    }
    function far(x, y, tol) { return x - y > tol || y - x > tol }
    END {
        print force, -slope(f), -slope(e)
        exit n != 5 || far(force, -slope(f), 2e-5) ||
            !far(force, -slope(e), 1e-3)
    }' pw.xyz"
expect 0 'as a set of forces that add up to nothing' \
    "awk '/^Al/ { x += \$5; y += \$6; z += \$7 }
        END { exit x * x + y * y + z * z > 1e-10 }' pw.xyz"
finish
