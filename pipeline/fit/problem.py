"""What a fit is asked: free and tied knobs, protocols and their networks, targets, sampler, budget."""

import importlib.util
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.reader import LARGEST_SEED, SECONDS, ConfigError, File, Frozen, Word, nearest
from pipeline.config.tables import Row
from pipeline.config.wording import DOTTED
from pipeline.fit.free import Free, Tie
from pipeline.measure.envelope import Envelope
from pipeline.measure.sampled import said
from pipeline.network.model import RUN_KNOBS, Model, refuse_run_knobs

SEVERAL = ("tpe", "gp", "nsga2", "nsga3", "qmc", "random")
"""Samplers that take several objectives."""


POPULATION = {"cmaes": 4, "nsga2": 2, "nsga3": 2}
"""The least batch of samplers whose population it is."""

OWN = ("response_surface", "neural")
"""Samplers that are not Optuna's."""

EXPLORED, MIDDLE_OF_POSTERIOR = "posterior", "middle"
"""The origin of trials that were placed where the posterior lies, each on networks of its own, and in its middle."""


FEWEST = 12
"""Trials with networks of their own below which these say nothing of noise."""

ROUND = 50
"""The fewest trials between which a neural network is trained again."""


MOST_NETWORKS = 1000


class Effort(Frozen):
    """How many networks, from which seed, for how long."""

    networks: int = Field(ge=1, le=MOST_NETWORKS, description="Networks that are simulated, each with its own seeds.")
    first_seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of the first network; the next has one more.")
    duration: float = Field(gt=0, description="Time that is measured of each.", json_schema_extra=SECONDS)

    @property
    def seeds(self) -> range:
        """Seeds of the networks."""
        return range(self.first_seed, self.first_seed + self.networks)


class Variant(Frozen):
    """A protocol of the fit's own: one of the model with knobs set, and with networks of its own where it says so."""

    protocol: str = Field(description="The protocol of the network from which it starts.")
    set: dict[str, float] = Field({}, description="Knobs that have another value in it.")
    networks: int | None = Field(None, ge=1, le=MOST_NETWORKS, description="Instead of that of `effort`.")
    first_seed: int | None = Field(None, ge=0, le=LARGEST_SEED, description="Instead of that of `effort`.")
    duration: float | None = Field(None, gt=0, description="Instead of that of `effort`.", json_schema_extra=SECONDS)


def needed(n_knobs: int) -> int:
    """Return the number of trials below which there is no posterior: twice the terms of a quadratic."""
    return (n_knobs + 1) * (n_knobs + 2)


GOOD = 3
"""Times what is needed, with which a fit should begin."""

Errors = Literal["independent", "correlated", "network"]
"""What the errors of targets are."""


class FirstTrials(Frozen):
    """The best points of a sweep, with which the study begins; none is simulated again."""

    sweep: Word = Field(description="A sweep of the configuration, over the free knobs, with networks as in `effort`.")
    best: int = Field(ge=1, description="How many of its points are taken, the best first.")


class Leaders(Frozen):
    """How far the best trials are simulated again, on fresh networks, until they separate."""

    best: int = Field(ge=2, description="How many of the best trials are compared.")
    first_seed: int = Field(ge=0, le=LARGEST_SEED, description="Seed of the first fresh network.")
    networks: int = Field(ge=2, le=MOST_NETWORKS, description="The most networks that each trial gets.")
    duration: float = Field(gt=0, description="Time that is measured of each.", json_schema_extra=SECONDS)


SAME_STUDY = {"trials", "leaders", "check", "about", "storage"}
"""Keys of a fit that may change while its trials stay."""


class Fit(Frozen):
    """Free knobs, targets, sampler and budget of a study."""

    about: str = Field("", description="What the fit is for.")
    targets: File = Field(description="The table of targets, a CSV file.")
    free: dict[str, Free] = Field(min_length=1, description="The knobs that are sought, each with its range.")
    tied: dict[str, str] = Field({}, description="Knobs that follow a free one, as `KNOB: 3 * FREE + 1`.")
    set: dict[str, float] = Field({}, description="Knobs that keep another value than the network's own.")
    protocols: dict[Annotated[str, Field(pattern=DOTTED, max_length=100)], Variant] = Field(
        {}, description="Protocols of the fit's own, by name; targets may name them."
    )
    objectives: dict[Word, Annotated[tuple[str, ...], Field(strict=False)]] = Field(
        {}, description="Several aims at once: the protocols, or `FEATURE PROTOCOL` of single targets, of each."
    )
    envelope: Envelope | None = Field(None, description="Rates within which the network is alive, if not its own.")
    sampler: Literal["response_surface", "tpe", "cmaes", "gp", "nsga2", "nsga3", "qmc", "random", "neural"] = Field(
        "response_surface",
        description="What proposes trials; the default is this project's, `neural` is the library sbi, whose posterior "
        "it is then, too, and the others are Optuna's.",
    )
    seed: int = Field(1, ge=0, le=LARGEST_SEED, description="The seed of the search.")
    trials: int = Field(ge=1, le=1_000_000, description="How many sets of values are tried: the budget.")
    batch: int = Field(8, ge=1, le=1000, description="Trials that are proposed at a time.")
    errors: Errors = Field(
        "independent",
        description="Errors of the targets: `independent`; `correlated`, as features go together over networks, as "
        "where all are of the same networks; or `network`, those of one network of a trial, in size, too, as where the "
        "targets are one recording, as long and of as many neurons: `sd` of the table then weighs the search alone.",
    )
    neurons: dict[str, Annotated[int, Field(ge=1)]] = Field(
        {},
        description="By population, how many neurons of each network are measured, other ones in each, as where "
        "targets are of so many recorded neurons; of a population that is not named all are.",
    )
    prune: bool = Field(False, description="Whether a trial that is clearly worse ends early.")
    effort: Effort = Field(description="What each trial simulates, in each protocol.")
    leaders: Leaders | None = Field(None, description="The best trials again, on more and more fresh networks.")
    check: Effort = Field(description="What the best trial is checked on: seeds that no trial used.")
    first_trials: FirstTrials | None = Field(None, description="Points of a sweep with which the search begins.")
    storage: str | None = Field(None, description="The database of a shared fit: an SQLAlchemy URL.")

    @model_validator(mode="after")
    def _consistent(self) -> "Fit":
        refuse_run_knobs(self.set)
        for name in (*self.free, *self.tied):
            kind = "free" if name in self.free else "tied"
            if name in RUN_KNOBS:
                raise ValueError(f"{kind}.{name}: a property of the run, not of the network, cannot be fitted")
            if name in self.set:
                raise ValueError(f"{name} is both {kind} and set")
        for name, text in self.tied.items():
            if name in self.free:
                raise ValueError(f"{name} is both free and tied")
            try:
                tie = Tie.read(text)
            except ValueError as error:
                raise ValueError(f"tied.{name}: {error}") from None
            if tie.knob not in self.free:
                raise ValueError(f"tied.{name}: {tie.knob!r} is none of the free knobs{nearest(tie.knob, self.free)}")
        for name, variant in self.protocols.items():
            refuse_run_knobs(variant.set)
            if both := {*self.free, *self.tied}.intersection(variant.set):
                raise ValueError(f"protocols.{name} sets {both.pop()}, which is fitted")
        if self.neurons and self.first_trials:
            raise ValueError("neurons goes without first_trials: a sweep measures all neurons")
        self._separate_seeds()
        self._sampler_can()
        return self

    def _separate_seeds(self) -> None:
        searched = {seed for name in (None, *self.protocols) for seed in self.effort_of(name).seeds}
        if searched & set(self.check.seeds):
            raise ValueError("check must use other seeds than effort: the best trial is simulated on fresh networks")
        if self.leaders:
            seeds = set(range(self.leaders.first_seed, self.leaders.first_seed + self.leaders.networks))
            if seeds & (searched | set(self.check.seeds)):
                raise ValueError("leaders must use other seeds than effort and check")

    def _sampler_can(self) -> None:
        if self.objectives:
            if len(self.objectives) < 2:
                raise ValueError("objectives takes at least two; without it there is one, of all targets")
            if self.sampler not in SEVERAL:
                raise ValueError(f"sampler = {self.sampler!r} takes one objective; for several: {', '.join(SEVERAL)}")
            if self.prune or self.leaders:
                raise ValueError("prune and leaders go with one objective")
        if self.errors != "independent" and self.sampler not in OWN:
            raise ValueError(
                f"errors = {self.errors!r} needs sampler = 'response_surface' or 'neural', whose trials have networks "
                "of their own"
            )
        if self.sampler == "gp" and importlib.util.find_spec("torch") is None:
            raise ValueError("sampler = 'gp' needs PyTorch, which is not installed: pip install torch")
        if self.sampler == "neural":
            self._neural_can()
        if self.batch < (least := POPULATION.get(self.sampler, 1)):
            raise ValueError(f"sampler = {self.sampler!r} needs batch >= {least}, which is its population size")
        if self.sampler == "cmaes" and len(self.free) < 2:
            raise ValueError("sampler = 'cmaes' needs two free knobs: Optuna draws a single one at random")

    def _neural_can(self) -> None:
        if importlib.util.find_spec("sbi") is None:
            raise ValueError("sampler = 'neural' needs sbi, which is not installed: pip install sbi")
        if self.prune or self.storage is not None:
            raise ValueError("sampler = 'neural' goes without prune and storage: its trials are draws, made in rounds")
        if self.batch < ROUND:
            raise ValueError(
                f"sampler = 'neural' needs batch >= {ROUND}: after each batch a network is trained on all trials"
            )

    def variant(self, protocol: str) -> Variant:
        """Return a protocol of the fit, or the model's of that name."""
        return self.protocols.get(protocol) or Variant(protocol=protocol)

    def effort_of(self, protocol: str | None) -> Effort:
        """Return the networks on which trials simulate a protocol."""
        own = self.protocols[protocol].model_dump() if protocol in self.protocols else {}
        return Effort(**{key: value if own.get(key) is None else own[key] for key, value in self.effort})

    @property
    def beyond(self) -> int:
        """A seed beyond those that the fit names."""
        efforts = [self.check, *map(self.effort_of, (None, *self.protocols))]
        taken = [(one.first_seed, one.networks) for one in efforts]
        taken += [(self.leaders.first_seed, self.leaders.networks)] if self.leaders else []
        return 1 + max(seed + networks for seed, networks in taken)

    def own_networks(self, number: int, first: int) -> Effort:
        """Return the networks of the trial of that number which shares none with others; `first` is the first seed.

        As many as its protocol of most networks takes.
        """
        networks = max(map(self.own_runs, (None, *self.protocols)))
        seed = (first + number * networks) % (LARGEST_SEED - networks)
        return Effort(networks=networks, first_seed=seed, duration=self.effort.duration)

    def refuse_used(self, first: int) -> None:
        """Raise ConfigError where check or leaders name a network that a trial has as its own, now or later."""
        if self.sampler not in OWN:
            return
        alone = 0 if self.sampler == "neural" else needed(len(self.free))
        begin, last = (self.own_networks(number, first).first_seed for number in (alone, self.trials))
        way, free = f"{begin} to {last - 1}", f"{last}"
        if self.storage is not None:  # where trials that failed or came from a sweep have numbers, too
            last, way, free = LARGEST_SEED, f"from {begin} on", f"one so that all are below {begin}"
        for name, one in (("check", self.check), ("leaders", self.leaders)):
            if one is not None and one.first_seed < last and one.first_seed + one.networks > begin:
                raise ConfigError(
                    f"{name}: seeds {one.first_seed} to {one.first_seed + one.networks - 1} are not fresh: trials of "
                    f"this fit have networks of their own with seeds {way}; set first_seed to {free}."
                )

    def knobs(self, settings: Mapping[str, float]) -> dict[str, float]:
        """Return the free knobs of `settings` and those tied to them."""
        ties = {name: Tie.read(text) for name, text in self.tied.items()}
        return {**settings, **{name: tie.factor * settings[tie.knob] + tie.offset for name, tie in ties.items()}}

    def points(
        self, model: Model, needed: Iterable[str], settings: Mapping[str, float], effort: Effort | None = None
    ) -> list[Row]:
        """Return the runs of a trial: protocol and all knobs, the first network of every protocol first.

        `effort`: other networks than those of the trials; the duration that a protocol asks for itself stays.
        """
        rows = []
        for protocol in needed:
            variant, trials = self.variant(protocol), self.effort_of(protocol)
            wanted = (
                trials if effort is None else effort.model_copy(update={"duration": self.duration_s(protocol, effort)})
            )
            fixed = {**self.set, **variant.set, **self.knobs(settings), "duration": wanted.duration}
            for place, seed in enumerate(wanted.seeds):
                values = model.point(variant.protocol, {**fixed, "seed_network": seed, "seed_input": seed})
                of = {"neurons": said(self.neurons)} if self.neurons else {}
                rows.append((place, {"protocol": protocol, **of, **values}))
        return [row for _, row in sorted(rows, key=lambda placed: placed[0])]

    def own_runs(self, protocol: str | None) -> int:
        """Return on how many networks a trial that shares none with others simulates a protocol.

        At least two: their difference is the noise.
        """
        return max(2, self.effort_of(protocol).networks)

    def own_points(
        self, model: Model, needed: Iterable[str], settings: Mapping[str, float], number: int, first: int
    ) -> list[Row]:
        """Return the runs of a trial on networks of its own, as many in each protocol as others have, or two."""
        effort = self.own_networks(number, first)
        most = {protocol: effort.seeds[: self.own_runs(protocol)] for protocol in needed}
        runs = self.points(model, needed, settings, effort)
        return [run for run in runs if run["seed_network"] in most[run["protocol"]]]

    def duration_s(self, protocol: str, effort: Effort) -> float:
        """Return for how long a protocol is simulated with that effort: its own duration, where it has one, stays."""
        return self.variant(protocol).duration or effort.duration

    def diverged(self, model: Model, trial: Row) -> Row:
        """Return the run of a trial that diverged, as its `diverged_run` says: protocol, problem, all knobs."""
        where, _, problem = trial["diverged_run"].partition(": ")
        protocol, _, seed = where.rpartition("/")
        effort = None
        if trial["origin"] == EXPLORED:  # on networks of its own
            effort = self.effort.model_copy(update={"first_seed": int(seed), "networks": 1})
        runs = self.points(model, [protocol], {name: trial[name] for name in self.free}, effort)
        run = next(run for run in runs if run["seed_network"] == int(seed))
        return {**run, "problem": problem}
