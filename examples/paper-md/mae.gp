# Errors of forces on the frames that each round asked, and how far its walk
# came.  gnuplot -e "in = 'mae.tsv'; out = 'mae.svg'" mae.gp
set terminal svg size 640, 400 dynamic background 'white' font 'sans,12'
set output out
set xlabel 'labels that the model has learned from'
set ylabel 'force MAE (eV/angstrom)'
set y2label 'steps of the walk'
set logscale y
set ytics nomirror
set y2tics
set y2range [0 : *]
set key top right
plot in using 1:2 with linespoints lw 2 pt 7 ps 0.5 lc rgb '#08519c' \
        title 'force MAE', \
    0.0463 with lines dt 3 lc rgb 'black' title 'the paper, 300 labels', \
    in using 1:4 axes x1y2 with linespoints lw 1 dt 2 pt 6 ps 0.5 \
        lc rgb '#888888' title 'steps'
