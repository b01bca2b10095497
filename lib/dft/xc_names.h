#ifndef MORSEL_DFT_XC_NAMES_H
#define MORSEL_DFT_XC_NAMES_H

#include <morsel/util.h>

/* A functional is a sum of at most two of libxc. */
enum { XC_MAX_PARTS = 2 };

struct xc_recipe {
    int nparts;
    int id[XC_MAX_PARTS]; /* libxc's numbers */
    bool gga;
    const char *name; /* "PBE", or "" if it has none of its own */
};

int xc_recipe(struct xc_recipe *r, const char *name,
              struct err *err) MORSEL_MUST_CHECK;

#endif
