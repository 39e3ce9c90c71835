"""The figures of a fit by name, with what there is to see in each."""

FIT_FIGURES = {
    "targets": "The targets with their sd, the best trial simulated again on networks that the fit has not seen, and "
    "what the posterior predicts (blue, 90 %): where that misses a target, no likely knobs reach it.",
    "corner": "What the trials leave undecided: the approximate posterior of each knob and each pair (contours: 50 and "
    "90 %), from a response surface of the trials (by sbi, where that is the sampler). Grey: trials; orange: those as "
    "good as the best, within noise; red: the best; dotted: the model's own value.",
    "landscape": "The score by the surface around the optimum: along each knob with the others fixed, or at their best "
    "(where the two differ, other knobs make up for this one), and over each pair with the others fixed.",
    "importance": "How much each knob decides whether a trial is among the best tenth (PED-ANOVA), as optuna-dashboard "
    "shows it, too.",
    "history": "Left: the score of every trial, the root mean square deviation from the targets in units of their sd "
    "(1 is as good as the spread of the targets themselves). Right: the knobs of all trials within the range of the "
    "fit, coloured by their score.",
    "front": "Objectives against each other: grey, trials within the envelope; orange, those that no other betters in "
    "all objectives, open those that may be among them, with standard errors over networks.",
}
"""`front` is that of several objectives."""
