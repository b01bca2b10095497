#ifndef MORSEL_DFT_UPF_H
#define MORSEL_DFT_UPF_H

#include "pseudo.h"

/*
 * The text of a file of the unified pseudopotential format, version 2, of
 * Quantum ESPRESSO, as it stands: rydberg, bohr, functions with their powers
 * of r.  https://pseudopotentials.quantum-espresso.org/home/unified-
 * pseudopotential-format
 */
struct upf_function {
    int l, n;          /* numbers the file gives */
    int cut;           /* of beta: points to integrate over */
    double occupation; /* of chi */
    double *f;         /* [mesh] zero after n */
};

struct upf {
    int z, mesh, nbeta, nchi;
    char functional[32];
    double zion, ecut;         /* ecut: rydberg, 0: none */
    bool core;                 /* core_correction */
    double *r, *rab;           /* [mesh] bohr */
    double *nlcc;              /* [mesh] rho_core, 1/bohr^3, or NULL */
    double *local;             /* [mesh] Ry */
    double *rho;               /* [mesh] 4 pi r^2 rho, 1/bohr, or NULL */
    double *d;                 /* [nbeta][nbeta] Ry */
    struct upf_function *beta; /* [nbeta] r beta */
    struct upf_function *chi;  /* [nchi] r R */
};

/*
 * Parse size bytes of text followed by a NUL; name is for messages.  What is
 * not norm-conserving and scalar-relativistic is refused.
 */
int upf_parse(struct upf *u, const char *name, const char *text, size_t size,
              struct err *err) MORSEL_MUST_CHECK;
void upf_free(struct upf *u);

/* Is this text UPF of any version? */
bool upf_is(const char *text);

/* The potential of what was parsed, with tables to qmax. */
int upf_make(struct pseudo *p, const struct upf *u, double qmax,
             struct err *err) MORSEL_MUST_CHECK;

#endif
