#ifndef LIB_POTENTIAL_FILE_H
#define LIB_POTENTIAL_FILE_H

#include <morsel/potential.h>
#include <morsel/util.h>

/*
 * What model files of every kind have in common: the header, the units and
 * the word that tells the kind, of which there are
 */
#define KIND_NETWORK "network"
#define KIND_GP "gp"
#define KIND_SGP "sgp"

/* Begin a file of a kind; write it, and release b. */
void file_begin(struct bin *b, const char *kind);
int file_save(struct bin *b, const char *path,
              struct err *err) MORSEL_MUST_CHECK;

/*
 * Read a file up to its kind (the caller frees it), and the hash of all of it;
 * and when its body has been taken, see whether that was one.
 */
int file_open(struct bin *b, const char *path, char **kind, uint64_t *id,
              struct err *err) MORSEL_MUST_CHECK;
int file_close(struct bin *b, const char *path,
               struct err *err) MORSEL_MUST_CHECK;

/*
 * The body of a model of atoms, of networks or of a sparse process; sets b->bad
 * if it is none.  m is zeroed.
 */
void model_get(struct model *m, bool sparse, struct bin *b);

/*
 * Arrays of an answer for so many atoms, with features or without, unless they
 * are there.
 */
void prediction_reserve(struct prediction *out, int natoms, bool features);

/* ERR_NUMERIC if a number of the prediction is not finite. */
int prediction_check(const struct prediction *out,
                     struct err *err) MORSEL_MUST_CHECK;

#endif
