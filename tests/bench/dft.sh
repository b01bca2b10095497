#!/bin/sh
# Seconds and memory of dft-single --engine=pw beside pw.x of Quantum ESPRESSO
# on the same frames, cutoffs, k-points, smearing and potentials, two threads:
# a line per case, wall times medians of RUNS runs.
#
#   dft.sh [case ...]         RUNS=3  OUT=folder
#
# cold: the whole process for a frame; stream: the second frame of a stream, an
# atom moved by 0.05 angstrom, against pw.x cold.  pw.x runs in the fastest of
# one process of two threads, two processes, two pools, and with a mixing_beta
# of 0.7 (its default) or 0.3.  Neither uses symmetry: the frames have none.
#
# dft-single stops at a force error of 0.001 eV/angstrom, pw.x at conv_thr =
# 1e-8 Ry, which is 0.5 to 1.3 meV/angstrom (morsel-qe(7)); dF is the largest
# difference of their forces.  Memory: proportional set size, all processes.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
frames=$top/../shared/bench/dft
potentials=$top/../shared/pseudo
out=${OUT:-$(mktemp -d)}
runs=${RUNS:-3}
cores=2
mkdir -p "$out"
test -n "${OUT:-}" || trap 'rm -rf "$out"' EXIT

for need in pw.x mpirun; do
    command -v $need >/dev/null || {
        echo "# dft: SKIP: no $need"
        exit 0
    }
done
test -d "$frames" || {
    echo '# dft: SKIP: no ../shared/bench/dft'
    exit 0
}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMP_NUM_THREADS=$cores

# name, frame, cutoff (hartree), k-points, shift, smearing, potentials
cases='al4 al4.xyz 15 4,4,4 0,0,0 mp Al=gth/Al-PBE-q3.gth
al100_o al100_o.xyz 25 4,4,1 0,0,0 mp Al=gth/Al-PBE-q3.gth,O=gth/O-PBE-q6.gth
co_box10 co_box10.xyz 40 1,1,1 0,0,0 none C=gth/C-PBE-q4.gth,O=gth/O-PBE-q6.gth
si8 si8.xyz 20 2,2,2 0,0,0 none Si=gth/Si-PBE-q4.gth
c_cu100 c_cu100.xyz 30 3,3,1 0,0,0 mp Cu=nc-sg15/Cu.upf,C=nc-sg15/C.upf'

# C on Cu(100), one atom a layer: of ../shared/reference/dft, in numbers
cat >"$out/c_cu100.xyz" <<'EOF'
4
Lattice="2.567688570251463 0 0 0 2.567688570251463 0 0 0 13" Properties=species:S:1:pos:R:3 pbc="T T T"
Cu 0.02 0.01 2.47
Cu 1.2638442851257314 1.3138442851257315 4.32563
Cu 0.01 -0.02 6.17126
C 1.3838442851257315 1.2338442851257314 7.23126
EOF

clock() { date +%s.%N; }
since() { echo "$1 $(clock)" | awk '{ printf "%.2f", $2 - $1 }'; }
median() { sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

# Peak of the memory of a command and its children, MB.
peak() {
    "$@" >/dev/null 2>&1 &
    pid=$!
    while kill -0 $pid 2>/dev/null; do
        ps -eo pid=,ppid= | awk -v root=$pid '
            { parent[$1] = $2 }
            END { for (p in parent) {
                for (q = p; q > 1 && q != root; q = parent[q]) ;
                if (q == root) print "/proc/" p "/smaps_rollup" } }' |
            xargs cat 2>/dev/null | awk '/^Pss:/ { s += $2 }
                END { print s / 1024 }'
        sleep 0.1
    done | sort -g | tail -n 1 | awk '{ printf "%.0f", $1 }'
}

# The input of pw.x for a frame.
pw_input() { # pw_input FRAME ECUT KPOINTS SHIFT SMEARING POTENTIALS BETA
    awk -v ecut="$2" -v k="$3" -v shift="$4" -v smearing="$5" -v list="$6" \
        -v beta="$7" '
        function three(list) { gsub(/,/, " ", list); return list }
        NR == 1 { n = $1 }
        NR == 2 { sub(/.*Lattice="/, ""); sub(/".*/, ""); cell = $0 }
        NR > 2 { row[NR - 2] = $1 " " $2 " " $3 " " $4 }
        END {
            types = split(list, potential, ",")
            print "&control\n calculation = \"scf\", tprnfor = .true.,"
            print " tstress = .true., disk_io = \"none\", outdir = \".\","
            print " pseudo_dir = \".\"\n/\n&system"
            print " ibrav = 0, nat = " n ", ntyp = " types ", nosym = .true.,"
            print " ecutwfc = " 2 * ecut
            if (smearing != "none")
                print " occupations = \"smearing\", smearing = \"" smearing \
                    "\", degauss = " 0.1 / 13.605693122994
            print "/\n&electrons\n conv_thr = 1e-8, mixing_beta = " beta
            print " electron_maxstep = 200\n/\nATOMIC_SPECIES"
            for (i = 1; i <= types; i++) {
                split(potential[i], p, "=")
                sub(/.*\//, "", p[2]) # to Fortran a slash ends the line
                print p[1], 1, p[2]
            }
            print "ATOMIC_POSITIONS angstrom"
            for (i = 1; i <= n; i++)
                print row[i]
            print "CELL_PARAMETERS angstrom"
            split(cell, c, " ")
            for (i = 0; i < 3; i++)
                print c[3 * i + 1], c[3 * i + 2], c[3 * i + 3]
            if (k == "1,1,1" && shift == "0,0,0")
                print "K_POINTS gamma"
            else
                print "K_POINTS automatic\n" three(k), three(shift)
        }' "$1"
}

pw() { # pw LAYOUT INPUT: one run, printed to pw.out
    case $1 in
    omp2) OMP_NUM_THREADS=2 pw.x -in "$2" ;;
    np2) OMP_NUM_THREADS=1 mpirun -n 2 pw.x -in "$2" ;;
    nk2) OMP_NUM_THREADS=1 mpirun -n 2 pw.x -nk 2 -in "$2" ;;
    esac >pw.out 2>pw.err
}
timed_pw() {
    before=$(clock)
    pw "$1" "$2" || return 1
    grep -q 'convergence has been achieved' pw.out || return 1
    since "$before"
}

# Which way to run pw.x is the fastest?
choose() { # choose KPOINTS: prints LAYOUT INPUT
    layouts='omp2 np2'
    test "$1" = 1,1,1 || layouts="$layouts nk2"
    for layout in $layouts; do
        echo "$(timed_pw "$layout" pw.0.7.in || echo 1e9) $layout pw.0.7.in"
    done >tries
    fastest=$(sort -g tries | awk '{ print $2; exit }')
    echo "$(timed_pw "$fastest" pw.0.3.in || echo 1e9) $fastest pw.0.3.in" \
        >>tries
    sort -g tries | awk '{ print $2, $3; exit }'
}

ours() { # ours FILE [OPTION ...]
    file=$1
    shift
    # shellcheck disable=SC2086
    dft-single -q --engine=pw --no-symmetry -j $cores $options "$@" "$file"
}
timed_ours() {
    before=$(clock)
    ours "$@" >label.xyz 2>ours.err || return 1
    since "$before"
}

# The largest difference of forces, meV/angstrom.
difference() {
    awk 'FNR == NR { if (/force =/) { n++; for (i = 0; i < 3; i++)
            f[n, i] = $(NF - 2 + i) * 25.711043 } next }
        FNR > 2 { for (i = 0; i < 3; i++) { d = f[FNR - 2, i] - $(NF - 2 + i)
            if (d < 0) d = -d; if (d > m) m = d } }
        END { printf "%.1f", 1000 * m }' pw.forces label.xyz
}

measure() { # measure NAME FRAME ECUT KPOINTS SHIFT SMEARING POTENTIALS
    frame=$frames/$2
    test -e "$out/$2" && frame=$out/$2
    mkdir -p "$out/$1"
    cd "$out/$1"
    for potential in $(echo "$7" | tr ',' ' '); do
        ln -sf "$potentials/${potential#*=}" .
    done
    for beta in 0.7 0.3; do
        pw_input "$frame" "$3" "$4" "$5" "$6" "$7" $beta >pw.$beta.in
    done
    way=$(choose "$4")
    for _ in $(seq "$runs"); do
        # shellcheck disable=SC2086
        timed_pw $way
        echo
    done >theirs
    awk '/Forces acting/ { on = 1 } /The non-local|Total force/ { on = 0 } on' \
        pw.out >pw.forces
    iterations=$(sed -n 's/.*achieved in *\([0-9]*\).*/\1/p' pw.out)
    # shellcheck disable=SC2086
    their_memory=$(peak pw $way)

    options="--ecut=$(echo "$3" | awk '{ printf "%.9g", $1 * 27.211386245988 }')
        --kpoints=$4 --kshift=$5 --smearing=$6 --sigma=0.1"
    case $7 in
    *.upf) options="$options --pseudo=$(echo "$7" |
        sed "s:=:=$potentials/:g")" ;;
    esac
    { cat "$frame"; awk 'NR == 3 { $2 += 0.04; $3 -= 0.03 } 1' "$frame"; } \
        >two.xyz
    rm -f ledger
    for _ in $(seq "$runs"); do
        timed_ours "$frame"
        echo
    done >cold || { echo "$1: dft-single failed"; sed 's/^/# /' ours.err; return; }
    dF=$(difference)
    for _ in $(seq "$runs"); do
        ours two.xyz --ledger=ledger -o stream.xyz && rm stream.xyz
    done
    awk '!/^#/ && ++n % 2 == 0' ledger | cut -f 7 >stream
    steps=$(awk '!/^#/ { print $6 }' ledger | head -n 2 | paste -sd /)
    our_memory=$(peak ours "$frame")
    echo "$1 $(median <cold) $(median <theirs) $(median <stream) $our_memory \
        $their_memory $steps $iterations $dF $way" | awk '{
        printf "%s %s %s %.2f %s %.2f %s %s %.2f %s %s %s %s\n", $1, $2, $3,
            $2 / $3, $4, $4 / $3, $5, $6, $5 / $6, $7, $8, $9, $10 "," \
            substr($11, 4, 3) }'
}

echo 'case cold_s pw.x_s ratio stream_s ratio MB pw.x_MB ratio steps pw.x_it' \
    'dF_meV/A pw.x' >"$out/table"
echo "$cases" | while read -r name rest; do
    case " $* " in
    '  ' | *" $name "*) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086
    (measure "$name" $rest </dev/null) >>"$out/table"
done
column -t "$out/table" 2>/dev/null || cat "$out/table"
