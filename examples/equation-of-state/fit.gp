# gnuplot -e "folder = 'out/'; names = 'Al-GTH Si-GTH'" fit.gp
# Fit the third-order equation of F. Birch, Phys. Rev. 71, 809 (1947),
#
#   E(V) = E0 + 9/16 B V0 ((x - 1)^3 B' + (x - 1)^2 (6 - 4 x)),
#   x = (V0 / V)^(2/3),
#
# as delta tests do, to energies per atom (eV, A^3); a table and a
# plot.
GPa = 160.2176634 # of eV/A^3
x(V) = (V0 / V) ** (2. / 3)
E(V) = E0 + 9. / 16 * B * V0 * ((x(V) - 1) ** 3 * B1 \
    + (x(V) - 1) ** 2 * (6 - 4 * x(V)))
set fit quiet logfile '/dev/null' limit 1e-12 maxiter 1000
set print folder . 'results.tsv.part'
print "# name\tvolume, A^3\tpublished\tB, GPa\tpublished\tB'\tpublished\t" \
    . "a, A\tpublished\twho"
array V0s[words(names)]
array E0s[words(names)]
array Bs[words(names)]
array B1s[words(names)]
do for [i = 1:words(names)] {
    name = word(names, i)
    file = folder . name . '.dat'
    stats file using 1:2 nooutput
    V0 = STATS_mean_x
    E0 = STATS_min_y
    B = 80 / GPa
    B1 = 4.5
    fit E(x) file using 1:2 via E0, V0, B, B1
    V0s[i] = V0; E0s[i] = E0; Bs[i] = B; B1s[i] = B1
    row = system(sprintf("grep '^%s' published.tsv", name))
    cube = word(row, 2) eq 'fcc' ? 4 : 8
    print sprintf("%s\t%.3f\t%s\t%.2f\t%s\t%.2f\t%s\t%.4f\t%.4f\t%s", name, \
        V0, word(row, 3), B * GPa, word(row, 4), B1, word(row, 5), \
        (cube * V0) ** (1. / 3), (cube * word(row, 3)) ** (1. / 3), \
        system(sprintf("grep '^%s' published.tsv | cut -f 6", name)))
}
set print
system(sprintf("mv %sresults.tsv.part %sresults.tsv", folder, folder))

set terminal svg size 640,420 dynamic background '#ffffff' font 'sans,12'
set output folder . 'equation-of-state.svg'
set xlabel 'volume over that of the minimum'
set ylabel 'energy above it (meV/atom)'
set key top center
at(V, i) = (V0 = V0s[i], E0 = 0, B = Bs[i], B1 = B1s[i], 1000 * E(V * V0s[i]))
plot [0.93:1.07] for [i = 1:words(names)] at(x, i) with lines lc i \
    title word(names, i), \
    for [i = 1:words(names)] folder . word(names, i) . '.dat' \
    using ($1 / V0s[i]):(1000 * ($2 - E0s[i])) with points pt 7 ps 0.5 lc i \
    notitle
