"""Why a scenario has no result, in words: {"type", "zh", "en"}."""

from __future__ import annotations

Failure = dict[str, str]

LOST = "lost"  # nothing is known against the scenario but that its workers died: worth another try
TIMES_EN = {1: "once", 2: "twice", 3: "three times"}

OUT_OF_MEMORY: Failure = {
    "type": "out_of_memory",
    "zh": "该方案所需内存超过工作进程的上限。请减少并行进程数, 或采用典型日。",
    "en": "The scenario needed more memory than a worker may have. Use fewer workers, or typical days.",
}


def unusable_input(sentence: str) -> Failure:
    return {"type": "input", "zh": f"输入数据无法使用: {sentence}", "en": sentence}


def internal(error: BaseException) -> Failure:
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    return {"type": "internal", "zh": f"软件内部错误({told})。", "en": f"A fault of this software ({told})."}


def worker_lost(times: int, how: str) -> Failure:
    """The worker died, or hung past the deadline; ``how`` tells of the last time."""
    often = TIMES_EN.get(times, f"{times} times")
    return {
        "type": LOST,
        "zh": f"计算该方案的工作进程 {times} 次终止({how})。",
        "en": f"The worker died {often} on this scenario ({how}).",
    }
