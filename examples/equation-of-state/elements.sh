#!/bin/sh
# elements.sh DFT: how the forces on displaced atoms of an element depend on
# the cutoff.  DFT is the command; lines "name cutoff fx fy fz", an atom each.
#
# H stands for H2, C for CO, N for N2, O for water, bonds at about their
# lengths; Al has four atoms and Si two, off their sites.
set -eu
dft=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

box='Lattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3 pbc="T T T"'
pair() { # pair NAME A B Z
    printf '2\n%s\n%s 2.6 2.7 2.5\n%s 2.9 2.8 %s\n' "$box" "$2" "$3" "$4" \
        >"$work/$1.xyz"
}
pair H H H 3.26
pair C C O 3.58
pair N N N 3.55
printf '3\n%s\nO 2.6 2.7 2.5\nH 2.7 3.5 3.1\nH 2.65 1.95 3.15\n' "$box" \
    >"$work/O.xyz"
cat >"$work/Al.xyz" <<'END'
4
Lattice="4.05 0 0 0 4.05 0 0 0 4.05" Properties=species:S:1:pos:R:3 pbc="T T T"
Al 0.1 0.05 0
Al 0 2.025 2.125
Al 2.025 0 2.025
Al 2.025 2.025 0
END
cat >"$work/Si.xyz" <<'END'
2
Lattice="0 2.734 2.734 2.734 0 2.734 2.734 2.734 0" Properties=species:S:1:pos:R:3 pbc="T T T"
Si 0.1 0.05 0
Si 1.367 1.367 1.44
END

forces() { # forces NAME OPTIONS CUTOFF...
    name=$1 options=$2
    shift 2
    for ecut in "$@"; do
        # shellcheck disable=SC2086 # both are words
        $dft --force-tol=2e-4 --ecut="$ecut" $options "$work/$name.xyz" |
            awk -v name="$name" -v ecut="$ecut" \
                'NR > 2 { print name, ecut, $5, $6, $7 }'
    done
}
forces Al '--kpoints=2,2,2 --sigma=0.2' 300 400 500 680 850 1000 1200
forces Si '--kpoints=2,2,2 --smearing=none' 300 400 500 680 850 1000 1200
for name in H C N O; do
    forces $name --smearing=none 400 500 680 850 1000 1200 1400 1700 2000 2400
done
