"""What kinds of findings there are: the principle that finds each, its level, and what would prove it wrong."""

from dataclasses import dataclass

EFFECTS, LOG, OPERATION = "census of effects", "Brian2's own words", "first bad value traced"
SIGNS, PLAUSIBLE, EXPERIMENT = "signs by derivative", "plausibility", "experiment"
STEPS, SEEN, CODE = "dependence on dt", "observed run", "code alone"


@dataclass(frozen=True)
class Kind:
    """A kind of finding."""

    name: str
    principle: str
    level: str
    means: str
    disproof: str
    """What the doctor looks at that would prove it wrong, and keeps it from being said."""


ERROR, EITHER, WARNING, NOTE = "error", "error or warning", "warning", "note"

KINDS = (
    Kind("refused", LOG, ERROR, "Brian2 does not take the model", "it runs for a step"),
    Kind("nan_at_start", OPERATION, ERROR, "a value is not a number before the first step", "the values"),
    Kind(
        "exact_singular", OPERATION, ERROR, "the exact solution is 0/0, the equations are not", "the equations' rates"
    ),
    Kind("left_out", EFFECTS, EITHER, "an object between groups of the network is not in it", "it ran before"),
    Kind("overwritten", EFFECTS, ERROR, "events add to what is set anew in each step", "the order of a step"),
    Kind(
        "stale", EFFECTS, EITHER, "an event-driven variable is read between events", "equations that are clock-driven"
    ),
    Kind("foreign_step", CODE, WARNING, "dt in regular code is the step of its group", "equal steps"),
    Kind("idle_clock", EFFECTS, EITHER, "a clock drives nothing", "an object that it drives"),
    Kind("scattered", EFFECTS, ERROR, "weights from a matrix are in the wrong order", "its shape"),
    Kind("lost_assignment", EFFECTS, ERROR, "an assignment reaches no variable", "a variable of that name"),
    Kind("receiver_state", CODE, WARNING, "an event is as strong as a state of its receiver", "_pre or _post"),
    Kind("deaf", CODE, WARNING, "synapses act at spikes of their target alone", "a use of the sender"),
    Kind("replaced_input", CODE, WARNING, "events set what they would add to", "one input, or a use of its value"),
    Kind("one_way_gap", CODE, WARNING, "gap junctions change one neuron of a pair", "the pair the other way round"),
    Kind("lost_value", EFFECTS, WARNING, "a value of a part is replaced before the run", "who else reads it"),
    Kind("never_set", EFFECTS, EITHER, "a parameter that is read is 0, since nothing set it", "an assignment"),
    Kind("never_read", EFFECTS, WARNING, "a parameter is set, and nothing reads it", "an equation, event or monitor"),
    Kind("set_once", EFFECTS, WARNING, "one random number, or one moment, is set for all", "text, or an equation"),
    Kind("no_effect", EFFECTS, EITHER, "synapses, or what they compute, change nothing", "somebody reads it"),
    Kind("no_synapses", EFFECTS, WARNING, "a projection connects no two neurons", "one synapse"),
    Kind("gap_sign", SIGNS, ERROR, "coupled neurons drive each other apart", "the derivative's sign"),
    Kind("current_sign", SIGNS, EITHER, "a current drives v away from where it is zero", "a run that stays in bounds"),
    Kind(
        "gate_direction", SIGNS, ERROR, "opening and closing rate go the same way with v", "a steady state that rises"
    ),
    Kind("block_direction", SIGNS, EITHER, "a magnesium block is upside down", "more current at depolarised v"),
    Kind("event_sign", SIGNS, ERROR, "an event drives v the wrong way", "its effect at 14 potentials"),
    Kind("below_zero", SEEN, EITHER, "what events add makes a conductance negative", "its range in the run"),
    Kind("self_excitation", SIGNS, WARNING, "a reset drives its own neuron up", "the derivative's sign"),
    Kind("events_while_refractory", CODE, WARNING, "events are lost while a neuron is refractory", "the flags"),
    Kind(
        "event_presynaptic",
        SIGNS,
        WARNING,
        "an event hangs on v_pre at its arrival",
        "the same effect at another v_pre",
    ),
    Kind(
        "shared_constant",
        CODE,
        ERROR,
        "one constant was meant to differ between groups",
        "the value when each was made",
    ),
    Kind("changed_constant", CODE, WARNING, "a constant is not what it was when a group was made", "a later run"),
    Kind(
        "connected_again", EFFECTS, "error or note", "connect() added to what was there", "the number in the run before"
    ),
    Kind("improbable", EFFECTS, ERROR, "a probability of connections is above 1 or below 0", "one from 0 to 1"),
    Kind("reversed_pulse", EFFECTS, ERROR, "a pulse ends before it begins", "delays of both pathways"),
    Kind("unconnected", EFFECTS, WARNING, "a block of neurons has no synapse at all", "one synapse"),
    Kind("never_decays", EFFECTS, EITHER, "what events add stays for ever", "something that takes it away"),
    Kind("read_early", EFFECTS, EITHER, "a text reads what is set later", "an assignment before it"),
    Kind("put_back", EFFECTS, ERROR, "restore() replaces what was set before it", "the same value after restore()"),
    Kind("frozen_constant", CODE, ERROR, "an operation changes what is read once", "a variable of the model"),
    Kind("compared_fraction", CODE, WARNING, "fractions of indices are compared by ==", "// or int()"),
    Kind("negative_delay", EFFECTS, ERROR, "delays are below 0", "delays from 0 on"),
    Kind(
        "late_delay",
        PLAUSIBLE,
        EITHER,
        "events arrive after the run, or later than by any axon",
        "an event that arrives",
    ),
    Kind("bad_operation", OPERATION, ERROR, "a division, logarithm or root has no value", "its parts at that step"),
    Kind("flooded_cable", PLAUSIBLE, EITHER, "a current goes into each compartment of a cable", "one without it"),
    Kind("conductance_scale", PLAUSIBLE, EITHER, "C/g is shorter than in any neuron", "the ratio"),
    Kind("weight_scale", PLAUSIBLE, EITHER, "an event or an input is out of scale", "the range of v in the run"),
    Kind("never_refractory", CODE, WARNING, "refractoriness ends with the reset", "its condition after the reset"),
    Kind("refractory_not_held", SEEN, EITHER, "v goes on while the neuron is refractory", "a reset"),
    Kind(
        "noise_per_step",
        STEPS,
        ERROR,
        "noise is drawn in each step without the root of dt",
        "equal rates at dt, dt/2, dt/4",
    ),
    Kind("forgotten_start", EFFECTS, WARNING, "v starts at 0, where Brian2 puts it", "an assignment"),
    Kind("upstroke_overflow", OPERATION, ERROR, "an exponential spike overflows within a step", "a threshold below"),
    Kind(
        "step_too_large",
        STEPS,
        EITHER,
        "the integrator fails where the equations do not",
        "the same trouble at finer steps",
    ),
    Kind("crowded_input", PLAUSIBLE, EITHER, "a Poisson unit is asked for more spikes than steps", "rate x dt"),
    Kind(
        "loop_gain", EXPERIMENT, ERROR, "summed recurrent input grows without bound", "a run with weights / in-degree"
    ),
    Kind("runaway", EXPERIMENT, ERROR, "the model diverges at every step, cause open", "a change that cures"),
    Kind("spike_counting", SEEN, ERROR, "each action potential counts many times", "upward crossings"),
    Kind("events_without_ap", SEEN, WARNING, "spikes are sent without action potentials", "upward crossings"),
    Kind("depolarisation_block", SEEN, WARNING, "v stays depolarised", "the last third of the run"),
    Kind("in_degree", CODE, WARNING, "weights assume another number of inputs", "the number of synapses"),
    Kind("overlapping_parts", CODE, WARNING, "parts of a group share neurons", "their ranges"),
    Kind("input_ends", EFFECTS, WARNING, "an array of input ends long before the run", "its length"),
    Kind("strong_inputs", PLAUSIBLE, WARNING, "each of many inputs fires a neuron alone", "rest below threshold"),
    Kind("own_trace", EXPERIMENT, ERROR, "a plastic synapse never sees a pair of spikes", "pairs of spikes, tried"),
    Kind("forgotten_weight", EXPERIMENT, WARNING, "each spike sets a weight anew", "another weight before the pair"),
    Kind("one_sided_plasticity", EXPERIMENT, WARNING, "a weight goes one way only", "pairs of spikes in both orders"),
    Kind(
        "lopsided_rule", EXPERIMENT, WARNING, "one side of a rule outweighs the other by far", "pairs of spikes, tried"
    ),
    Kind("wrong_way_round", PLAUSIBLE, WARNING, "signs go by target, not by source", "Dale's principle"),
    Kind("clipped_weights", SEEN, WARNING, "a bound lies far below the weights", "weights in the run"),
    Kind("unbounded_weights", SEEN, EITHER, "plastic weights grow without a bound", "weights in the run"),
    Kind("fixed_force", SIGNS, WARNING, "a conductance without a driving force", "v in the term"),
    Kind("idle_term", EFFECTS, WARNING, "a term of dv/dt contributes nothing", "its size along the run"),
    Kind("cumulative_count", CODE, WARNING, "a monitor counts over all runs of a loop", "a difference, or restore()"),
    Kind("reset_above", PLAUSIBLE, ERROR, "the reset is not below the threshold", "a pause after spikes"),
    Kind("fires_alone", PLAUSIBLE, WARNING, "a neuron with inputs fires without any", "a neuron alone, integrated"),
    Kind("rest_beyond", PLAUSIBLE, WARNING, "rest lies far beyond threshold", "a neuron alone, integrated"),
    Kind("cable_scale", PLAUSIBLE, WARNING, "axial resistivity or capacitance is no cable's", "the range of cables"),
    Kind("far_potential", PLAUSIBLE, WARNING, "v goes where no neuron's is", "the range of v in the run"),
    Kind("too_fast", PLAUSIBLE, WARNING, "neurons fire faster than any can", "the counts"),
    Kind("missed_pulses", STEPS, WARNING, "pulses fall between two steps", "the condition between the steps"),
    Kind("delay_rounding", CODE, "warning or note", "a delay is no multiple of dt", "the delay on the grid"),
    Kind("depends_on_step", STEPS, WARNING, "rates change with the step", "equal rates at dt, dt/2, dt/4"),
    Kind("brian_warns", LOG, "any", "what Brian2's log says", "nothing: it is quoted"),
    Kind("shadowed_builtin", CODE, WARNING, "any, all, sum of a generator are numpy's", "the star import"),
    Kind("weak_input", EXPERIMENT, WARNING, "one input, so many times larger, wakes a silent network", "a spike"),
    Kind("silent", SEEN, "warning or note", "a group never spikes, and how far it is from it", "a spike, in any run"),
    Kind("singularity", OPERATION, NOTE, "a rate is 0/0 at a potential that v crosses", "the range of v in the run"),
    Kind("divergence", SEEN, ERROR, "what is seen in the end: which value, when", "finite values within bounds"),
    Kind("script", CODE, "any", "the script itself", "nothing: it is quoted"),
)
"""Causes first: a sign makes v run away, a step overflows on it, NaN is what is seen in the end."""

ORDER = tuple(kind.name for kind in KINDS)
CAUSES = frozenset(ORDER[: ORDER.index("runaway")])
"""Kinds that say why, not what is seen in the end."""
