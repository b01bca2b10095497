# Learning curves of each kind of run, and their 95 % bands: figures 3b and 3c.
# gnuplot -e "folder = 'out/'; kinds = 'quasi none'" learning.gp
set terminal svg size 640, 420 dynamic background 'white' font 'sans,12'
set xlabel 'labels that the model has learned from'
set logscale y
set format y '10^{%T}'
set xrange [1 : *]
set key outside right samplen 2
set style fill transparent solid 0.18 noborder
array colour[11] = ['#0060ad', '#c03030', '#30a030', '#806000', '#8040a0', \
    '#009090', '#e07000', '#606060', '#d060b0', '#90b020', '#2040f0']
set output folder . 'energy.svg'
set ylabel 'error of the energy (eV)'
plot for [i = 1 : words(kinds)] folder . word(kinds, i) . '.energy' \
        using 1:3:4 with filledcurves lc rgb colour[i] notitle, \
    for [i = 1 : words(kinds)] folder . word(kinds, i) . '.energy' \
        using 1:2 with linespoints lw 2 pt 7 ps 0.4 lc rgb colour[i] \
        title word(kinds, i)
set output folder . 'structure.svg'
set ylabel 'error of the structure (angstrom)'
plot for [i = 1 : words(kinds)] folder . word(kinds, i) . '.structure' \
        using 1:3:4 with filledcurves lc rgb colour[i] notitle, \
    for [i = 1 : words(kinds)] folder . word(kinds, i) . '.structure' \
        using 1:2 with linespoints lw 2 pt 7 ps 0.4 lc rgb colour[i] \
        title word(kinds, i)
