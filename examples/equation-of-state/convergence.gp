# gnuplot -e "in = 'ecut.tsv'; out = 'ecut.svg'; what = 'ecut'" convergence.gp
# How energy and pressure near their last values.
set terminal svg size 480,320 dynamic background '#ffffff' font 'sans,12'
set output out
stats in using 2 every ::(-1) nooutput
last(c) = real(system(sprintf("tail -n 1 %s | cut -f %d", in, c)))
e = last(2); p = last(3)
set xlabel what eq 'ecut' ? 'cutoff (eV)' : 'k-points along an axis'
set ylabel 'distance from the last (meV/atom, GPa)'
set logscale y
plot in using 1:(1000 * abs($2 - e)) with linespoints pt 7 ps 0.6 \
        title 'energy', \
     in using 1:(abs($3 - p)) with linespoints pt 5 ps 0.6 title 'pressure'
