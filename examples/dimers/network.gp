# What a network makes of a dimer of which it has seen three points, with no
# prior, with Morse and with a wall: the paper's figures 1a and 1b.
set terminal svg size 560, 400 background 'white'
set output folder . 'network.svg'
set title element . '_2: networks that learned three points'
set xlabel 'r / angstrom'
set ylabel 'energy / eV'
set xzeroaxis lt -1 lw 0.5
stats folder . 'labels.tsv' using 1:2 nooutput
set xrange [STATS_min_x * 0.72 : STATS_max_x * 1.1]
low = STATS_min_y
set yrange [2.2 * low : -3 * low]
plot folder . 'line.none.tsv' with lines lw 2 lc rgb '#c03030' \
        title 'no prior', \
    folder . 'line.published.tsv' with lines lw 2 lc rgb '#0060ad' \
        title 'Morse, published', \
    folder . 'line.wall.tsv' with lines lw 2 lc rgb '#30a030' title 'wall', \
    folder . 'labels.tsv' with points pt 6 ps 0.8 lc rgb 'black' \
        title 'labels', \
    folder . 'three.tsv' with points pt 7 ps 0.8 lc rgb 'black' \
        title 'learned'
