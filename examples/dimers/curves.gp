# Labels and fits of each element, and the published curves, to curves.svg.
n = words(elements)
set terminal svg size 330 * n, 320 background 'white'
set output folder . 'curves.svg'
do for [k = 1:n] {
    pair = word(elements, k) . '-' . word(elements, k)
    stats folder . 'curves' index pair . ' points' using 1:2 nooutput \
        name 'S' . k
    stats folder . 'published.curves' index pair . ' curve' using 1:2 \
        nooutput name 'P' . k
}
set multiplot layout 1, n
set xlabel 'r / angstrom'
set ylabel 'energy / eV'
set xzeroaxis lt -1 lw 0.5
do for [k = 1:n] {
    pair = word(elements, k) . '-' . word(elements, k)
    set title word(elements, k) . '_2'
    S = sprintf('S%d_', k)
    low = value(S . 'min_y')
    deep = value(sprintf('P%d_min_y', k))
    deep = 1.15 * (low < deep ? low : deep)
    set xrange [value(S . 'min_x') * 0.93 : value(S . 'max_x') * 1.25]
    set yrange [deep : -1.5 * deep]
    plot folder . 'published.curves' index pair . ' curve' using 1:2 with lines \
            dt 2 lc rgb 'gray40' title 'the paper''s', \
        folder . 'curves' index pair . ' curve' using 1:2 with lines lw 2 \
            lc rgb '#0060ad' title 'fit', \
        '' index pair . ' points' using 1:2 with points pt 7 ps 0.6 \
            lc rgb 'black' title 'labels'
}
unset multiplot
