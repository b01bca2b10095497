#ifndef LIB_TRAIN_STRESS_H
#define LIB_TRAIN_STRESS_H

#include <morsel/train.h>

/* Huber's rho and, in *slope, rho'(x) / x; delta = 0: x^2 / 2 everywhere. */
double loss_rho(double x, double delta, double *slope);

/* Use the stress label of a frame if it is periodic in three directions. */
void stress_label(struct example *x, const struct atoms *a,
                  const struct label *label);

/* Subtract the prior's derivative by strain, eV. */
void stress_less(struct example *x, double dedstrain[3][3]);

/* Keep the derivatives of the features by strain. */
void stress_store(struct example *x, const struct features *f);

/*
 * Stress part of the loss of one frame from the slopes w->dydx; adds its
 * derivatives by them to w->v, and the square of the error of nine components,
 * (eV/angstrom^3)^2, to *square.
 */
double stress_loss(const struct dataset *ds, const struct example *x,
                   const struct model *m, const struct loss *loss,
                   double weight, const struct loss_work *w, double *square);

#endif
