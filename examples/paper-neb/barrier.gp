# Learning curves of the barrier, and their 95 % bands: the paper's figure 3e.
# gnuplot -e "folder = 'out/'; kinds = 'gp max-de'" barrier.gp
set terminal svg size 640, 420 dynamic background 'white' font 'sans,12'
set output folder . 'barrier.svg'
set xlabel 'labels that the model has learned from'
set ylabel 'error of the barrier (eV)'
set logscale y
set format y '10^{%T}'
set key outside right samplen 2
set style fill transparent solid 0.18 noborder
array colour[5] = ['#c03030', '#009090', '#0060ad', '#806000', '#30a030']
plot for [i = 1 : words(kinds)] folder . word(kinds, i) . '.curve' \
        using 1:3:4 with filledcurves lc rgb colour[i] notitle, \
    for [i = 1 : words(kinds)] folder . word(kinds, i) . '.curve' \
        using 1:2 with linespoints lw 2 pt 7 ps 0.5 lc rgb colour[i] \
        title word(kinds, i)
