#!/bin/sh
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# curve A B D RE a [ZERO]: dimers of A and B with the energies and forces of a
# Morse curve above ZERO, in a box of 10 angstrom, across its border.
curve() {
    awk -v a="$1" -v b="$2" -v d="$3" -v re="$4" -v k="$5" -v z="${6-0}" '
    BEGIN {
        for (f = 0.7; f < 1.35; f += 0.1) {
            r = f * re
            e = exp(-k * (r - re))
            slope = -2 * k * d * (e * e - e)
            print 2
            printf "Lattice=\"10 0 0 0 10 0 0 0 10\" pbc=\"T T T\" " \
                "Properties=species:S:1:pos:R:3:forces:R:3 energy=%.17g\n",
                z + d * (e * e - 2 * e)
            printf "%s 5 %.17g 5 0 %.17g 0\n", a, 10 - r / 3, slope
            printf "%s 5 %.17g 5 0 %.17g 0\n", b, 2 * r / 3, -slope
        }
    }'
}
atom() { # atom X ENERGY
    printf '1\nenergy=%s pbc="F F F"\n%s 1 2 3\n' "$2" "$1"
}

expect 0 'takes published parameters' "$RUN fit-morse --elements=Cu,C -o prior"
says 'fit-morse: Cu: published, Shuaibi et al.'
says 'fit-morse: C-Cu: mixed'
absent prior.part
cat >want <<'END'
morsel-prior 2
# Cu: published, Shuaibi et al., Mach. Learn.: Sci. Technol. 2, 025007 (2021)
# C: published, Shuaibi et al., Mach. Learn.: Sci. Technol. 2, 025007 (2021)
# C-Cu: mixed
term morse
# angstrom
switch 5 6.6
# D (eV), re (angstrom), a (1/angstrom)
element Cu 2.774711971071156 2.2178539292118344 1.3847642126468944
element C 8.928283649952903 1.285943211152638 1.8923342241917613
end
END
same prior "$PWD/want" 0
expect 0 'and quietly' "$RUN fit-morse -q --elements=H --rs=6.5 --rc=6.5"
cp err said
grep '^switch' out >have
echo 'switch 6.5 6.5' >want
same have "$PWD/want" 0
expect 1 'which is quiet' 'test -s said'

# The fit gives back the curves; the atoms are the zero; Cu-C is its own.
{
    atom Cu -100.5
    atom C -50.25
    atom Cu -100.25 # another state, above the first
    curve Cu Cu 2.7 2.2 1.4 -201
    curve C Cu 3.1 1.8 1.7 -150.75
} >data.xyz
cat >want <<'END'
morsel-prior 2
term morse
switch 5 6.6
element Cu 2.7 2.2 1.4
element C 8.928283649952903 1.285943211152638 1.8923342241917613
pair Cu C 3.1 1.8 1.7
end
END
expect 0 'fits dimers' "$RUN fit-morse -o fit data.xyz"
says 'Cu-Cu: fitted to 7 dimers (least-squares): D 2.7000 +- 0.0000 eV'
says 'C: published'
grep -v '#' fit | sort >have
sort want >sorted
same have "$PWD/sorted" 1e-6
expect 0 'from the standard input' "$RUN fit-morse -q <data.xyz"
cp out again
expect 0 'the same' 'cmp again fit'

curve O O 8.78 1.226 2.217 >oo.xyz
echo 'element O 8.78 1.226 2.217' >want
for how in least-squares paper; do
    expect 0 "knows the zero by itself ($how)" \
        "$RUN fit-morse --zero --method=$how oo.xyz"
    grep '^element' out >have
    same have "$PWD/want" 1e-6
done
expect 0 'fits to energies alone' \
    "$RUN fit-morse --zero --force-weight=0 oo.xyz"
grep '^element' out >have
same have "$PWD/want" 1e-6

curve Ca Ca 0.02 2.9 1.2 0.5 >repels.xyz
expect 0 'keeps the wall of what does not bind' "$RUN fit-morse --zero repels.xyz"
says '; does not bind: D is set'
awk '$2 == "Ca" && $3 == 0.1' out | wc -l >have
echo 1 >want
same have "$PWD/want" 0

# What it asks for is what it needs.
expect 0 'writes the dimers to label' "$RUN fit-morse --dimers=Cu,Xe -o ask.xyz"
grep -c Properties ask.xyz >have
echo 20 >want # two atoms, three pairs at six distances
same have "$PWD/want" 0
grep -c query=dimer ask.xyz >have
echo 18 >want
same have "$PWD/want" 0
if command -v dft-single >/dev/null; then
    sed 's/Xe/Ag/' ask.xyz >silver.xyz
    expect 0 'which an engine can' \
        'dft-single --engine=emt -o emt.xyz silver.xyz'
    expect 0 'and it can fit' "$RUN fit-morse -o emt emt.xyz"
    grep -c -e '^element' -e '^pair' emt >have
    echo 3 >want
    same have "$PWD/want" 0
fi

expect 2 'names elements without parameters' "$RUN fit-morse --elements=Cu,Xe"
says 'there are no published Morse parameters of Xe: label its dimers (fit-morse --dimers=Xe)'
expect 2 'refuses what is no element' "$RUN fit-morse --elements=Cu,,C"
says "'' is not a chemical symbol"
expect 2 'needs a zero' "$RUN fit-morse -o bad oo.xyz"
says 'there is no lone atom of O: label one, or say --zero'
absent bad
absent bad.part
expect 2 'refuses a crowd' \
    "{ atom Cu 0; sed 's/^2/3/; /^Lattice/a Cu 0 0 0 0 0 0' oo.xyz; } | $RUN fit-morse"
says '-:4: expected a lone atom or a dimer'
expect 2 'refuses frames without labels' "sed 's/energy=/e=/' oo.xyz | $RUN fit-morse --zero"
says '-:1: expected a label: an energy'
expect 2 'refuses two points' "head -8 oo.xyz | $RUN fit-morse --zero --force-weight=0"
says 'O-O: 2 energies and 0 forces are too few: a Morse curve needs three'
expect 2 'refuses a crooked switch' "$RUN fit-morse --elements=Cu --rs=7"
says '--rs: 7 is beyond --rc, 6.6'
expect 2 'refuses an unknown method' "$RUN fit-morse --method=best oo.xyz"
says "--method: 'best' is not one of least-squares, paper"
expect 2 'refuses --dimers and files' "$RUN fit-morse --dimers=Cu oo.xyz"
says '--dimers reads nothing'
expect 2 'refuses nothing at all' "$RUN fit-morse </dev/null"
says 'expected dimers: there are none'
expect 2 'refuses a missing file' "$RUN fit-morse no-such-file"
says "cannot open 'no-such-file': No such file or directory"
expect 2 'points at the bad line' "printf '1\n\nXx 0 0 0\n' | $RUN fit-morse"
says '-:3: '
expect 2 'notices a full disk' "$RUN fit-morse -q --elements=Cu >/dev/full"
says "cannot write '-': No space left on device"

expect 0 'documents its options' 'fit-morse --help'
sed -n 's/^ .*--\([a-z-]*\).*/\1/p' out | while read -r w; do
    grep -q "^\.It Fl .*-$w" "$TOP/man/fit-morse.1" || echo "$w"
done >undocumented
expect 1 'the manual has them all' 'test -s undocumented'

# The authors' dimers, read off their figure, and the paper's a.
data=$TOP/../shared/data
if test -r "$data/dimer_CC_qe_pbe_digitised.xyz"; then
    expect 0 'fits the dimers of the paper' "$RUN fit-morse -q --zero \
        --method=paper $data/dimer_CC_qe_pbe_digitised.xyz \
        $data/dimer_CuCu_qe_pbe_digitised.xyz \
        $data/dimer_OO_qe_pbe_digitised.xyz"
    awk '$1 == "element" { print $2, $5 }' out | sort >have
    printf 'C 1.8923\nCu 1.3848\nO 2.2172\n' >want
    same have "$PWD/want" 1e-4
else
    skip 'the dimers of the paper: no ../shared/data'
fi

finish
