#ifndef MD_THERMOSTAT_H
#define MD_THERMOSTAT_H

#include <morsel/md.h>

/* What each thermostat does to the momenta; the time is its own part. */
void berendsen_scale(struct md *m);
void langevin_kick(struct md *m); /* O, for dt */
void bdp_rescale(struct md *m);   /* for dt */
void chain_step(struct md *m);    /* of Nose and Hoover, for dt/2 */

/*
 * Of the barostat: scale cell, atoms and momenta, from m->virial at a; and what
 * that was worth, once the virial is known where it led.
 */
void barostat_scale(struct md *m, struct atoms *a);
void barostat_count(struct md *m);

/* Energy of the chain without that of its positions, which is in heat. */
double chain_energy(const struct md *m);

/* Scale all momenta. */
void md_scale(struct md *m, double factor);

/* Remove what is to be removed of the motion of the whole. */
void drift_remove(struct md *m, const struct atoms *a);

/* How many degrees of freedom that takes away. */
int drift_count(const struct md *m);

/* After a kick: take the mean momentum of all atoms from each. */
void drift_remove_mean(struct md *m, double (*forces)[3]);

#endif
