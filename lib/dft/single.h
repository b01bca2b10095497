#ifndef MORSEL_DFT_SINGLE_H
#define MORSEL_DFT_SINGLE_H

#include "scf.h"

/*
 * The two sides of the border: what is looked at before a frame is computed,
 * and what is made of the numbers after.  pseudo: by element.
 */

/* Is it one for plane waves? */
int frame_check(const struct atoms *a, struct err *err) MORSEL_MUST_CHECK;

/* Do the cores of two atoms overlap?  Within core_radius the potential is not
 * that of the atom.  Then status and detail of r say so. */
bool frame_overlaps(const struct atoms *a, const struct pseudo *const *pseudo,
                    struct dft_result *r);

/* Say it in r->note if the cutoff (eV) is low for an element, with one that is
 * not. */
void frame_note_cutoff(const struct atoms *a,
                       const struct pseudo *const *pseudo, double ecut,
                       struct dft_result *r);

/* In eV and angstrom; r->forces holds what scf found. */
void result_take(struct dft_result *r, const struct problem *p,
                 const struct states *s, const struct scf *scf, bool net_force);

#endif
