"""HiGHS in a child process with a hard deadline: a hung or crashed solver never takes the caller with it.

The child is started once and reused (`Solver` is a context manager); it ends when its parent does, even by SIGKILL.
Its time limit is only advice to HiGHS, so the parent kills it at limit x 1.5 + 5 s. After the search all integers are
fixed and the linear program is solved again: an exact vertex, free of search tolerances, and its duals.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np

from ems.lifeline import end_with
from ems.problem import Answer, Limits, Problem

SOLVES_PER_CHILD = 400  # then a fresh process: nothing leaks for ever
OUT_OF_MEMORY = "out of memory"
DEADLINE = "deadline: the solver did not stop in time"


class Progress(NamedTuple):
    seconds: float
    objective: float
    bound: float


class Solver:
    """One child process at a time; ``solve`` may be called again and again, from one thread."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._solved = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None and self._solved < SOLVES_PER_CHILD:
            return self._child
        self.close()
        self._solved = 0
        # a terminal's Ctrl-C is for the parent, which then ends this process
        code = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from ems.solve import serve; "
        code += f"serve({os.getpid()})"
        path = os.pathsep.join(p for p in sys.path if p)
        self._child = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        )
        return self._child

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe:
                    pipe.close()
            self._child = None

    def solve(self, problem: Problem, limits: Limits, progress: Callable[[Progress], None] | None = None) -> Answer:
        """Solve; a child that crashes is tried once more without presolve, one that hangs is killed.

        "infeasible" is only believed when HiGHS without presolve agrees.
        """
        began = time.perf_counter()
        answer = self._ask(problem, limits, progress, presolve=True)
        if answer.status in ("infeasible", "no_answer") and answer.message != DEADLINE:
            left = max(1.0, limits.seconds - (time.perf_counter() - began))
            answer = self._ask(problem, replace(limits, seconds=left), progress, presolve=False)
        return replace(answer, seconds=time.perf_counter() - began)

    def _ask(
        self, problem: Problem, limits: Limits, progress: Callable[[Progress], None] | None, *, presolve: bool
    ) -> Answer:
        child = self._start()
        self._solved += 1
        assert child.stdin is not None
        assert child.stdout is not None
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            child.kill()

        deadline = threading.Timer(limits.seconds * 1.5 + 5, expire)
        deadline.start()
        try:
            pickle.dump((problem, limits, presolve, progress is not None), child.stdin, protocol=5)
            child.stdin.flush()
            while True:
                kind, said = pickle.load(child.stdout)
                if kind == "answer":
                    return said  # type: ignore[no-any-return]
                if progress:
                    progress(said)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            code = child.wait()
            why = DEADLINE if expired.is_set() else f"the solver ended with code {code}"
            return Answer("no_answer", None, np.inf, -np.inf, 0.0, message=why)
        except BaseException:
            self.close()
            raise
        finally:
            deadline.cancel()


def serve(parent: int) -> None:
    """Answer problems from standard input until it closes or the parent is gone: what the child runs."""
    end_with(parent, lambda: os.kill(os.getpid(), signal.SIGKILL))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the solver prints must not mix with the answers
    try:
        import highspy  # noqa: F401  imported while the parent still builds its model

        while True:
            problem, limits, presolve, talk = pickle.load(sys.stdin.buffer)

            def say(p: Progress) -> None:
                _send(out, "progress", p)

            try:
                answer = run(problem, limits, presolve=presolve, progress=say if talk else None)
            except MemoryError:
                answer = Answer("no_answer", None, np.inf, -np.inf, 0.0, message=OUT_OF_MEMORY)
            _send(out, "answer", answer)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass


def _send(out: IO[bytes], kind: str, what: Any) -> None:
    pickle.dump((kind, what), out, protocol=5)
    out.flush()


def run(
    problem: Problem, limits: Limits, *, presolve: bool = True, progress: Callable[[Progress], None] | None = None
) -> Answer:
    """Solve in this process, in three steps of which the last is often not needed.

    1. The linear relaxation: a proven bound, and for these models nearly whole.
    2. Search among the roundings of its fractional integers (relaxation enforced neighbourhood, Berthold 2014).
    3. Where that is not within the gap of the bound: the whole search, from the answer of step 2.
    Then all integers are fixed and the linear program is solved once more.
    """
    import highspy

    began = time.perf_counter()
    say = progress or (lambda p: None)

    def left() -> float:
        return max(0.1, limits.seconds - (time.perf_counter() - began))

    whole = bool(problem.integer.any())
    relaxed = replace(problem, integer=np.zeros_like(problem.integer)) if whole else problem
    h = _run(relaxed, highspy, left(), presolve=presolve, **({} if whole else METHODS[limits.method]))
    bound = h.getInfo().objective_function_value
    x = _solution(h, highspy)
    if x is None or h.getModelStatus() != highspy.HighsModelStatus.kOptimal:  # a point of an unbounded program is none
        return _nothing(h, highspy, began, presolve=presolve, explain=limits.method == "simplex")
    if not whole:
        solution = h.getSolution()
        row_dual, col_dual = np.array(solution.row_dual), np.array(solution.col_dual)
        return Answer("optimal", x, bound, bound, time.perf_counter() - began, row_dual, col_dual)
    say(Progress(time.perf_counter() - began, np.inf, bound))

    near = replace(
        problem,
        lower=np.where(problem.integer, np.maximum(problem.lower, np.floor(x + 1e-6)), problem.lower),
        upper=np.where(problem.integer, np.minimum(problem.upper, np.ceil(x - 1e-6)), problem.upper),
    )
    h = _run(near, highspy, left(), presolve=presolve, mip_rel_gap=limits.gap / 2)
    found, best, nodes = _solution(h, highspy), h.getInfo().objective_function_value, h.getInfo().mip_node_count
    status, message = h.getModelStatus(), "rounding the relaxation"
    if found is not None:
        say(Progress(time.perf_counter() - began, best, bound))
    if found is None or best - bound > limits.gap * abs(best):
        quick = {} if found is None else QUICK_PROOF
        start = None if found is None else h.getSolution()
        h = _run(
            problem,
            highspy,
            left(),
            presolve=presolve,
            start=start,
            say=say,
            began=began,
            mip_rel_gap=limits.gap,
            **quick,
        )
        better = _solution(h, highspy)
        status, message = h.getModelStatus(), h.modelStatusToString(h.getModelStatus())
        if better is None and found is None:
            nothing = _nothing(h, highspy, began, presolve=presolve)
            return replace(nothing, bound=bound) if nothing.status == "time_limit" else nothing  # proven all the same
        if better is not None:
            found, best = better, h.getInfo().objective_function_value
        bound, nodes = max(bound, h.getInfo().mip_dual_bound), nodes + h.getInfo().mip_node_count
    assert found is not None
    exact, dual, best = _polish(problem, found, best, highspy)
    closed = best - bound <= limits.gap * abs(best) * (1 + 1e-6)
    return Answer(
        "optimal" if closed or status == highspy.HighsModelStatus.kOptimal else "time_limit",
        exact,
        float(best),
        float(min(bound, best)),
        time.perf_counter() - began,
        dual,
        nodes=int(nodes),
        message=message,
    )


METHODS: dict[str, dict[str, Any]] = {
    "simplex": {},
    "interior": {"solver": "hipo", "run_crossover": "off"},
    "interior_and_vertex": {"solver": "hipo", "run_crossover": "on"},
}

# With a good answer in hand what is left is the proof: restarts and heuristics only cost time
QUICK_PROOF = {
    "mip_allow_restart": False,
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_feasibility_jump": False,
}


def _run(
    problem: Problem,
    highspy: Any,
    seconds: float,
    *,
    presolve: bool,
    start: Any = None,
    say: Callable[[Progress], None] | None = None,
    began: float = 0.0,
    **options: Any,
) -> Any:
    """One run of HiGHS; returns the solver object."""
    h = loaded(problem, highspy)
    h.setOptionValue("time_limit", seconds)
    h.setOptionValue("presolve", "on" if presolve else "off")
    for name, value in options.items():
        if h.setOptionValue(name, value) != highspy.HighsStatus.kOk:  # HiPO comes with the package highspy-extras
            raise RuntimeError(f"HiGHS refuses {name} = {value!r}; is highspy[extras] installed?")
    if start is not None:
        h.setSolution(start)
    if say is not None:
        _report(h, say, began)
    h.run()
    return h


def _solution(h: Any, highspy: Any) -> np.ndarray | None:
    feasible = h.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return np.array(h.getSolution().col_value) if feasible else None


def _nothing(h: Any, highspy: Any, began: float, *, presolve: bool, explain: bool = True) -> Answer:
    """What is said where no solution was found; the conflict only once presolve is out of suspicion.

    Without ``explain`` no conflict is looked for: after HiPO the search for one can abort HiGHS 1.15.
    """
    status, kinds = h.getModelStatus(), highspy.HighsModelStatus
    infeasible = status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible)
    return Answer(
        "infeasible" if infeasible else "time_limit" if status == kinds.kTimeLimit else "no_answer",
        None,
        np.inf,
        -np.inf,
        time.perf_counter() - began,
        message=h.modelStatusToString(status),
        conflict=_conflict(h, highspy) if infeasible and explain and not presolve else (),
    )


def loaded(problem: Problem, highspy: Any) -> Any:
    """A solver with the program in it and the options that suit these models."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(problem.cost), len(problem.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.cost, problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_, lp.offset_ = problem.row_lower, problem.row_upper, problem.offset
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem.start, problem.index, problem.value
    if problem.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in problem.integer]
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("random_seed", 0)
    h.setOptionValue("simplex_scale_strategy", 4)  # halves the time of these linear programs
    h.setOptionValue("mip_heuristic_run_rins", False)  # RINS can crash HiGHS 1.15
    h.setOptionValue("mip_heuristic_run_root_reduced_cost", False)  # half of the time, nothing found by it
    h.passModel(lp)
    return h


def _polish(
    problem: Problem, x: np.ndarray, objective: float, highspy: Any
) -> tuple[np.ndarray, np.ndarray | None, float]:
    """The linear program with all integers fixed: exact vertex, duals, objective.

    Where rounding the integers makes it infeasible the search's own answer stands, without duals.
    """
    whole = np.round(x[problem.integer])
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[problem.integer] = upper[problem.integer] = whole
    fixed = replace(problem, lower=lower, upper=upper, integer=np.zeros_like(problem.integer))
    h = _run(fixed, highspy, 60.0, presolve=True)
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return x, None, objective
    solution = h.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual), h.getInfo().objective_function_value


def _conflict(h: Any, highspy: Any) -> tuple[int, ...]:
    """Rows of an irreducible infeasible subset of the linear relaxation, empty where only integers conflict."""
    strategy = highspy.IisStrategy
    h.setOptionValue("iis_strategy", int(strategy.kIisStrategyFromLp) | int(strategy.kIisStrategyIrreducible))
    h.setOptionValue("iis_time_limit", 5.0)
    status, iis = h.getIis()
    return tuple(int(r) for r in iis.row_index_) if status == highspy.HighsStatus.kOk else ()


def _report(h: Any, progress: Callable[[Progress], None], began: float) -> None:
    def on_event(e: Any) -> None:
        out = e.data_out
        progress(Progress(time.perf_counter() - began, float(out.objective_function_value), float(out.mip_dual_bound)))

    h.cbMipImprovingSolution.subscribe(on_event)
