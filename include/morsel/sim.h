#ifndef MORSEL_SIM_H
#define MORSEL_SIM_H

#include <stdbool.h>

#include <morsel/atoms.h>
#include <morsel/engine.h>
#include <morsel/io.h>
#include <morsel/potential.h>
#include <morsel/util.h>

/*
 * Drivers that move atoms.  The caller owns the loop: it evaluates the
 * forces, writes the frame, tests, and asks for the next positions:
 *
 *     struct relax *r = relax_new(RELAX_BFGS, natoms, 0.2);
 *     stop = walk_allow(&limits, &start, &a);
 *     for (step = 0; !stop; step++) {
 *         evaluate(&a, &energy, forces, sigma_f, &sigma_e);
 *         stop = walk_judge(&limits, step, &a, energy, forces, sigma_f,
 *                           sigma_e);
 *         if (!stop && (ret = relax_step(r, &a, forces, &err)) == 0)
 *             stop = walk_allow(&limits, &start, &a);
 *     }
 *     relax_free(r);
 */

/*
 * Relaxation: from positions and forces to the next positions.  Coordinates
 * that may not move (a->move) never do: the method does not see them.  All
 * three take the steps of the optimizer of the same name in ASE 3.22 with its
 * defaults, but for rounding.  With x the coordinates that may move, f the
 * forces on them, s = x - x' and y = f' - f the changes since the last step:
 *
 * BFGS   a model of the Hessian, at first alpha times the identity (alpha =
 *        70 eV/angstrom^2), and the step along each of its eigenvectors v with
 *        the size, not the sign, of its eigenvalue, so that it leads downhill:
 *
 *            H  <- H + y y^T / (y s) - (H s) (H s)^T / (s H s)
 *            dx  = sum_v v (v f) / |omega_v|
 *
 *        O(n^3) a step: 40 ms for 200 free atoms on one core.
 *        J. Nocedal and S. J. Wright, Numerical Optimization (2006), eq. 6.19.
 *
 * LBFGS  the same from the last 100 pairs s, y and 1/alpha, without a matrix:
 *        the product with the inverse Hessian by two loops over the pairs.
 *        J. Nocedal, Math. Comp. 35, 773 (1980).
 *
 * FIRE   damped dynamics with a time step that grows while the power f v is
 *        positive, and a fresh start where it is not.
 *        E. Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006).
 *
 * A step that would move an atom by max_step (angstrom) or more is scaled
 * down as a whole, to max_step; FIRE, as in ASE, bounds the norm of the whole
 * step instead.
 */
enum relax_method { RELAX_BFGS, RELAX_LBFGS, RELAX_FIRE };

struct relax;
struct relax *relax_new(enum relax_method method, int natoms, double max_step);
void relax_free(struct relax *r);

/*
 * Move a one step, from the forces [natoms][3] (eV/angstrom) at its positions.
 * a->move is that of the first step.  Fails with ERR_NUMERIC, and leaves a
 * alone, if the forces are not finite or LAPACK breaks down.
 */
int relax_step(struct relax *r, struct atoms *a, double (*forces)[3],
               struct err *err) MORSEL_MUST_CHECK;

/*
 * All that a later process needs to go on to the bit.  relax_get() goes into
 * r fresh from relax_new(), and a where the walk was; ERR_FORMAT if b is of
 * another method or of other coordinates.
 */
void relax_put(const struct relax *r, struct bin *b);
int relax_get(struct relax *r, const struct atoms *a, struct bin *b,
              struct err *err) MORSEL_MUST_CHECK;

/*
 * Relaxation of atoms and cell together, as atoms of a larger system: with
 * deform the matrix that has made the cell, and each position, from what it was
 * at the start,
 *
 *     a_i = deform a0_i,   x = deform u,
 *
 * its coordinates are u [natoms] and natoms * deform, three atoms more, and
 * the forces on them
 *
 *     -dE/du = deform^T F,   -dE/d(n deform) = -(V / n) stress deform^-T.
 *
 * E. B. Tadmor, G. S. Smith, N. Bernstein and E. Kaxiras, Phys. Rev. B 59, 235
 * (1999); it is the UnitCellFilter of ASE 3.22.  CELL_FULL: all of the strain;
 * CELL_VOLUME: only the volume, the shape stays; CELL_XY: lengths and angle in
 * the plane of x and y, in which a1 and a2 must lie.
 *
 *     cell_init(&c, CELL_FULL, &a);
 *     r = relax_new(RELAX_BFGS, a.natoms + 3, 0.2);
 *     for (;;) {
 *         evaluate(&a, forces, stress);
 *         cell_take(&c, &a, forces, stress);
 *         if (atoms_fmax(&c.x, c.forces) < fmax)
 *             break;
 *         relax_step(r, &c.x, c.forces, &err);
 *         cell_give(&c, &a);
 *     }
 */
enum cell_mode { CELL_FIXED, CELL_FULL, CELL_VOLUME, CELL_XY };

struct cell {
    enum cell_mode mode;
    double start[3][3];  /* the cell at the start, angstrom */
    double deform[3][3]; /* since then */
    struct atoms x;      /* natoms + 3 of the larger system */
    double (*forces)[3]; /* [natoms + 3][3] eV/angstrom on them */
};
void cell_init(struct cell *c, enum cell_mode mode, const struct atoms *a);
void cell_release(struct cell *c);

/* Take positions, forces and stress (eV/angstrom^3) at a; move a to x. */
void cell_take(struct cell *c, const struct atoms *a, double (*forces)[3],
               double stress[3][3]);
void cell_give(struct cell *c, struct atoms *a);

/*
 * When a walk ends.  STOP_NOT is zero: it goes on.
 */
enum stop {
    STOP_NOT,
    STOP_CONVERGED,    /* all forces on free coordinates below fmax */
    STOP_STEPS,        /* max_steps were taken */
    STOP_NAN,          /* energy or a force is not finite */
    STOP_UNCERTAINTY,  /* the model knows too little here */
    STOP_COLLISION,    /* two atoms would come too close */
    STOP_DISPLACEMENT, /* an atom would go too far from where it began */
    STOP_FAILED,       /* energies and forces could not be had */
    STOP_TEMPERATURE,  /* the dynamics has run away */
    STOP_VOLUME        /* the cell would change too much in a step */
};

/* Zero, where not said otherwise, is "no limit". */
struct walk_limits {
    double fmax;         /* eV/angstrom; the norm per atom, as in ASE */
    int max_steps;       /* zero: none are taken */
    double uncertainty;  /* sigma_f of a free atom, eV/angstrom ... */
    double ratio;        /* ... or this times fmax, if that is more */
    double sigma_e;      /* of the energy, eV */
    double collision;    /* distance in sums of covalent radii */
    double displacement; /* from the start, angstrom */
};

/* The word of the key `reason`: "converged", "steps", ...; "" for STOP_NOT. */
const char *stop_name(enum stop stop);

/*
 * May the atoms go to where next has them?  STOP_COLLISION or
 * STOP_DISPLACEMENT if not: positions that need not be evaluated.
 */
enum stop walk_allow(const struct walk_limits *l, const struct atoms *start,
                     const struct atoms *next);

/*
 * Is the walk over at a, reached after `step` steps, with this energy (eV),
 * these forces and, if sigma_f is not NULL, their spread sigma_f [natoms]
 * (eV/angstrom) and that of the energy?  Uncertain forces are not taken for
 * converged.
 */
enum stop walk_judge(const struct walk_limits *l, int step,
                     const struct atoms *a, double energy, double (*forces)[3],
                     const double *sigma_f, double sigma_e);

/* Is a spread above its limit?  One that is not a number is. */
bool walk_uncertain(const struct walk_limits *l, const struct atoms *a,
                    double (*forces)[3], const double *sigma_f, double sigma_e);

/* Is there a limit to an uncertainty? */
bool walk_doubts(const struct walk_limits *l);

/* Largest sigma_f [natoms] of an atom that may move; NaN if one is. */
double walk_sigma(const struct atoms *a, const double *sigma_f);

/*
 * Where the frames of a walk go.  A trajectory of predictions is an output
 * file like any other.  The labels of an oracle are dear: each is on the disk
 * before the next is asked for, and what a run that was killed has left in
 * path.part are the answers when the same questions are put again.
 */
struct trajectory {
    FILE *f;
    const char *path; /* "-": standard output; borrowed */
    bool labels;
    struct frames done; /* of the earlier run */
    long *at;           /* [done.n + 1] where each begins; NULL: done.n = 0 */
    int next;           /* the first of them that has not been met */
    bool kept;          /* path.part stays when the run does not end well */
    int count;          /* frames put, by the earlier run too */
    long size;          /* bytes that have been looked at, */
    uint32_t crc;       /* and their checksum */
};

/*
 * Open path; t->done.n then says how much an earlier run has left.  A torn
 * last frame is cut off.  ERR_IO, or ERR_FORMAT if path.part is damaged in
 * another way than by a kill.
 */
int trajectory_open(struct trajectory *t, const char *path, bool labels,
                    struct err *err) MORSEL_MUST_CHECK;

/*
 * Where in a trajectory a checkpoint was made.
 */
struct mark {
    const char *checkpoint; /* borrowed; NULL: it was not read */
    char *name;   /* of the file, without its folder if that is also the
                     checkpoint's; "-": it cannot be cut */
    int count;    /* frames */
    long size;    /* bytes */
    uint32_t crc; /* their checksum */
};
void mark_release(struct mark *m);

/*
 * Open path so that path.part survives this process, and another can go on
 * with it.  mark NULL: from the beginning.  Otherwise, if mark is of this file,
 * it goes on there: path.part must begin with what the mark knows,
 * and what follows is cut off, or, of labels, met again.  ERR_RANGE if
 * path.part is gone or another.
 */
int trajectory_resume(struct trajectory *t, const char *path, bool labels,
                      const struct mark *mark,
                      struct err *err) MORSEL_MUST_CHECK;

/* Bring what was put to the disk, and say where that is. */
int trajectory_mark(struct trajectory *t, struct mark *m,
                    const char *checkpoint, struct err *err) MORSEL_MUST_CHECK;

/*
 * Write the next frame, or find that the earlier run wrote the same; fails
 * with ERR_RANGE if that wrote another.
 */
int trajectory_put(struct trajectory *t, const struct frame *f,
                   struct err *err) MORSEL_MUST_CHECK;

/*
 * Give the file its name; ERR_RANGE if frames of an earlier run are left over.
 * After a failure labels stay in path.part, all else is removed.
 */
int trajectory_close(struct trajectory *t, struct err *err) MORSEL_MUST_CHECK;
void trajectory_fail(struct trajectory *t);

/*
 * Energy and forces at one geometry, and whom to ask for them: a model, or an
 * oracle, whose numbers are labels.
 */
struct source {
    bool labels;
    struct potential model;
    struct engine oracle;
    struct frames given; /* labelled: the answers where their atoms are */
    struct prediction prediction;
    struct outcome outcome; /* a label, or why there is none */
    bool want_stress;       /* set by whoever asks for the stress, too */
    bool later;             /* and by whom sigmas do not stop: where they cost
                               something, they wait for source_put() */
    bool ok;                /* there was an answer */
    bool labelled;          /* and it is a label */
    double energy;          /* eV */
    double (*forces)[3];    /* [natoms][3] eV/angstrom, inside of source */
    const double *sigma_f;  /* [natoms] eV/angstrom; NULL: not known */
    double (*stress)[3];    /* [3][3] eV/angstrom^3; NULL: not known */
};

/* A model file, or a command line (engine_command()) that is kept alive. */
int source_model(struct source *s, const char *path,
                 struct err *err) MORSEL_MUST_CHECK;
int source_oracle(struct source *s, const char *command,
                  struct err *err) MORSEL_MUST_CHECK;
void source_release(struct source *s);

/*
 * Take the labels in the file path for the answers where the atoms are, to
 * the bit, where those of one of its frames are.  ERR_FORMAT if a frame has
 * no label.
 */
int source_give(struct source *s, const char *path,
                struct err *err) MORSEL_MUST_CHECK;

/*
 * Ask for energy and forces of f, which will be the next frame of t.  That
 * there are none -- a number that is not finite, a failed calculation -- is
 * an answer, too: 0 with ok false.  Fails if it makes no sense to go on.
 */
int source_ask(struct source *s, const struct trajectory *t,
               const struct frame *f, struct err *err) MORSEL_MUST_CHECK;

/* Forget the last answer: nothing has been asked. */
void source_forget(struct source *s);

/*
 * Write the last answer into f: ml_energy, ml_forces, ml_stress (if wanted and
 * known), ml_sigma_e, ml_sigma_f (if known) and model_id, or the label and
 * whose it is, or fail_reason.
 */
void source_put(struct source *s, struct frame *f);

/*
 * Checkpoints, in the format of morsel-checkpoint(5): from one, another
 * process goes on, to the bit.  It holds the state of a walk just before
 * source_ask(), so that with another model, or with a label, the walk goes on
 * where the first knew too little:
 *
 *     for (;;) {
 *         if ((b = checkpoint_begin(&c, "relax"))) {
 *             ... bin_put_...(b, ...) ...
 *             if (step % c.every == 0)
 *                 checkpoint_write(&c, &t, &err);
 *         }
 *         source_ask(); judge
 *         if (stop)
 *             checkpoint_write(&c, &t, &err);
 *         trajectory_put(); move
 *     }
 */
struct checkpoint {
    const char *path; /* NULL: none is made; borrowed */
    int every;        /* steps from one to the next */
    const char *mode; /* borrowed */
    struct bin state; /* of the last checkpoint_begin() */
};

/* Where the state is to be put, or NULL if it need not. */
struct bin *checkpoint_begin(struct checkpoint *c, const char *mode);

/* Write the last state, if c has a path, once all of t is on the disk. */
int checkpoint_write(struct checkpoint *c, struct trajectory *t,
                     struct err *err) MORSEL_MUST_CHECK;
void checkpoint_release(struct checkpoint *c);

/*
 * Read a checkpoint of this mode: b then gives what was put, and m (out) tells
 * where the trajectory was.  ERR_IO, or ERR_FORMAT if it is not one.
 */
int checkpoint_read(struct bin *b, struct mark *m, const char *path,
                    const char *mode, struct err *err) MORSEL_MUST_CHECK;

/* After the last bin_get_...(): ERR_FORMAT unless all was read, and no more. */
int checkpoint_end(const struct bin *b, const char *path,
                   struct err *err) MORSEL_MUST_CHECK;

/* A frame, to the bit. */
int bin_put_frame(struct bin *b, const struct frame *f,
                  struct err *err) MORSEL_MUST_CHECK;
int bin_get_frame(struct bin *b, struct frame *f,
                  struct err *err) MORSEL_MUST_CHECK;

/*
 * Remove from f all that is true only of where its atoms are: labels and
 * predictions of any name, and what tools have written about them.
 */
void frame_strip(struct frame *f);

#endif
