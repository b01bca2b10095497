# Of simulate analyze: distance and g of copper with copper.
/^# r\/A/ {
    for (i = 2; i <= NF; i++)
        if ($i == "g(Cu-Cu)")
            column = i - 1
    next
}

!NF || /^#/ {
    column = 0
}

column {
    print $1, $column
}
