# A learning curve of several runs, with its band of confidence:
#
#     awk -v column=2 -f band.awk RUN.tsv ...
#
# Of the files of rounds.awk: labels, geometric mean of |column| over the runs,
# and the ends of its 95 % interval (Student's t of the logarithms).  A run
# stays where its last line has left it.  Below least (1e-6) all is least.
# With linear=1 the mean is the arithmetic one, of the column itself.

# Two-sided 95 % quantiles of Student's t; 1.96 beyond
function student(df,    t) {
    split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 " \
        "2.201 2.179 2.160 2.145 2.131 2.120 2.110 2.101 2.093 2.086", t, " ")
    return df in t ? t[df] : 1.96
}

function value_of(x) {
    return linear ? x : exp(x)
}

BEGIN {
    least = least ? least : 1e-6
}

FNR == 1 {
    run++
}

!/^#/ && $column != "nan" {
    x = $column < 0 ? -$column : $column
    value[run, $1] = linear ? $column : log(x < least ? least : x)
    seen[$1]++
    if ($1 > most)
        most = $1
}

END {
    for (labels = 0; labels <= most; labels++) {
        n = sum = squares = 0
        for (i = 1; i <= run; i++) {
            if ((i, labels) in value)
                now[i] = value[i, labels]
            if (i in now) {
                n++
                sum += now[i]
                squares += now[i] ^ 2
            }
        }
        if (!seen[labels])
            continue
        mean = sum / n
        s = n > 1 ? (squares - n * mean ^ 2) / (n - 1) : 0
        half = n > 1 && s > 0 ? student(n - 1) * sqrt(s / n) : 0
        printf "%d\t%.6g\t%.6g\t%.6g\n", labels, value_of(mean),
            value_of(mean - half), value_of(mean + half)
    }
}
