# The three dimers at 0.9, 0.95 and 1 of the bond length: those numbered 3 to 5
# among the nine of fit-morse --dimers.
/^[0-9]+$/ { n = $1; frame = ""; row = 0 }
{ frame = frame $0 "\n"; row++ }
row == n + 2 && n == 2 {
    if (++dimer >= 3 && dimer <= 5)
        printf "%s", frame
}
