#include <string.h>

#include "descriptor_fixture.h"
#include "suites.h"

const char *const sets[NSETS] = {
    "morsel-set 1\n"
    "cutoff cosine 5.3\n"
    "G2 * eta 0.003,0.7 rs 0,1.9\n"
    "G4 * * eta 0.004 zeta 1,2,4 lambda 1,-1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff cosine 4.7 # rest of the line\n"
    "\n"
    "G5 * * eta 0.01 zeta 1,3,2.7,16 lambda 1,-1\n"
    "G4 Cu * eta 0.03,0.9 zeta 1,2.5 lambda -1,1\n"
    "G4 C O eta 0.05 zeta 7 lambda -1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff polynomial 5.1 3.4\n"
    "center C Cu\n"
    "G2 * eta 0.02\n"
    "G4 * * eta 0.3 zeta 4 lambda 1\n"
    "center O\n"
    "G2 Cu eta 0.5 rs 2\n"
    "G4 Cu Cu eta 0 zeta 1.5 lambda -1\n"
    "end\n",

    "morsel-set 1\n"
    "cutoff polynomial 4.9 4\n"
    "G4 * * eta 0.01 zeta 1,4 lambda 1,-1\n"
    "G2 * eta 0,4\n"
    "end\n",
};

const int elements[NELEMENTS] = {6, 29, 8};

void set_of(struct descriptor *d, const char *string)
{
    struct text t = text_of("set", string);
    struct err err;

    if (descriptor_read(d, &t, elements, NELEMENTS, &err) < 0)
        ck_abort_msg("%s", err.msg);
    text_close(&t);
}

void crooked(struct atoms *a)
{
    static const double pos[7][3] = {{0.13, 0.21, 0.32},  {1.97, 0.44, 0.17},
                                     {0.31, 2.21, -0.27}, {2.1, 2.3, 1.91},
                                     {-0.42, 3.1, 14.83}, {1.31, 1.11, 3.33},
                                     {3.1, 0.2, 2.47}};
    static const int z[7] = {29, 6, 29, 8, 29, 6, 29};
    static const double cell[3][3] = {
        {4.3, 0.2, -0.1}, {1.7, 3.9, 0.3}, {-0.6, 1.1, 5.7}};

    atoms_init(a, 7);
    memcpy(a->pos, pos, sizeof pos);
    memcpy(a->z, z, sizeof z);
    memcpy(a->cell, cell, sizeof cell);
    a->pbc[0] = a->pbc[2] = true;
}

void compute(struct features *f, const struct descriptor *d,
             const struct atoms *a, enum derivatives which)
{
    struct neighbors nb = {0};
    struct err err;

    if (neighbors_find(&nb, a, d->cutoff.rc, &err) < 0 ||
        features_compute(f, d, a, &nb, which, &err) < 0)
        ck_abort_msg("%s", err.msg);
    neighbors_release(&nb);
}

double derivative(const struct features *f, int i, int j, int k, int m)
{
    int n = f->first[i + 1] - f->first[i];

    for (int e = f->dep[i]; e < f->dep[i + 1]; e++)
        if (f->atom[e] == j)
            return f->dg[f->block[e] + k * n + m];
    return 0;
}
