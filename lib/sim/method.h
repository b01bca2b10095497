#ifndef SIM_METHOD_H
#define SIM_METHOD_H

#include <stdbool.h>

#include <morsel/util.h>

/*
 * The three methods, on R^n: from coordinates x [n] (angstrom) and forces
 * f [n] (eV/angstrom) to a step dx [n] (out), before it is bounded.  What they
 * remember is put into a file, and taken from it by one of the same n.
 */
#define RELAX_ALPHA 70.0 /* first curvature, eV/angstrom^2 */

/* BFGS with the full Hessian. */
struct hessian {
    int n;
    bool started;
    double *h;       /* [n][n] eV/angstrom^2 */
    double *v, *w;   /* [n][n] its eigenvectors in rows, [n] eigenvalues */
    double *x0, *f0; /* [n] at the last step */
    double *y, *hs;  /* [n] work */
};
void hessian_init(struct hessian *b, int n);
void hessian_release(struct hessian *b);
int hessian_step(struct hessian *b, const double *x, const double *f,
                 double *dx, struct err *err) MORSEL_MUST_CHECK;
void hessian_put(const struct hessian *b, struct bin *to);
void hessian_get(struct hessian *b, struct bin *from);

/* L-BFGS: the last pairs of changes, the oldest first. */
enum { HISTORY_MEMORY = 100 };
struct history {
    int n, count, oldest;
    bool started;
    double *s, *y;   /* [HISTORY_MEMORY][n], a ring */
    double *rho, *a; /* [HISTORY_MEMORY] 1 / (y s); work */
    double *x0, *f0; /* [n] at the last step */
};
void history_init(struct history *b, int n);
void history_release(struct history *b);
void history_step(struct history *b, const double *x, const double *f,
                  double *dx);
void history_put(const struct history *b, struct bin *to);
void history_get(struct history *b, struct bin *from);

/* FIRE; masses are one, so the unit of time is angstrom / sqrt(eV). */
struct fire {
    int n;
    double *v;    /* [n] velocity */
    double dt, a; /* time step, mixing of v and f */
    bool started;
    int downhill; /* steps since the last fresh start */
};
void fire_init(struct fire *b, int n);
void fire_release(struct fire *b);
void fire_step(struct fire *b, const double *f, double *dx);
void fire_put(const struct fire *b, struct bin *to);
void fire_get(struct fire *b, struct bin *from);

static inline double dot(int n, const double *x, const double *y)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

#endif
