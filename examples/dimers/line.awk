# Dimers of the element in the file from half to 1.6 of its bond length, which
# is that of the fifth dimer in it, unlabelled.
/^[0-9]+$/ { n = $1; row = 0; next }
{ row++ }
row == 1 && n == 2 { lattice = $0; sub(/ Properties.*/, "", lattice) }
row == 2 { z = $4; symbol = $1 }
row == 3 && n == 2 && ++dimer == 5 {
    bond = $4 - z
    middle = ($4 + z) / 2
    for (k = 0; k <= 110; k++) {
        r = bond * (0.5 + 0.01 * k)
        print 2
        print lattice " Properties=species:S:1:pos:R:3 pbc=\"T T T\""
        for (side = -1; side <= 1; side += 2)
            printf "%s %s %s %.9f\n", symbol, $2, $3, middle + side * r / 2
    }
}
