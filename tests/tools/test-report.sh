#!/bin/sh
# shellcheck disable=SC2016,SC2034 # what expect evaluates is in single quotes
# shellcheck source=tests/tools/lib.sh
. "$TOP/tests/tools/lib.sh"

# report.html: what is on it, by runs of three atoms and by folders made by
# hand, whose numbers can be checked in the head.
pipes=$TOP/pipelines
relax=$pipes/relax.mk
run() { # run DIR KNOB=...: a run of few rounds
    dir=$1
    shift
    make -s -f "$relax" DIR="$dir" COMMITTEE=2 MAX_ROUNDS=2 \
        TRAIN_FLAGS='--epochs=3 --hidden=4 -j1' "$@"
}
report_of() { make -s -f "$pipes/${2:-relax.mk}" report DIR="$1"; }
on() { # on PAGE TEXT: the page holds TEXT, also over several lines
    tr '\n' ' ' <"$1/report.html" | grep -qF -e "$2"
}
all_of="html plot frames atoms run asked curves result model path dynamics"
with() { # with 'PROGRAM': the functions of the page, called by hand
    echo "BEGIN { $1 }" >program
    set --
    for part in $all_of; do
        set -- "$@" -f "$pipes/$part.awk"
    done
    LC_ALL=C awk "$@" -f program
}

# What the page is made of.

with 'print text("<a b=\"c\"> & d'\''s\001")' >got
expect 0 'escapes text' \
    'echo "&lt;a b=&quot;c&quot;&gt; &amp; d&#39;s?" | cmp - got'
expect 0 'keeps letters and drops what is no UTF-8' \
    'test "$(with "print text(\"\\303\\251\\377\\355\\240\\200\\342\\202\\254\")")" = "é????€"'
expect 0 'shortens texts between letters' \
    'test "$(with "print short_text(\"ab\\303\\251c\", 3)")" = "ab&#8230;"'
for n in '0.03263:0.033' '-0.00012:−0.00012' '1234.56:1235' '"":–' '0:0' \
    '-2.4e-7:−2.4 × 10<sup>−7</sup>' '1e9:1.0 × 10<sup>9</sup>'; do
    expect 0 "writes ${n%%:*}" \
        "test \"\$(with 'print number(${n%%:*}, 2)')\" = '${n#*:}'"
done
for n in nan NaN -inf 1e999 0x10 x ''; do
    expect 0 "takes '$n' for no number" \
        "test \"\$(with 'print fixed(real(\"$n\"), 2)')\" = –"
done
with 'keys("a=1 b=\"c d=2\" e f={1 2} g=[[1, 0], [0, 1]] h=3")
    for (i = 1; i <= nkeys; i++) print key_name[i] "|" key[key_name[i]]' >got
printf '%s\n' 'a|1' 'b|c d=2' 'e|T' 'f|1 2' 'g|[1, 0], [0, 1]' 'h|3' >wanted
expect 0 'reads keys in quotes and brackets' 'cmp got wanted'
for t in '0:10:7:0 2 4 6 8 10' '-0.12:0.3:6:−0.1 0.0 0.1 0.2 0.3' \
    '3.71:3.74:4:3.71 3.72 3.73 3.74'; do
    words=${t##*:} range=${t%:*}
    expect 0 "ticks from $(echo "$range" | tr : ' ')" \
        "test \"\$(with 'n = ticks($(echo "${range%:*}" | tr : ,), 0, ${range##*:})
            for (i = 1; i <= n; i++) printf \"%s%s\", (i > 1 ? \" \" : \"\"),
                tick_word[i]')\" = '$words'"
done
expect 0 'ticks of decades' \
    'test "$(with "n = ticks(-4.5, 1.2, 1, 7); for (i = 1; i <= n; i++)
        printf \"%s \", tick_word[i]")" = "10⁻⁴ 0.001 0.01 0.1 1 10 "'
cat >cubic.xyz <<'END'
1
Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3 pbc="T T T" time=0
Po 0.1 0.2 0.3
1
Lattice="3 0 0 0 3 0 0 0 3" Properties=species:S:1:pos:R:3 pbc="T T T" time=1
Po 0.3 0.2 0.3
END
expect 0 'counts neighbours: 6, 12 and 8 in a cubic lattice' \
    'test "$(with "rdf_far = 7; rdf_step = 0.1; rdf_read(\"cubic.xyz\", 2)
        print rdf_frames, rdf_volume, rdf_shell[1, 1, 30],
            rdf_shell[1, 1, 42], rdf_shell[1, 1, 51]")" = "1 27 6 12 8"'

# A run, its start full of what should not be believed.

evil='<script>alert(1)</script>'
cat >start.xyz <<END
3
Properties=species:S:1:pos:R:3 pbc="F F F" config_type="$evil" \
comment="\"&amp; 'quoted' </title><b>" onload=x
Cu 0 0 0
Cu 2.3 0 0
Cu 1 2 0
END
expect 0 'is made by a run' 'run loop FMAX=0.3 MAX_ROUNDS=20'
expect 0 'without leaving a part' 'test -s loop/report.html && ! test -e loop/report.html.part'
expect 0 'shows what the start says' \
    'on loop "&lt;script&gt;alert(1)&lt;/script&gt;"'
expect 0 'and all of it' \
    'on loop "&quot;&amp;amp; &#39;quoted&#39; &lt;/title&gt;&lt;b&gt;"'
expect 1 'as words' 'grep -iE "<script|</title><b>" loop/report.html'
expect 0 'forbids what a browser could run' \
    'grep -qF "default-src '\''none'\''; style-src '\''unsafe-inline'\''; img-src data:" loop/report.html'
expect 0 'says that it converged' 'on loop ">Converged.</span>"'
labels=$(grep -vc '^#' loop/ledger.tsv)
expect 0 'counts the calls' 'on loop "<b>$labels</b><span>DFT calls, all counted"'
energy=$(sed -n 's/.* free_energy=\([^ ]*\) .*/\1/p' loop/final.xyz)
expect 0 'has the energy of the result' \
    'on loop "energy $(printf %.6f "$energy") eV"'
expect 0 'has a row for each label' \
    'test "$(grep -c "<td>last</td>\|<td>start</td>" loop/report.html)" -eq "$labels"'
expect 0 'and all knobs' \
    'test "$(grep -cF "<td><code>$(sed -n "3s/=.*//p" loop/knobs)</code>" loop/report.html)" -eq 1'
expect 0 'has seven pictures, each with words' \
    'test "$(grep -c "<svg .*" loop/report.html)" -eq 7 &&
    test "$(grep -c "aria-label=\"[^\"]" loop/report.html)" -eq 7'
expect 1 'shows no number that is none' \
    'grep -iE ">[^<]*\b(nan|inf)\b[^<]*<" loop/report.html'
expect 1 'tells nothing of the place' \
    'grep -F -e "$PWD" -e "$TOP" -e "$(hostname)" -e "$(date +%Y-)" loop/report.html'
expect 0 'is the same each time' \
    'cp loop/report.html first && report_of loop && cmp first loop/report.html'
expect 0 'and elsewhere' 'cp -r loop moved && rm moved/report.html &&
    report_of moved && cmp first moved/report.html'
for awk in mawk gawk original-awk; do
    if ! command -v $awk >/dev/null; then
        skip "by $awk: there is none"
        continue
    fi
    mkdir -p bin && printf '#!/bin/sh\nexec %s "$@"\n' "$awk" >bin/awk &&
        chmod +x bin/awk
    expect 0 "by $awk" \
        'PATH=$PWD/bin:$PATH report_of loop && cmp first loop/report.html'
done
expect 0 'tells how to have it again' 'on loop "DFT=&#39;dft-single --engine=emt"'
sed -n '/^<pre>make/,/<\/pre>/p' loop/report.html |
    sed 's/<[^>]*>//g; s/&#39;/'\''/g; s/&quot;/"/g; s/&lt;/</g' >again
expect 0 'which works' \
    'cd loop && sed "s,-f relax.mk,-s -f $relax," ../again >again.sh &&
    sh again.sh && cmp final.xyz again/final.xyz'

# A direct run beside it.
expect 0 'takes a control' 'run loop FMAX=0.03 direct && report_of loop'
direct=$(grep -vc '^#' loop/direct.tsv)
expect 0 'and compares' 'on loop "fewer than the direct run&#8217;s $direct<" &&
    on loop "aria-label=\"DFT calls: $labels in this run, $direct directly\""'

# Failures, with reasons that are no better.
cat >engine <<'END'
echo >>said
case $(wc -l <said) in
2) sed "s/Properties/fail_reason=scf fail_detail=\"<img src=x onerror=y>\" &/" ;;
*) dft-single -q --engine=emt ;;
esac
END
expect 2 'goes on when a label fails' \
    'run ill FMAX=1e-5 ENGINE=command ENGINE_FLAGS="--command=\"sh engine\" --max-failed=9"'
expect 0 'and the page says so' 'on ill "DFT calls, 1 of them failed" &&
    on ill "no label: scf" && on ill "<b>scf</b> 1"'
expect 0 'with the remark' 'on ill "&lt;img src=x onerror=y&gt;"'
expect 0 'and that it is not done' 'on ill ">Not converged.</span>" &&
    on ill "Round 2 is complete, and its test said no."'

# A run that is killed at any point.
half() { # half 'SAYS' FILE...: without these files of round 2
    says_so=$1
    shift
    for file; do
        rm -f "ill/2/$file"
    done
    report_of ill && on ill "$says_so" && well_formed ill/report.html
}
well_formed() {
    if command -v xmllint >/dev/null; then
        sed 1d "$1" | xmllint --noout -
    else
        python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$1"
    fi
}
if command -v xmllint >/dev/null || command -v python3 >/dev/null; then
    for page in loop ill; do
        expect 0 "is well-formed: $page" "well_formed $page/report.html"
    done
else
    skip 'is well-formed: neither xmllint nor python3'
    well_formed() { :; }
fi
expect 0 'a test that was not made' \
    'half "round 2: its labels are there, its test is not." verdict'
expect 0 'labels that were not made' \
    'half "round 2: its frames are chosen, none has a label." labels.xyz db.xyz labels-1.xyz'
expect 0 'frames that were not chosen' \
    'half "round 2: its walk is there, nothing has been chosen from it." asked.xyz'
expect 0 'a walk that was not made' \
    'half "round 2: its model is there, its walk is not." traj.xyz'
expect 0 'a start without a label' 'mkdir -p young/0 && cp start.xyz young/0/asked.xyz &&
    report_of young && on young "round 0: its frames are chosen, none has a label." &&
    well_formed young/report.html'
expect 0 'a start that is none' 'echo POSCAR >young/0/asked.xyz &&
    report_of young && on young "the start is no structure." && well_formed young/report.html'
expect 0 'nothing at all' 'mkdir void && report_of void &&
    on void "Nothing has been done yet." && well_formed void/report.html'

# Numbers: two atoms may move; errors 0.3 and 0.1 in one component of each.
mkdir -p sums/0 sums/1
cat >sums/0/asked.xyz <<'END'
2
Properties=species:S:1:pos:R:3 pbc="F F F"
H 0 0 0
H 0.8 0 0
END
cp sums/0/asked.xyz sums/1
cat >sums/1/labels.xyz <<'END'
3
Properties=species:S:1:pos:R:3:move_mask:L:1:forces:R:3:ml_forces:R:3:ml_sigma_f:R:1 query=last energy=-5 free_energy=-5.5 ml_energy=-5.25 ml_sigma_e=0.5 step=7
H 0 0 0 T 0.3 0.4 0 0.3 0.4 0.3 0.2
H 0.8 0 0 T -0.3 0 0 -0.2 0 0 0.2
H 9 0 0 F 5 5 5 9 9 9 7
END
printf '\043 x\nd\ti\te\ts\tok\t11\t90\t-1\t1\t-\nd\tj\te\ts\ttimeout\t60\t5400\t-\t-\tslow\n' \
    >sums/ledger.tsv
expect 0 'sums up' 'report_of sums'
expect 0 'the ledger' 'on sums "<td>This run</td> <td class=\"n\">2</td>" ||
    on sums "<td>This run</td><td class=\"n\">2</td><td class=\"n\">1</td><td class=\"n\">71</td><td class=\"n\">91.5 min</td>"'
# RMSE sqrt(0.1 / 6), MAE 0.4 / 6; one of two within sigma, both within two
expect 0 'the errors of a prediction' \
    'on sums "<td class=\"n\">0.2500</td><td class=\"n\">0.5000</td><td class=\"n\">0.1291</td><td class=\"n\">0.0667</td><td class=\"n\">50 %</td><td class=\"n\">100 %</td>"'
expect 0 'the force of the atoms that may move' \
    'on sums "<td class=\"n\">0.5000</td>"'

# Thousands of labels of many atoms: a page that can still be mailed.
mkdir -p large/0 large/1
cp sums/0/asked.xyz large/0
awk 'BEGIN { for (n = 0; n < 3000; n++) {
        print 30
        print "Properties=species:S:1:pos:R:3:forces:R:3:ml_forces:R:3:" \
            "ml_sigma_f:R:1 query=random step=" n " energy=" -n " ml_energy=" n
        for (i = 0; i < 30; i++)
            print "H", 3 * i, n, 0, i, n, 1, i + 1, n, 2, 0.1 * i + 0.1 } }' \
    >large/1/labels.xyz
cp large/1/labels.xyz large/1/asked.xyz
expect 0 'stays small' 'report_of large &&
    test "$(wc -c <large/report.html)" -lt 1000000 && well_formed large/report.html'
expect 0 'and says what it leaves out' \
    'on large "Of 3000 structures the first 100 and the last 900."'
# a file that promises more than it holds
echo '2000000000
Properties=species:S:1:pos:R:3 energy=1
H 0 0 0' >large/1/labels.xyz
expect 0 'does not believe a count' 'report_of large && well_formed large/report.html'

# A band: 0, 0.2 and 0.1 eV, labelled 0, 0.25, 0.1.
image() { # image N ML X [LABEL]
    echo 1
    echo "Properties=species:S:1:pos:R:3:move_mask:L:1:ml_forces:R:3:forces:R:3" \
        "image=$1 step=4 ml_energy=$2 ml_sigma_e=0.02 ${4:+energy=$4}" \
        "converged_band=T barrier=0.21 barrier_back=0.11 saddle=1.1 query=saddle"
    echo "O $3 0 0 T 0 0 0 0 0 0"
}
mkdir -p band/0 band/1
cp sums/0/asked.xyz band/0
{ image 0 -1 0; image 1 0.5 1; image 2 0 2
  image 0 -1 0; image 1 -0.8 1; image 2 -0.9 2; } >band/1/traj.xyz
{ image 0 -1 0 -1.01; image 1 -0.8 1 -0.76; image 2 -0.9 2 -0.91; } >band/final.xyz
cp band/final.xyz band/1/labels.xyz
cp band/final.xyz band/1/asked.xyz
expect 0 'tells of a band' 'report_of band && well_formed band/report.html'
expect 0 'its barrier by DFT' 'on band "<b>0.250 <small>eV"'
expect 0 'and by the model' 'on band "<b>0.210 <small>eV"'
expect 0 'and how much of it DFT has seen' \
    'on band "3 of its 3 images" && on band "barrier by DFT is 0.2500 eV"'
expect 0 'image by image' \
    'on band "<td class=\"n\">1</td><td class=\"n\">1.000</td><td class=\"n\">0.2000</td><td class=\"n\">0.0200</td><td class=\"n\">0.2500</td>"'

# A dynamics: 100, 200, 300 and 400 K.
mkdir -p walk/0 walk/1
cp sums/0/asked.xyz walk/0
for n in 0 1 2 3; do
    echo 2
    echo "Properties=species:S:1:pos:R:3:ml_forces:R:3 pbc=\"F F F\" step=$n" \
        "time=$n.0 temperature=$((n + 1))00 ml_energy=-5.$n"
    printf 'H 0 0 0 0 0 0\nH 0.8%s 0 0 0 0 0\n' $n
done >walk/1/traj.xyz
cp walk/0/asked.xyz walk/1
expect 0 'tells of a dynamics' 'report_of walk && well_formed walk/report.html'
expect 0 'its temperature' 'on walk "<b>350 <small>K" && on walk "it varies by 50 K"'
expect 0 'and how long it was' 'on walk "<b>0.00300 <small>ps"'
expect 0 'with its distances' 'on walk "Radial distribution functions"'

check=$TOP/../shared/clients/html_check.py
if test -e "$check" && command -v python3 >/dev/null; then
    for page in loop ill sums band walk; do
        expect 0 "can be mailed: $page" \
            'PYTHONDONTWRITEBYTECODE=1 python3 "$check" '$page'/report.html'
    done
else
    skip 'can be mailed: no ../shared/clients/html_check.py'
fi

finish
