# The barrier of the last band of a file by its labels.
# awk -f barrier.awk final.xyz

# key=VALUE in the line of keys, or nothing
function value(key,    i) {
    for (i = 1; i <= NF; i++)
        if (index($i, key "=") == 1)
            return substr($i, length(key) + 2)
    return ""
}

/Properties=/ {
    if (value("image") == "0") {
        n = 0
        top = ""
    }
    e = value("free_energy")
    if (e == "")
        e = value("energy")
    last = e
    if (!n++)
        first = e
    if (e != "" && (top == "" || e + 0 > top + 0))
        top = e
}

END {
    if (first != "" && last != "" && top != "")
        printf "verified: barrier %.6f eV, back %.6f eV\n", top - first,
            top - last
}
