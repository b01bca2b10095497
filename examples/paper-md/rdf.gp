# Radial distribution of copper, on the model's walk and without a model: the
# paper's figure 5.  gnuplot -e "in = 'rdf.tsv'; out = 'rdf.svg'; n = 5" rdf.gp
set terminal svg size 640, 400 dynamic background 'white' font 'sans,12'
set output out
set xlabel 'r (angstrom)'
set ylabel 'g(r), Cu-Cu'
set xrange [2 : 5]
set yrange [0 : *]
plot for [i = 1 : n] in using 1:(column(i + 2)) with lines lw 1 lc rgb '#888888' \
        title i == 1 ? sprintf('direct, %d seeds', n) : '', \
    in using 1:2 with lines lw 2 dt 2 lc rgb '#d94801' title 'model'
