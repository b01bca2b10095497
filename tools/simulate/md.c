#include "simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <morsel/md.h>
#include <morsel/units.h>

/* Larger changes of the volume in one step are no dynamics. */
#define MOST_CHANGE 0.1

/* One dynamics; what it was when source last answered. */
struct dynamics {
    struct place at;
    struct md md;
    double kt[2]; /* at the first and at the last step, eV */
    enum stop stop;
    double (*pos)[3], *momenta; /* [natoms][3] at one time, */
    double cell[3][3];
    double temperature, conserved, pressure; /* K, eV, GPa */
};

static double target(const struct simulate *s, const struct dynamics *d)
{
    double x = s->md.steps ? (double)d->at.step / s->md.steps : 0;

    return d->kt[0] + (d->kt[1] - d->kt[0]) * fmin(x, 1);
}

/* What there is to know of the step, before the atoms go on. */
static void take_down(struct dynamics *d, const struct source *source)
{
    size_t n = (size_t)d->md.natoms;

    memcpy(d->pos, d->at.frame.atoms.pos, n * sizeof *d->pos);
    memcpy(d->cell, d->at.frame.atoms.cell, sizeof d->cell);
    md_give(&d->md, d->momenta);
    d->temperature = md_temperature(&d->md);
    d->conserved = source->ok ? md_conserved(&d->md, source->energy) : 0;
    if (source->ok && d->md.p.barostat)
        d->pressure = md_pressure(&d->md) * GPA_PER_EV_ANGSTROM3;
}

static void tell(const struct simulate *s, const struct dynamics *d)
{
    char pressure[32] = "";

    if (!s->verbose || !s->source.ok)
        return;
    if (s->md.barostat)
        snprintf(pressure, sizeof pressure, ", %.3f GPa", d->pressure);
    cli_say(s->cli, "step %d: energy %.6f eV, %.1f K%s, conserved %.6f eV%s%s",
            d->at.step, s->source.energy, d->temperature, pressure,
            d->conserved, d->stop ? ", " : "", stop_name(d->stop));
}

static int put_step(struct simulate *s, const struct dynamics *d,
                    struct err *err)
{
    struct source *source = &s->source;
    struct frame f;
    int ret;

    tell(s, d);
    if (!d->stop && d->at.step % s->every != 0)
        return 0;
    frame_copy(&f, &d->at.frame);
    memcpy(f.atoms.pos, d->pos, (size_t)f.atoms.natoms * sizeof *d->pos);
    memcpy(f.atoms.cell, d->cell, sizeof d->cell);
    if (d->at.number)
        frame_set_int(&f, "walk", d->at.number);
    frame_set_int(&f, "step", d->at.step);
    frame_set_real(&f, "time", d->at.step * s->md.timestep);
    frame_set_real(&f, "temperature", d->temperature);
    if (source->ok && s->md.barostat)
        frame_set_real(&f, "pressure", d->pressure);
    if (source->ok)
        frame_set_real(&f, "conserved", d->conserved);
    frame_set_column(&f, "momenta", 3, d->momenta);
    source_put(source, &f);
    if (d->stop)
        frame_set_text(&f, "reason", stop_name(d->stop));
    if (d->stop && source->ok && source->sigma_f)
        frame_set_real(&f, "ml_sigma_max",
                       walk_sigma(&f.atoms, source->sigma_f));
    ret = trajectory_put(&s->trajectory, &f, err);
    frame_release(&f);
    return ret;
}

/* What a model does not know comes before what follows from it. */
static enum stop judge(const struct simulate *s, const struct dynamics *d)
{
    const struct source *source = &s->source;
    double most = s->md.max_temperature;
    enum stop stop;

    if (!source->ok)
        return s->oracle ? STOP_FAILED : STOP_NAN;
    stop =
        walk_judge(&s->limits, d->at.step, &d->at.frame.atoms, source->energy,
                   source->forces, source->sigma_f, source->prediction.sigma_e);
    if ((stop == STOP_NOT || stop == STOP_STEPS) && most > 0 &&
        !(d->temperature <= most))
        stop = STOP_TEMPERATURE;
    return stop;
}

/* May the atoms go where they are about to? */
static enum stop allow(const struct simulate *s, const struct dynamics *d)
{
    const struct atoms *a = &d->at.frame.atoms;
    double now = volume3(a->cell[0], a->cell[1], a->cell[2]);

    if (d->md.p.barostat && !(fabs(now / d->md.volume - 1) <= MOST_CHANGE))
        return STOP_VOLUME;
    return walk_allow(&s->limits, &d->at.start, a);
}

/* The state before the next question, for a checkpoint. */
static int put_state(struct simulate *s, struct dynamics *d, struct err *err)
{
    struct bin *b = checkpoint_begin(&s->checkpoint, "md");
    int ret = b ? place_put(s, &d->at, b, err) : 0;

    if (b)
        md_put(&d->md, b);
    return ret;
}

/* Ask where the atoms are, end the step, write, begin the next. */
static int take_step(struct simulate *s, struct dynamics *d, struct err *err)
{
    struct source *source = &s->source;
    struct atoms *a = &d->at.frame.atoms;
    int ret = put_state(s, d, err);

    if (ret == 0)
        ret = ask(s, &d->at.frame, err);
    if (ret == 0 && d->at.step == 0)
        ret = check_first(s, err);
    if (ret == 0 && s->md.barostat)
        ret = check_stress(s, "pressure", err);
    if (ret < 0)
        return ret;
    if (source->ok)
        md_arrive(&d->md, a, source->forces, source->stress);
    take_down(d, source);
    d->stop = judge(s, d);
    if (!d->stop) {
        md_depart(&d->md, a, source->forces, target(s, d));
        d->stop = allow(s, d);
    }
    ret = keep(s, d->at.step, d->stop, err);
    if (ret == 0)
        ret = put_step(s, d, err);
    if (!d->stop)
        d->at.step++;
    return ret;
}

/* --temperature=T or T1:T2 */
static int read_temperature(const struct simulate *s, double kt[2],
                            struct err *err)
{
    char *text = xstrdup(s->md.temperature ? s->md.temperature : "0");
    char *colon = strchr(text, ':');
    int ret = 0;

    if (colon)
        *colon = '\0';
    if (parse_real(text, &kt[0]) < 0 ||
        parse_real(colon ? colon + 1 : text, &kt[1]) < 0 ||
        !(kt[0] >= 0 && kt[1] >= 0 && kt[0] < 1e6 && kt[1] < 1e6))
        ret = err_set(err, ERR_RANGE,
                      "--temperature: '%s' is not T or T1:T2 in kelvin",
                      s->md.temperature);
    else if (s->md.thermostat == MD_NHC && kt[0] == 0 && kt[1] == 0)
        ret = err_set(err, ERR_RANGE,
                      "--temperature: a chain (nhc) has no mass at 0 K");
    kt[0] *= EV_PER_KELVIN;
    kt[1] *= EV_PER_KELVIN;
    free(text);
    return ret;
}

static int check_masses(const struct simulate *s, const struct frame *f,
                        const double *mass, struct err *err)
{
    for (int i = 0; mass && i < f->atoms.natoms; i++)
        if (!(mass[i] > 0))
            return err_set(err, ERR_RANGE,
                           "%s:%ld: the mass of atom %d is not positive",
                           s->input, f->line, i + 1);
    return 0;
}

/* The frame's momenta, or velocities, or new ones. */
static int begin_momenta(const struct simulate *s, struct dynamics *d,
                         const struct frame *f, const double *mass,
                         struct err *err)
{
    const double *p = frame_get_column(f, "momenta", 3);
    const double *v = frame_get_column(f, "velocities", 3);
    const struct atoms *a = &d->at.frame.atoms;

    if (s->md.draw || (!p && !v)) {
        if (!s->md.temperature)
            return err_set(err, ERR_RANGE,
                           "%s:%ld: without momenta, --temperature is needed",
                           s->input, f->line);
        md_draw(&d->md, a, d->kt[0]);
        return 0;
    }
    for (int i = 0; i < 3 * a->natoms; i++)
        d->momenta[i] =
            p ? p[i] : v[i] * (mass ? mass[i / 3] : element_mass(a->z[i / 3]));
    md_take(&d->md, a, d->momenta);
    return 0;
}

/* What is not state but option. */
static void prepare(const struct simulate *s, struct dynamics *d,
                    const double *mass)
{
    struct md_params p = {
        .thermostat = (enum thermostat)s->md.thermostat,
        .drift = (enum drift)s->md.drift,
        .dt = s->md.timestep / FS_PER_TIME,
        .tau = s->md.tau / FS_PER_TIME,
        .barostat = s->md.barostat,
        .pressure = s->md.pressure / GPA_PER_EV_ANGSTROM3,
        .rate = s->md.compressibility * GPA_PER_EV_ANGSTROM3 * FS_PER_TIME /
                s->md.tau_p,
    };
    size_t n = (size_t)d->at.frame.atoms.natoms;

    if (p.thermostat == MD_LANGEVIN && s->md.friction > 0)
        p.tau = 1 / (s->md.friction * FS_PER_TIME);
    d->pos = xcalloc(n, sizeof *d->pos);
    d->momenta = xcalloc(3 * n, sizeof *d->momenta);
    /* walks from the same frame shall differ */
    md_init(&d->md, &p, &d->at.frame.atoms, mass,
            (uint64_t)s->seed + ((uint64_t)d->at.number << 32));
}

/* What a barostat wants: a cell that scales, and all that is in it. */
static int check_cell(const struct simulate *s, const struct frame *f,
                      struct err *err)
{
    const struct atoms *a = &f->atoms;
    int ret = s->md.barostat ? check_periodic(s, f, "pressure", err) : 0;

    for (int i = 0; ret == 0 && s->md.barostat && i < 3 * a->natoms; i++)
        if (!may_move(a, i / 3, i % 3))
            ret = err_set(err, ERR_RANGE,
                          "%s:%ld: --pressure: atom %d is fixed, and would not "
                          "go with the cell",
                          s->input, f->line, i / 3 + 1);
    return ret;
}

static int begin(const struct simulate *s, struct dynamics *d,
                 const struct frame *f, struct err *err)
{
    const double *mass = frame_get_column(f, "masses", 1);
    int ret = check_masses(s, f, mass, err);

    if (ret < 0)
        return ret;
    frame_copy(&d->at.frame, f);
    frame_strip(&d->at.frame);
    frame_drop(&d->at.frame, "velocities");
    if ((ret = hold(s, &d->at.frame, err)) < 0 ||
        (ret = check_cell(s, &d->at.frame, err)) < 0)
        return ret;
    remark_slab(s, &d->at.frame.atoms);
    atoms_copy(&d->at.start, &d->at.frame.atoms);
    prepare(s, d, mass);
    return begin_momenta(s, d, f, mass, err);
}

static int begin_again(struct simulate *s, struct dynamics *d, struct err *err)
{
    int ret = place_get(s, &d->at, err);

    if (ret < 0)
        return ret;
    prepare(s, d, frame_get_column(&d->at.frame, "masses", 1));
    if (md_get(&d->md, &s->past, err) < 0)
        return bad_past(s, err);
    return checkpoint_end(&s->past, s->restart, err);
}

static int dynamics(struct simulate *s, const struct frame *f, int number,
                    struct err *err)
{
    struct dynamics d = {.at.number = number};
    int ret = read_temperature(s, d.kt, err);

    if (ret == 0)
        ret = f ? begin(s, &d, f, err) : begin_again(s, &d, err);
    if (ret == 0)
        d.stop = walk_allow(&s->limits, &d.at.start, &d.at.frame.atoms);
    if (d.stop) { /* not worth a question */
        source_forget(&s->source);
        take_down(&d, &s->source);
        ret = put_step(s, &d, err);
    }
    while (ret == 0 && !d.stop)
        ret = take_step(s, &d, err);
    if (ret == 0 && d.stop != STOP_STEPS) {
        s->yes = false;
        if (!s->quiet)
            cli_say(s->cli, "stopped: %s after %d step%s", stop_name(d.stop),
                    d.at.step, d.at.step == 1 ? "" : "s");
    }
    md_release(&d.md);
    place_release(&d.at);
    free(d.pos);
    free(d.momenta);
    return ret;
}

static int check_md(const struct simulate *s, struct err *err)
{
    static const char *const of_barostat[] = {"tau-p", "compressibility"};
    bool nve = s->md.thermostat == MD_NVE;

    if (!nve && !s->md.temperature)
        return err_set(err, ERR_RANGE, "a thermostat needs --temperature");
    if (s->md.friction > 0 && s->md.thermostat != MD_LANGEVIN)
        return err_set(err, ERR_RANGE, "--friction is for langevin");
    if (s->md.drift == MD_DRIFT_ASE && s->md.thermostat != MD_BERENDSEN)
        return err_set(err, ERR_RANGE, "--drift=ase is for berendsen");
    if (s->md.barostat && nve)
        return err_set(err, ERR_RANGE,
                       "--pressure: a barostat needs a "
                       "--thermostat");
    if (s->md.barostat && s->limits.displacement > 0)
        return err_set(err, ERR_RANGE,
                       "--pressure: atoms move with the cell, without "
                       "--max-displacement");
    for (int i = 0; i < 2 && !s->md.barostat; i++)
        if (cli_given(s->cli, of_barostat[i]))
            return err_set(err, ERR_RANGE, "--%s is for --pressure",
                           of_barostat[i]);
    return 0;
}

int simulate_md(struct simulate *s, struct err *err)
{
    int ret;

    s->md.barostat = cli_given(s->cli, "pressure");
    s->source.want_stress = s->md.barostat;
    ret = check_md(s, err);
    s->limits.fmax = 0;
    s->limits.max_steps = s->md.steps;
    return ret < 0 ? ret : for_each_walk(s, dynamics, err);
}
