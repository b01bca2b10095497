#ifndef MORSEL_CLI_H
#define MORSEL_CLI_H

#include <stdbool.h>

#include <morsel/util.h>

/*
 * Command line of a tool: one table says what is parsed and what --help
 * prints.
 *
 * Exit status, the same for every tool:
 *   0  done, and the answer is yes
 *   1  done, and the answer is no (not converged, nothing selected)
 *   2  trouble: bad usage, unreadable input, a failed write
 *
 * The same letter means the same everywhere: -o output, -n count, -s seed,
 * -j threads, -q quiet, -v verbose, -h help, -V version.
 */
enum { STATUS_YES = 0, STATUS_NO = 1, STATUS_TROUBLE = 2 };

enum cli_type {
    CLI_END,
    CLI_FLAG,   /* bool */
    CLI_INT,    /* int, in a range */
    CLI_REAL,   /* double, in a range */
    CLI_TEXT,   /* const char * */
    CLI_CHOICE, /* int, index of one of choices */
    CLI_ONLY,   /* no option: those behind it, up to the next CLI_ONLY, are
                   for some choices of the option `word` only, or, without a
                   word, for some modes.  --help shows them where that option
                   or the mode is one of these, and of an option alone if all
                   would be more than 40 lines; they are refused elsewhere */
};

struct cli_opt {
    enum cli_type type;
    int letter;       /* -x, or 0 for none */
    const char *word; /* --word */
    const char *arg;  /* name of the argument in --help; NULL for a flag */
    void *value;      /* preset to the default */
    double min, max;  /* inclusive range of an int or a real */
    const char *help; /* at most 50 letters: what, unit, (default) */
    const char *const *choices; /* of CLI_CHOICE, CLI_ONLY; ends with NULL */
};

struct cli {
    const char *name;     /* the tool, as installed */
    const char *operands; /* "[file ...]" */
    const char *about;    /* one line, the man page's .Nd */
    const struct cli_opt *opts;
    int min_operands, max_operands; /* max < 0: any number */
    const char *example;            /* one command that runs; may be NULL */
    const char *const *modes;       /* NULL, or what the first operand must be
                                       one of; ends with NULL */
    int *mode;                      /* its index (out); preset to what --help
                                       without a mode tells of */
};

/*
 * Parse argv and store the values.  Returns the index of the first operand
 * behind the mode, if the tool has modes: these are not counted as operands.
 * Answers --help and --version itself, and ends the process with
 * STATUS_TROUBLE on bad usage: only main() may call it.
 */
int cli_parse(const struct cli *cli, int argc, char **argv);

/* Was the option given on the command line? */
bool cli_given(const struct cli *cli, const char *word);

/* Print "name: message" to standard error; return STATUS_TROUBLE. */
int cli_fail(const struct cli *cli, const struct err *err) MORSEL_MUST_CHECK;

/* Print "name: message" to standard error, whatever the outcome. */
void cli_say(const struct cli *cli, const char *fmt, ...) MORSEL_PRINTF(2, 3);

/*
 * Values that are texts of an option --word: three whole numbers "A,B,C" from
 * lo to hi; a task "I/N" of N, from 1; a size "8G" or "500M", in bytes ("0"
 * needs no unit).  ERR_RANGE says what was expected.
 */
int cli_three(const char *word, const char *text, int lo, int hi, int x[3],
              struct err *err) MORSEL_MUST_CHECK;
int cli_task(const char *word, const char *text, int *first, int *step,
             struct err *err) MORSEL_MUST_CHECK;
int cli_size(const char *word, const char *text, double *bytes,
             struct err *err) MORSEL_MUST_CHECK;

/* Split "A,B,C" at the commas: n words, the caller frees with cli_free. */
char **cli_split(const char *list, int *n);
void cli_free(char **words);

#endif
