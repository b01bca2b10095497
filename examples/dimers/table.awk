# table.awk PUBLISHED FITTED MESSAGES: D, re and a of each element.
FNR == 1 { file++ }
file < 3 && $1 == "element" { d[file, $2] = $3; re[file, $2] = $4
    a[file, $2] = $5; if (file == 1) name[++n] = $2 }
# "fit-morse: Cu-Cu: fitted ...: D 2.7 +- 0.1 eV, re ... angstrom, a ..."
file == 3 && /: fitted to/ {
    split($2, pair, "-")
    for (k = 1; k < NF; k++)
        if ($k == "+-")
            error[pair[1], ++count[pair[1]]] = $(k + 1)
}
END {
    print "| | D, eV | the paper's | re, angstrom | the paper's" \
        " | a, 1/angstrom | the paper's |"
    print "| - | - | - | - | - | - | - |"
    for (k = 1; k <= n; k++) {
        x = name[k]
        printf "| %s2 | %.2f +- %.2f | %.2f | %.3f +- %.3f | %.3f" \
            " | %.2f +- %.2f | %.2f |\n", x, d[2, x], error[x, 1], d[1, x],
            re[2, x], error[x, 2], re[1, x], a[2, x], error[x, 3], a[1, x]
    }
}
