#include "nonlocal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/*
 * Y_lm(q) = p(q/|q|) with a homogeneous polynomial p of degree l, and so
 *
 *     |q| dY/dq = grad p - l p n,   n = q/|q|.
 *
 * Normalised to one on the sphere; m < 0 goes with sin(|m| phi), m > 0 with
 * cos(m phi).  Source: M. A. Blanco, M. Florez and M. Bermejo, J. Mol. Struct.
 * (Theochem) 419, 19 (1997), table 1.
 */
static void polynomial(int l, const double n[3], double *p, double (*dp)[3])
{
    double x = n[0], y = n[1], z = n[2];

    switch (l) {
    case 0:
        p[0] = 1;
        break;
    case 1:
        p[0] = y, dp[0][1] = 1;
        p[1] = z, dp[1][2] = 1;
        p[2] = x, dp[2][0] = 1;
        break;
    case 2:
        p[0] = x * y, dp[0][0] = y, dp[0][1] = x;
        p[1] = y * z, dp[1][1] = z, dp[1][2] = y;
        p[2] = 2 * z * z - x * x - y * y;
        dp[2][0] = -2 * x, dp[2][1] = -2 * y, dp[2][2] = 4 * z;
        p[3] = z * x, dp[3][0] = z, dp[3][2] = x;
        p[4] = x * x - y * y, dp[4][0] = 2 * x, dp[4][1] = -2 * y;
        break;
    case 3:
        p[0] = y * (3 * x * x - y * y);
        dp[0][0] = 6 * x * y, dp[0][1] = 3 * (x * x - y * y);
        p[1] = x * y * z;
        dp[1][0] = y * z, dp[1][1] = x * z, dp[1][2] = x * y;
        p[2] = y * (4 * z * z - x * x - y * y);
        dp[2][0] = -2 * x * y, dp[2][2] = 8 * y * z;
        dp[2][1] = 4 * z * z - x * x - 3 * y * y;
        p[3] = z * (2 * z * z - 3 * x * x - 3 * y * y);
        dp[3][0] = -6 * x * z, dp[3][1] = -6 * y * z;
        dp[3][2] = 6 * z * z - 3 * x * x - 3 * y * y;
        p[4] = x * (4 * z * z - x * x - y * y);
        dp[4][0] = 4 * z * z - 3 * x * x - y * y;
        dp[4][1] = -2 * x * y, dp[4][2] = 8 * x * z;
        p[5] = z * (x * x - y * y);
        dp[5][0] = 2 * x * z, dp[5][1] = -2 * y * z;
        dp[5][2] = x * x - y * y;
        p[6] = x * (x * x - 3 * y * y);
        dp[6][0] = 3 * (x * x - y * y), dp[6][1] = -6 * x * y;
        break;
    default:
        break;
    }
}

/* int |Y|^2 over the sphere = 1: 4 pi norm^2 is the number given. */
static const double norm2[4][7] = {
    {1},
    {3, 3, 3},
    {15, 15, 5.0 / 4, 15, 15.0 / 4},
    {35.0 / 8, 105, 21.0 / 8, 7.0 / 4, 21.0 / 8, 105.0 / 4, 35.0 / 8},
};

void ylm(int l, const double q[3], double *y, double (*dy)[3])
{
    double length = norm3(q), n[3], p[7], dp[7][3];

    assert(l >= 0 && l <= PSEUDO_MAX_L);
    if (length == 0 && l > 0) {
        memset(y, 0, (2 * l + 1) * sizeof(*y));
        if (dy)
            memset(dy, 0, (2 * l + 1) * sizeof(*dy));
        return;
    }
    for (int k = 0; k < 3; k++)
        n[k] = length > 0 ? q[k] / length : 0;
    memset(dp, 0, sizeof(dp));
    polynomial(l, n, p, dp);
    for (int m = 0; m < 2 * l + 1; m++) {
        double norm = sqrt(norm2[l][m] / (4 * M_PI));

        y[m] = norm * p[m];
        for (int k = 0; dy && k < 3; k++)
            dy[m][k] = norm * (dp[m][k] - l * p[m] * n[k]);
    }
}
