# The learning curve of a run, over the labels it had cost: force and energy of
# the structure that each round took for relaxed, or of a band its barrier, and
# forces at its highest image and its ends.
# gnuplot -e "in='summary.tsv'; out='learning.svg'; fmax=0.05; band=0" learning.gp
set terminal svg size 640,420 dynamic background '#ffffff' font 'sans,12'
set output out
set datafile commentschars '#'
set datafile missing 'nan'
set xlabel 'labels (DFT calls)'
set ylabel 'largest force on a free atom (eV/angstrom)'
set y2label band ? 'barrier, from the last (eV)' : 'energy above the last (eV)'
set logscale y
set logscale y2
set format y '10^{%T}'
set format y2 '10^{%T}'
set ytics nomirror
set y2tics
set key above
last = 0
stats in using (last = $3, $2) nooutput
set xtics ceil((STATS_max - STATS_min) / 12 + 1e-9)
plot in using 2:4 with linespoints lw 2 pt 7 ps 0.6 lc '#08519c' \
         title (band ? 'force by DFT, highest image' : 'force by DFT'), \
     in using 2:(band ? $5 : $6) with linespoints lw 1 dt 2 pt 6 ps 0.6 \
         lc '#6baed6' title (band ? 'ends' : 'force spread of the model'), \
     fmax with lines lc '#888888' dt 3 title 'threshold', \
     in using 2:(abs($3 - last) > 0 ? abs($3 - last) : NaN) axes x1y2 \
         with linespoints lw 2 pt 5 ps 0.6 lc '#d94801' \
         title (band ? 'barrier by the model' : 'energy')
