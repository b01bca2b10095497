# Radial distribution of copper, on the model's walk and without a model: the
# paper's figure 5.  gnuplot -e "in = 'rdf.tsv'; out = 'rdf.svg'" rdf.gp
set terminal svg size 640, 400 dynamic background 'white' font 'sans,12'
set output out
set xlabel 'r (angstrom)'
set ylabel 'g(r), Cu-Cu'
set xrange [2 : 5]
set yrange [0 : *]
plot in using 1:2 with lines lw 2 lc rgb 'black' title 'direct', \
    in using 1:3 with lines lw 1 lc rgb '#888888' title 'direct, another seed', \
    in using 1:4 with lines lw 2 dt 2 lc rgb '#d94801' title 'model'
