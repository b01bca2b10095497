#ifndef MORSEL_PRIOR_H
#define MORSEL_PRIOR_H

#include <morsel/atoms.h>
#include <morsel/util.h>

/*
 * Morse prior: a sum of pair energies that keeps atoms apart where there is
 * no data, so that the network has only the difference to learn.  With a
 * switch s that takes the pair energy smoothly (C2) from 1 at rs to 0 at rc,
 *
 *     E      = sum_{i<j} s(r_ij) phi(r_ij),  r_ij < rc
 *     phi(r) = D (exp(-2 a (r - re)) - 2 exp(-a (r - re)))
 *     s(x)   = 1 - 10 x^3 + 15 x^4 - 6 x^5,  x = (r - rs) / (rc - rs)
 *
 * Elements A and B mix as in the paper: D geometric, re arithmetic, and
 * sigma = re - ln 2 / a, the zero of phi, arithmetic, hence 1/a arithmetic.
 *
 * Source: P. M. Morse, Phys. Rev. 34, 57 (1929); mixing and parameters:
 * M. Shuaibi et al., Mach. Learn.: Sci. Technol. 2, 025007 (2021).
 */
struct morse {
    double d;  /* D, eV, >= 0 */
    double re; /* angstrom, > 0 */
    double a;  /* 1/angstrom, > 0 */
};

struct prior {
    double rs, rc; /* switch from rs to rc, angstrom; rs = rc: sharp */
    int nelement;
    int *z;             /* [nelement] */
    struct morse *pair; /* [nelement * nelement], symmetric */
};

void prior_release(struct prior *p);
void prior_copy(struct prior *to, const struct prior *from);

/* Pair parameters of two elements, the paper's mixing. */
struct morse morse_mix(const struct morse *a, const struct morse *b);

/*
 * The published parameters of one element: false if there are none.  61
 * elements, source: see morsel-prior(5).
 */
bool morse_published(int z, struct morse *m);

/* A prior for elements z[n] from the published table, mixed. */
int prior_published(struct prior *p, const int *z, int n, double rs, double rc,
                    struct err *err) MORSEL_MUST_CHECK;

/*
 * Read and write the format of morsel-prior(5).  ERR_IO, ERR_FORMAT, or
 * ERR_RANGE if a parameter makes no sense.
 */
int prior_read(struct prior *p, struct text *t,
               struct err *err) MORSEL_MUST_CHECK;
void prior_print(const struct prior *p, FILE *out);

/* As part of a binary file; the reader sets b->bad on nonsense. */
void prior_put(const struct prior *p, struct bin *b);
void prior_get(struct prior *p, struct bin *b);

/*
 * Energy (eV, returned) and forces (eV/angstrom, added to what is there; may
 * be NULL) of a, whose neighbors within p->rc or more are nb.  Pairs with an
 * element that the prior does not list do not interact.  Cannot fail.
 */
double prior_eval(const struct prior *p, const struct atoms *a,
                  const struct neighbors *nb, double (*forces)[3]);

#endif
