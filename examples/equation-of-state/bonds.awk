# Distances and angles of the last frame of each walk.
function flush_frame(    i, j, k, r, d, dot) {
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (s[i] != s[j]) {
                r = 0
                for (k = 1; k <= 3; k++)
                    r += (x[i, k] - x[j, k]) ^ 2
                printf "%s-%s %.4f angstrom\n", s[i], s[j], sqrt(r)
            }
    if (n == 3) { # the angle at the first
        for (k = 1; k <= 3; k++) {
            a += (x[2, k] - x[1, k]) ^ 2
            b += (x[3, k] - x[1, k]) ^ 2
            dot += (x[2, k] - x[1, k]) * (x[3, k] - x[1, k])
        }
        d = dot / sqrt(a * b)
        printf "%s-%s-%s %.2f degrees\n", s[2], s[1], s[3],
            atan2(sqrt(1 - d * d), d) * 45 / atan2(1, 1)
    }
}
FNR == 1 && NR > 1 { flush_frame() }
/^[0-9]+$/ { n = $1; at = 0; getline; next }
{ s[++at] = $1; for (k = 1; k <= 3; k++) x[at, k] = $(k + 1) }
END { flush_frame() }
