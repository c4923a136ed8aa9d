"""HiGHS in a child process with a hard deadline: a hung or crashed solver never takes the caller with it.

The child is started once and reused (`Solver` is a context manager). Its time limit is only advice to HiGHS, so the
parent kills it at limit x 1.5 + 5 s. After the search all integers are fixed and the linear program is solved again:
an exact vertex, free of search tolerances, and its duals.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np

from ems.problem import Answer, Limits, Problem

SOLVES_PER_CHILD = 400  # then a fresh process: nothing leaks for ever


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

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None and self._solved < SOLVES_PER_CHILD:
            return self._child
        self.close()
        self._solved = 0
        code = "from ems.solve import serve; serve()"
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
        if answer.status in ("infeasible", "no_answer") and not answer.message.startswith("deadline"):
            left = max(1.0, limits.seconds - (time.perf_counter() - began))
            answer = self._ask(problem, replace(limits, seconds=left), progress, presolve=False)
        return replace(answer, seconds=time.perf_counter() - began)

    def _ask(
        self, problem: Problem, limits: Limits, progress: Callable[[Progress], None] | None, *, presolve: bool
    ) -> Answer:
        child = self._start()
        self._solved += 1
        assert child.stdin and child.stdout
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
            why = "deadline: the solver did not stop in time" if expired.is_set() else f"the solver ended with code {code}"
            return Answer("no_answer", None, np.inf, -np.inf, 0.0, message=why)
        except BaseException:
            self.close()
            raise
        finally:
            deadline.cancel()


def serve() -> None:
    """Answer problems from standard input until it closes: what the child runs."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the solver prints must not mix with the answers
    try:
        import highspy  # noqa: F401  imported while the parent still builds its model

        while True:
            problem, limits, presolve, talk = pickle.load(sys.stdin.buffer)

            def say(p: Progress) -> None:
                _send(out, "progress", p)

            _send(out, "answer", run(problem, limits, presolve=presolve, progress=say if talk else None))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        pass


def _send(out: IO[bytes], kind: str, what: Any) -> None:
    pickle.dump((kind, what), out, protocol=5)
    out.flush()


def run(
    problem: Problem, limits: Limits, *, presolve: bool = True, progress: Callable[[Progress], None] | None = None
) -> Answer:
    """Solve in this process: the search, then the linear program with all integers fixed."""
    import highspy

    began = time.perf_counter()
    h = _load(problem, highspy)
    h.setOptionValue("mip_rel_gap", limits.gap)
    h.setOptionValue("time_limit", limits.seconds)
    h.setOptionValue("presolve", "on" if presolve else "off")
    h.setOptionValue("mip_heuristic_run_rins", False)  # RINS can crash HiGHS 1.15
    if progress:
        _report(h, progress, began)
    h.run()
    status, info = h.getModelStatus(), h.getInfo()
    S = highspy.HighsModelStatus
    has_x = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if not has_x:
        infeasible = status in (S.kInfeasible, S.kUnboundedOrInfeasible)
        conflict = _conflict(h, highspy) if infeasible and not presolve else ()
        return Answer(
            "infeasible" if infeasible else "time_limit" if status == S.kTimeLimit else "no_answer",
            None,
            np.inf,
            -np.inf,
            time.perf_counter() - began,
            message=h.modelStatusToString(status),
            conflict=conflict,
        )
    mip = bool(problem.integer.any())
    objective = info.objective_function_value
    bound = info.mip_dual_bound if mip else objective
    solution = h.getSolution()
    x, dual = np.array(solution.col_value), np.array(solution.row_dual)
    if mip:
        x[problem.integer] = np.round(x[problem.integer])
        polished = _polish(h, problem, x, highspy)
        if polished is not None:
            x, dual, objective = polished
    return Answer(
        "optimal" if status == S.kOptimal else "time_limit",
        x,
        float(objective),
        float(min(bound, objective)),
        time.perf_counter() - began,
        dual,
        int(info.mip_node_count) if mip else 0,
        h.modelStatusToString(status),
    )


def _load(problem: Problem, highspy: Any) -> Any:
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
    h.passModel(lp)
    return h


def _polish(h: Any, problem: Problem, x: np.ndarray, highspy: Any) -> tuple[np.ndarray, np.ndarray, float] | None:
    """The linear program with all integers fixed at ``x``; None where rounding them made it infeasible."""
    whole = np.flatnonzero(problem.integer).astype(np.int32)
    h.changeColsIntegrality(len(whole), whole, np.full(len(whole), int(highspy.HighsVarType.kContinuous), np.uint8))
    h.changeColsBounds(len(whole), whole, x[whole], x[whole])
    h.setOptionValue("time_limit", highspy.kHighsInf)
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = h.getSolution()
    return np.array(solution.col_value), np.array(solution.row_dual), h.getInfo().objective_function_value


def _conflict(h: Any, highspy: Any) -> tuple[int, ...]:
    """Rows of an irreducible infeasible subset of the linear relaxation, empty where only integers conflict."""
    status, iis = h.getIis()
    return tuple(int(r) for r in iis.row_index_) if status == highspy.HighsStatus.kOk else ()


def _report(h: Any, progress: Callable[[Progress], None], began: float) -> None:
    def on_event(e: Any) -> None:
        out = e.data_out
        progress(Progress(time.perf_counter() - began, float(out.objective_function_value), float(out.mip_dual_bound)))

    h.cbMipImprovingSolution.subscribe(on_event)
