# The closest two atoms on walks on networks that have seen the start only: the
# paper's figure 1c.  Mean over the seeds and its 95 % interval.
set terminal svg size 640, 400 dynamic background 'white' font 'sans,12'
set output folder . 'closest.svg'
set xlabel 'step'
set ylabel 'closest two atoms (angstrom)'
set yrange [0 : *]
set key top right
set style fill transparent solid 0.18 noborder
plot folder . 'closest/none.band' using 1:3:4 with filledcurves \
        lc rgb '#c03030' notitle, \
    folder . 'closest/published.band' using 1:3:4 with filledcurves \
        lc rgb '#0060ad' notitle, \
    folder . 'closest/none.band' with lines lw 2 lc rgb '#c03030' \
        title 'no prior', \
    folder . 'closest/published.band' with lines lw 2 lc rgb '#0060ad' \
        title 'Morse', \
    1.30 with lines dt 3 lc rgb 'black' title 'covalent radius of Cu'
