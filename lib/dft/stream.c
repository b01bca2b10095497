#include "stream.h"

#include <stdlib.h>
#include <string.h>

uint64_t memory_key(const struct problem *p)
{
    const struct crystal *c = &p->crystal;
    uint64_t h = hash_bytes(HASH_START, c->a, sizeof(c->a));

    h = hash_bytes(h, &p->nspin, sizeof(p->nspin));
    h = hash_bytes(h, &p->grid.ng, sizeof(p->grid.ng));
    for (int i = 0; i < c->natoms; i++) {
        const struct pseudo *q = c->pseudo[c->species[i]];

        h = hash_bytes(h, &q->z, sizeof(q->z));
        h = hash_bytes(h, &q->zion, sizeof(q->zion));
    }
    return h;
}

void memory_release(struct memory *m)
{
    for (int i = 0; m->psi && i < m->nspin * m->nk; i++)
        free(m->psi[i]);
    free(m->psi);
    free(m->e);
    free(m->npw);
    free(m->k);
    free(m->drho);
    mixer_free(m->mixer);
    *m = (struct memory){0};
}

void memory_keep(struct memory *m, const struct problem *p, struct states *s,
                 double complex *const *rho, struct mixer **mixer)
{
    double complex **atoms = density_new(p);

    memory_release(m);
    *m = (struct memory){.full = true,
                         .key = memory_key(p),
                         .nspin = p->nspin,
                         .ng = p->grid.ng,
                         .nk = p->nk,
                         .nbands = p->nbands};
    density_of_atoms(p, atoms);
    for (int i = 0; i < p->nspin * p->grid.ng; i++)
        atoms[0][i] = rho[0][i] - atoms[0][i];
    m->drho = atoms[0];
    free(atoms);
    m->npw = xcalloc(p->nk, sizeof(*m->npw));
    m->k = xcalloc(p->nk, sizeof(*m->k));
    for (int i = 0; i < p->nk; i++) {
        m->npw[i] = p->basis[i].npw;
        memcpy(m->k[i], p->k[i].k, sizeof(m->k[i]));
    }
    m->mixer = *mixer;
    *mixer = NULL;
    m->psi = s->psi;
    m->e = s->e;
    s->psi = NULL;
    s->e = NULL;
    s->n = 0;
    states_release(s);
}

static bool same_points(const struct memory *m, const struct problem *p)
{
    if (m->nk != p->nk || m->nbands != p->nbands || m->nspin != p->nspin)
        return false;
    for (int i = 0; i < p->nk; i++)
        if (m->npw[i] != p->basis[i].npw || m->k[i][0] != p->k[i].k[0] ||
            m->k[i][1] != p->k[i].k[1] || m->k[i][2] != p->k[i].k[2])
            return false;
    return true;
}

bool memory_recall(struct memory *m, const struct problem *p, struct states *s,
                   double complex **rho, struct mixer **mixer)
{
    if (!m->full || m->key != memory_key(p) || m->ng != p->grid.ng ||
        m->nspin != p->nspin)
        return false;
    density_of_atoms(p, rho);
    for (int i = 0; i < p->nspin * p->grid.ng; i++)
        rho[0][i] += m->drho[i];
    symmetry_density(&p->symmetry, &p->grid, rho[0]);
    if (p->nspin == 2)
        symmetry_density(&p->symmetry, &p->grid, rho[1]);
    for (int i = 0; same_points(m, p) && i < s->n; i++) {
        s->psi[i] = m->psi[i];
        m->psi[i] = NULL;
    }
    if (s->psi[0])
        memcpy(s->e, m->e, (size_t)s->n * s->nbands * sizeof(*s->e));
    *mixer = m->mixer;
    m->mixer = NULL;
    if (*mixer)
        mixer_turn_to(*mixer, p);
    memory_release(m);
    return true;
}
