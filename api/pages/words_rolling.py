"""Words of rolling re-planning on the page Today: key -> (Chinese, English)."""

from __future__ import annotations

from api.pages.words import WordTable

ROLLING: WordTable = {
    "ro_title": ("自动滚动重排", "Re-planning by itself"),
    "ro_lead": (
        "按设定间隔自动重排今日余下时段。结果只是待批准的计划: 没有人批准, 执行中的计划不变。",
        "Plans the rest of today anew at set times. What it makes is proposed: until someone approves it, the plan "
        "that stands goes on.",
    ),
    "ro_every": ("间隔", "How often"),
    "ro_off": ("关闭", "off"),
    "ro_minutes": ("每 {n} 分钟", "every {n} min"),
    "ro_save": ("保存", "Save"),
    "ro_none": ("尚未自动重排过。", "There has been none yet."),
    "ro_last": ("上次: {time}, {state}", "Last: {time}, {state}"),
    "ro_next": ("下次: {time}", "Next: {time}"),
    "ro_soon": ("下次: 已到时, 等当前任务结束后提交", "Next: due, as soon as none waits or runs"),
    "ro_queued": ("排队中", "queued"),
    "ro_running": ("正在计算", "running"),
    "ro_succeeded": ("已完成", "made"),
    "ro_failed": ("失败, 执行中的计划不变", "failed; the plan that stands goes on"),
    "ro_cancelled": ("已取消", "cancelled"),
    "ro_see": ("查看该计划", "See that plan"),
    "ro_job": ("查看任务", "See the job"),
    "ro_stale": ("测量不新鲜或不完整: ", "Measurements are old or incomplete: "),
    "ro_fault": ("无法提交到时的重排: {text}", "The re-plan that is due cannot be asked for: {text}"),
}
