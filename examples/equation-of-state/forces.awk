# Largest difference of a force from that at the highest cutoff, meV/angstrom:
# a line per element, a column per cutoff, from lines "name cutoff fx fy fz"
# by rising cutoff, an atom each.
{
    key = $1 SUBSEP $2
    if (!($1 in last))
        name[++names] = $1
    if (!(key in atoms))
        cutoff[$1, ++cutoffs[$1]] = $2
    i = ++atoms[key]
    for (k = 3; k <= 5; k++)
        f[key, i, k] = $k
    last[$1] = $2
}
END {
    for (n = 1; n <= names; n++) {
        s = name[n]
        end = s SUBSEP last[s]
        for (c = 1; c < cutoffs[s]; c++) {
            key = s SUBSEP cutoff[s, c]
            worst = 0
            for (i = 1; i <= atoms[key]; i++)
                for (k = 3; k <= 5; k++) {
                    d = f[key, i, k] - f[end, i, k]
                    if (d < 0)
                        d = -d
                    if (d > worst)
                        worst = d
                }
            printf "%s\t%d\t%.1f\n", s, cutoff[s, c], 1000 * worst
        }
    }
}
