#include "start.h"

#include <stdlib.h>
#include <string.h>

void start_init(struct start *s, int n, const double *r, int norbitals,
                const int *l)
{
    *s = (struct start){.norbitals = norbitals};
    s->r = xcalloc(n, sizeof(*s->r));
    memcpy(s->r, r, n * sizeof(*r));
    radial_init(&s->density, 0, n, s->r);
    s->orbital = xcalloc(norbitals, sizeof(*s->orbital));
    for (int i = 0; i < norbitals; i++)
        radial_init(&s->orbital[i], l[i], n, s->r);
}

void start_release(struct start *s)
{
    radial_release(&s->density);
    for (int i = 0; i < s->norbitals; i++)
        radial_release(&s->orbital[i]);
    free(s->orbital);
    free(s->r);
    *s = (struct start){0};
}

void start_tabulate(struct start *s, double zion, double qmax)
{
    struct radial *all = xcalloc(s->norbitals + 1, sizeof(*all));
    double electrons = radial_sum(&s->density, 0, NULL);

    for (int k = 0; k < s->density.n; k++)
        s->density.w[k] *= zion / electrons;
    all[0] = s->density;
    for (int i = 0; i < s->norbitals; i++)
        all[i + 1] = s->orbital[i];
    radial_tabulate(all, s->norbitals + 1, qmax);
    s->density = all[0];
    for (int i = 0; i < s->norbitals; i++)
        s->orbital[i] = all[i + 1];
    free(all);
}

double start_eval(const struct start *s, enum pseudo_part part, int i, double q,
                  double *slope)
{
    const struct radial *f =
        part == PSEUDO_DENSITY ? &s->density : &s->orbital[i];

    return radial_eval(f, q, slope);
}
