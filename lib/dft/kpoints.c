#include "symmetry.h"

#include <math.h>
#include <stdlib.h>

/*
 * Points of the grid are kept as whole numbers: k_i = u_i / (2 n_i), with
 * u_i = shift_i, shift_i + 2, ... modulo 2 n_i.  An operation takes k to
 * R^T k, that is u_j to sum_i step[i][j] u_i with step[i][j] = R_ij n_j/n_i.
 */
bool kpoints_step(const int (*r)[3], const int n[3], const int shift[3],
                  int (*step)[3])
{
    for (int j = 0; j < 3; j++) {
        int sum = 0;

        for (int i = 0; i < 3; i++) {
            if (r[i][j] * n[j] % n[i] != 0)
                return false;
            step[i][j] = r[i][j] * n[j] / n[i];
            sum += step[i][j] * shift[i];
        }
        if ((sum - shift[j]) % 2 != 0)
            return false;
    }
    return true;
}

/* The point number of u, and back, with u in 0 ... 2 n - 1. */
static int number(const int u[3], const int n[3])
{
    int at = 0;

    for (int i = 0; i < 3; i++) {
        int v = u[i] % (2 * n[i]);

        at = at * n[i] + (v < 0 ? v + 2 * n[i] : v) / 2;
    }
    return at;
}

static void point(int at, const int n[3], const int shift[3], int u[3])
{
    for (int i = 2; i >= 0; i--) {
        u[i] = 2 * (at % n[i]) + shift[i];
        at /= n[i];
    }
}

/* Mark the star of point `at` and of its negative; returns how many new. */
static int mark(const struct symmetry *s, int at, const int n[3],
                const int shift[3], bool *done)
{
    int u[3], step[3][3], count = 0;

    point(at, n, shift, u);
    for (int k = 0; k < s->n; k++) {
        int image[3] = {0, 0, 0}, minus[3], to[2];

        if (!kpoints_step((const int(*)[3])s->rotation[k], n, shift, step))
            continue;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                image[j] += step[i][j] * u[i];
        for (int j = 0; j < 3; j++)
            minus[j] = -image[j];
        to[0] = number(image, n);
        to[1] = number(minus, n);
        for (int i = 0; i < 2; i++) {
            count += !done[to[i]];
            done[to[i]] = true;
        }
    }
    return count;
}

int kpoints_grid(const struct symmetry *s, const int n[3], const int shift[3],
                 struct kpoint **k)
{
    int total = n[0] * n[1] * n[2], count = 0;
    bool *done = xcalloc(total, sizeof(*done));

    *k = xcalloc(total, sizeof(**k));
    for (int at = 0; at < total; at++) {
        struct kpoint *p = *k + count;
        int u[3];

        if (done[at])
            continue;
        point(at, n, shift, u);
        for (int i = 0; i < 3; i++)
            p->k[i] =
                (double)(u[i] > n[i] ? u[i] - 2 * n[i] : u[i]) / (2 * n[i]);
        p->weight = (double)mark(s, at, n, shift, done) / total;
        count++;
    }
    free(done);
    return count;
}

void kpoints_spacing(const struct crystal *c, double spacing, int n[3])
{
    for (int i = 0; i < 3; i++)
        n[i] = (int)fmin(fmax(1, ceil(norm3(c->b[i]) / spacing - 1e-9)),
                         INT32_MAX);
}
