#ifndef CONVERGED_H
#define CONVERGED_H

#include <morsel/cli.h>
#include <morsel/verdict.h>

/*
 * Write what DFT verified to the file output: the last band, if the rule has a
 * criterion of it, or the best label.  Where there is none, that is said.
 */
int write_final(const struct cli *cli, const char *output,
                const struct evidence *e, const struct rule *rule,
                const struct limits *l, struct err *err) MORSEL_MUST_CHECK;

#endif
