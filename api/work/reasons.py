"""Why a job comes to nothing, in words: {"type", "zh", "en"} with the types of `api.contract.jobs`."""

from __future__ import annotations

Failure = dict[str, str]

OUT_OF_MEMORY: Failure = {
    "type": "out_of_memory",
    "zh": "规划进程所需内存超过上限。请减少方案的规模, 或提高服务的内存上限。",
    "en": "The planning process needed more memory than it may have. Ask for less, or raise the service's limit.",
}


STUDY_OUT_OF_MEMORY: Failure = {
    "type": "out_of_memory",
    "zh": "该研究所需内存超过上限。请用典型日(例如 typical:12), 或提高服务的选项 --study-memory-mb。",
    "en": "The study needed more memory than it may have. Use typical days (such as typical:12), or raise the option "
    "--study-memory-mb of the service.",
}


def unusable_input(sentence: str) -> Failure:
    return {"type": "input", "zh": f"输入数据无法使用: {sentence}", "en": f"The input cannot be used: {sentence}"}


def internal(error: Exception) -> Failure:
    name = type(error).__name__
    return {
        "type": "internal",
        "zh": f"软件内部错误({name}), 详情见服务日志。",
        "en": f"A fault of this software ({name}); the service's log has the details.",
    }


def deadline(seconds: float) -> Failure:
    return {
        "type": "deadline",
        "zh": f"规划进程在 {seconds:.0f} 秒内未结束, 已被终止。",
        "en": f"The planning process did not end within {seconds:.0f} s and was stopped.",
    }


def crashed(how: str) -> Failure:
    return {
        "type": "crashed",
        "zh": f"规划进程意外终止({how})。",
        "en": f"The planning process ended unexpectedly ({how}).",
    }


def wrong_canary(name: str, expected: float, found: str) -> Failure:
    return {
        "type": "internal",
        "zh": f"本机求解器未通过自检: 模型 {name} 应得 {expected:g}, 实得 {found}。未进行规划。",
        "en": f"The solver of this machine failed its self-test: model {name} has the optimum {expected:g}, "
        f"it said {found}. Nothing was planned.",
    }
