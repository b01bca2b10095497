#ifndef DFT_SINGLE_SESSION_H
#define DFT_SINGLE_SESSION_H

#include <morsel/cli.h>
#include <morsel/engine.h>
#include <morsel/io.h>

/*
 * Frames in, labels and failures out, with all that is open meanwhile.  The
 * first part are options.
 */
struct session {
    const struct cli *cli;
    const char *input, *output;
    const char *failed; /* where failures go, NULL */
    const char *ledger; /* NULL */
    const char *task;   /* "i/n" */
    int max_failed;     /* < 0: any number */
    int tries;
    double overlap; /* covalent radii */
    bool quiet, estimate;

    struct engine engine;
    struct shelf good, rest;
    struct shelf *bad; /* where failures go; NULL: nowhere */
    struct ledger lines;
    struct tally tally;
    int noted;       /* labels there was something to say of */
    FILE *estimates; /* instead of all that */
};

/* Open what the options name; the engine is open. */
int session_open(struct session *s, struct err *err) MORSEL_MUST_CHECK;

/* Label the frames of the input that have no label from an earlier run. */
int session_run(struct session *s, struct err *err) MORSEL_MUST_CHECK;

/* Give the files their names if all went well, ret == 0; leave them
 * otherwise. */
int session_close(struct session *s, int ret,
                  struct err *err) MORSEL_MUST_CHECK;

#endif
