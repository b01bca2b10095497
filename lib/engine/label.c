#include <morsel/engine.h>

#include <inttypes.h>

/* What a calculation says of a frame: the properties of ASE's calculators,
 * the virial of others, and what label_store() adds. */
static const char *const said[] = {
    "energy",      "free_energy", "energies",   "forces",     "stress",
    "stresses",    "virial",      "magmom",     "magmoms",    "dipole",
    "charges",     "converged",   "morsel_id",  "dft_engine", "dft_settings",
    "dft_overlap", "fail_reason", "fail_detail"};

void label_strip(struct frame *f)
{
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        frame_drop(f, said[i]);
}

void label_store(struct frame *f, const struct engine *e,
                 const struct outcome *o)
{
    char id[17];

    snprintf(id, sizeof id, "%016" PRIx64, atoms_hash(&f->atoms));
    if (o->ok) {
        double stress[3][3];

        frame_set_real(f, "energy", o->energy);
        frame_set_real(f, "free_energy", o->free_energy);
        frame_set_column(f, "forces", 3, o->forces[0]);
        for (int k = 0; k < 9; k++)
            stress[k / 3][k % 3] = o->stress[k / 3][k % 3];
        if (o->has_stress)
            frame_set_matrix(f, "stress", stress);
        if (o->has_moment)
            frame_set_real(f, "magmom", o->moment);
        if (o->overlap)
            frame_set_bool(f, "dft_overlap", true);
    } else {
        frame_set_text(f, "fail_reason", o->reason);
        frame_set_text(f, "fail_detail", o->detail);
    }
    frame_set_text(f, "morsel_id", id);
    frame_set_text(f, "dft_engine", e->name);
    frame_set_text(f, "dft_settings", e->settings);
}
