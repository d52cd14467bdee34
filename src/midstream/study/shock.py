"""The shock room of a study: export controls on its chains, and the record they are held to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from midstream.errors import InputError
from midstream.study.base import Base
from midstream.terms import suggestion

if TYPE_CHECKING:
    from midstream.chain.routes import Route
    from midstream.shock.backtest import Backtest
    from midstream.shock.instruments import ShockRequest
    from midstream.shock.network import BalancedBase
    from midstream.shock.result import ShockResult
    from midstream.shock.run import ShockModel


@contextmanager
def named_in(study: str, request: str | ShockRequest) -> Iterator[None]:
    """Let an error in a shock of the study file name the entry, not an option nobody gave."""
    try:
        yield
    except InputError as error:
        if isinstance(request, str):
            error.where = f"study {study}: shocks.{request}: {error.where.lstrip('-')}"
        raise


class ShockRoom(Base):
    """What a study says about export controls; a chain is calibrated once."""

    def case(self, name: str) -> ShockRequest:
        """Give a shock the study looks at, as a request.

        Raises:
            InputError: if the study has none of that name.
        """
        from midstream.shock.instruments import ShockRequest

        cases = {one.id: one for one in self.config.shocks}
        if name not in cases:
            raise InputError(
                f"no shock {name!r}",
                where=f"study {self.config.id}",
                why=f"its shocks are {', '.join(cases) or 'none'}",
                mend=suggestion(name, cases) or "add it to the study file",
            )
        one = cases[name]
        return ShockRequest(
            actor=one.actor,
            form=one.form,
            targets=tuple(one.targets),
            instrument=one.instrument,
            depth=one.depth,
            months=one.months,
            notice_days=one.notice_days,
            seed=self.config.seed,
            chain=one.chain or None,
        )

    @cached_property
    def _lines(self) -> Mapping[str, Route]:
        from midstream.chain.routes import routes

        return routes(self.evidence, self.world)

    @cached_property
    def _models(self) -> dict[str, ShockModel]:
        return {}

    def shock(
        self,
        request: str | ShockRequest,
        *,
        bill: Callable[[ShockResult], Mapping[str, object]] | None = None,
        progress: Callable[[float], None] | None = None,
        keep: bool = True,
        brief: bool = False,
    ) -> ShockResult:
        """Run an export control.

        Args:
            request: One of the study's by name, or a request of its own.
            bill: Evaluates a bill of materials on the result.
            progress: Called with the share of work done; may raise to stop.
            keep: Whether the run is kept, to be given again when it is asked for again.
            brief: Whether it is told in brief, for a first look; it is then not kept.

        Raises:
            InputError: if the request cannot be run, naming the option.
        """
        from midstream.shock.instruments import checked
        from midstream.shock.run import prepare, run_shock

        asked = self.case(request) if isinstance(request, str) else request

        def make() -> ShockResult:
            with named_in(self.config.id, request):
                shock = checked(self.evidence, self.world, asked, self._lines)
            model = self._models.get(shock.route.id)
            if model is None or not model.serves(shock):
                model = prepare(self.evidence, self.world, shock)
                self._models[shock.route.id] = model
            place = (self.evidence, self.world, self.ledger)
            return run_shock(*place, shock, bill, progress, model, brief=brief)

        if bill is not None or brief or not keep:
            return make()
        # A request holds a mapping, so its text is the key.
        return self.once(("shock", repr(asked)), make)

    def base(self, chain: str) -> BalancedBase:
        """The balanced network of a chain, beside the trade that is reported."""
        from midstream.shock.network import balanced_base

        kept = self._models.get(chain)
        if kept is not None:
            return kept.base
        return balanced_base(self.evidence, self.world, chain, self._named(chain))

    def _named(self, chain: str) -> Sequence[str]:
        """Countries the study's shocks on a chain name."""
        named = (
            (one.actor, *(target for target in one.targets if target != "WLD"))
            for one in self.config.shocks
            if one.chain == chain
        )
        return tuple(dict.fromkeys(country for part in named for country in part))

    def backtest(self, file: str | Path | None = None) -> Backtest:
        """Score the shock model and its rivals on episodes they were not fitted on."""
        from midstream.shock.backtest import backtest

        if file is not None:
            return backtest(self.evidence, Path(file))
        return self.once("backtest", lambda: backtest(self.evidence))
