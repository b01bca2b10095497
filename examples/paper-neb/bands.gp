# The bands of a run, round by round, beside the direct one: figure 3d.
# gnuplot -e "folder = 'out/'" bands.gp
set terminal svg size 640, 420 dynamic background 'white' font 'sans,12'
set output folder . 'bands.svg'
set xlabel 'path (angstrom)'
set ylabel 'energy above the first end (eV)'
set key outside right samplen 2
file = folder . 'bands.tsv'
stats file using 1:2 index 0 nooutput
high = STATS_max_y
set xrange [0 : 1.15 * STATS_max_x]
set yrange [-high : 4 * high]
stats file using 1:2 nooutput
last = STATS_blocks - 2
array colour[5] = ['#c03030', '#e07000', '#30a030', '#0060ad', '#8040a0']
plot for [i = 1 : last] file index i using 1:2 with linespoints pt 7 ps 0.5 \
        lw 1.5 lc rgb colour[(i - 1) % 5 + 1] title columnheader(1), \
    file index 0 using 1:2 with linespoints pt 6 lw 2 lc rgb 'black' \
        title columnheader(1)

