# Forces by the model over those by DFT, with their errors.
# gnuplot -e "in = 'parity.tsv'; out = 'parity.svg'" parity.gp
set terminal svg size 480, 480 dynamic background 'white' font 'sans,12'
set output out
stats in using 1:2 name 'S' nooutput
stats in using (abs($2 - $1)) name 'E' nooutput
low = S_min_x < S_min_y ? S_min_x : S_min_y
high = S_max_x > S_max_y ? S_max_x : S_max_y
pad = high > low ? 0.04 * (high - low) : 1
set size square
set xrange [low - pad : high + pad]
set yrange [low - pad : high + pad]
set xlabel 'force by DFT (eV/angstrom)'
set ylabel 'force by the model (eV/angstrom)'
set label 1 sprintf('MAE %.4f  RMSE %.4f', E_mean, \
    sqrt(E_sumsq / E_records)) at graph 0.04, 0.95
plot x with lines lc rgb '#999999' notitle, \
    in using 1:2 with points pt 7 ps 0.25 lc rgb '#08519c' notitle
