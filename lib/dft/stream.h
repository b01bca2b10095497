#ifndef MORSEL_DFT_STREAM_H
#define MORSEL_DFT_STREAM_H

#include "mix.h"
#include "problem.h"

/*
 * What one frame leaves to the next that has its species and cell: the
 * difference of its density from superposed atoms, which moves little with
 * them, and its states.
 */
struct memory {
    bool full;
    uint64_t key; /* hash of what must be equal, cell and species */
    int nspin, ng, nk, nbands;
    int *npw;             /* [nk] */
    double (*k)[3];       /* [nk] */
    double complex *drho; /* [nspin][ng], rho - rho_atoms */
    double complex **psi; /* [nspin nk][nbands][npw] */
    double *e;            /* [nspin nk][nbands] */
    struct mixer *mixer;  /* not in files; NULL: none */
};

uint64_t memory_key(const struct problem *p);

/* Take states and mixer (both emptied) and rho of a converged problem. */
void memory_keep(struct memory *m, const struct problem *p, struct states *s,
                 double complex *const *rho, struct mixer **mixer);

/* Fill in rho, the mixer if there is one, and s if the k points are the same; false if m is not about
 * such a problem. */
bool memory_recall(struct memory *m, const struct problem *p, struct states *s,
                   double complex **rho, struct mixer **mixer);
void memory_release(struct memory *m);

/* The same in a file of folder dir; a file that is damaged or of another
 * problem is as good as none.  Writing fails with ERR_IO. */
int memory_write(const struct memory *m, const char *dir,
                 struct err *err) MORSEL_MUST_CHECK;
void memory_read(struct memory *m, const char *dir, uint64_t key);

#endif
