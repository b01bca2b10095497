#include "basis.h"

#include <math.h>
#include <stdlib.h>

/* Is m before its partner -m-K?  0 if it is its own. */
static int side(const int m[3], const int shift[3])
{
    for (int i = 0; i < 3; i++) {
        int d = 2 * m[i] + shift[i];

        if (d != 0)
            return d > 0 ? 1 : -1;
    }
    return 0;
}

static void add(struct basis *b, const int m[3], const double q[3], int *room)
{
    if (b->npw == *room) {
        *room = *room ? 2 * *room : 256;
        b->m = xrealloc(b->m, *room, sizeof(*b->m));
        b->q = xrealloc(b->q, *room, sizeof(*b->q));
        b->kinetic = xrealloc(b->kinetic, *room, sizeof(*b->kinetic));
    }
    for (int i = 0; i < 3; i++) {
        b->m[b->npw][i] = m[i];
        b->q[b->npw][i] = q[i];
    }
    b->kinetic[b->npw++] = dot3(q, q) / 2;
}

static bool can_be_real(struct basis *b)
{
    for (int i = 0; i < 3; i++) {
        double twice = 2 * b->k[i];

        b->shift[i] = (int)lround(twice);
        if (fabs(twice - b->shift[i]) > 1e-12)
            return false;
    }
    return true;
}

void basis_init(struct basis *b, const struct crystal *c, const double k[3],
                double weight, double ecut, bool real)
{
    int top[3], m[3], room = 0;

    *b = (struct basis){.k = {k[0], k[1], k[2]}, .weight = weight};
    b->real = can_be_real(b) && real;
    for (int i = 0; i < 3; i++) /* |m_i + k_i| <= |q| |a_i| / 2 pi */
        top[i] =
            (int)(sqrt(2 * ecut) * norm3(c->a[i]) / (2 * M_PI) + fabs(k[i])) +
            1;
    for (int i = 0; i < 3; i++)
        m[i] = -b->shift[i] / 2;
    if (b->real && side(m, b->shift) == 0)
        add(b, m, (double[3]){0, 0, 0}, &room);
    for (m[0] = -top[0]; m[0] <= top[0]; m[0]++)
        for (m[1] = -top[1]; m[1] <= top[1]; m[1]++)
            for (m[2] = -top[2]; m[2] <= top[2]; m[2]++) {
                double q[3];

                crystal_reciprocal(
                    c, (double[3]){m[0] + k[0], m[1] + k[1], m[2] + k[2]}, q);
                if (dot3(q, q) / 2 > ecut)
                    continue;
                b->nfull++;
                if (!b->real || side(m, b->shift) > 0)
                    add(b, m, q, &room);
            }
}

void basis_release(struct basis *b)
{
    free(b->m);
    free(b->q);
    free(b->kinetic);
    *b = (struct basis){0};
}
