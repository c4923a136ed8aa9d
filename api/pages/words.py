"""Words of the frame around every page, of signing in and of errors: key -> (Chinese, English).

A page brings its own table of the same form to `environment.render`; keys that begin with ``js_`` also reach the
scripts of the page.
"""

from __future__ import annotations

from collections.abc import Mapping

WordTable = Mapping[str, tuple[str, str]]

BASE: WordTable = {
    "product": ("园区能源管理", "Park energy management"),
    "other_language": ("English", "中文"),
    "skip": ("跳到正文", "Skip to content"),
    "main_navigation": ("主导航", "Main"),
    "nav_today": ("今日", "Today"),
    "nav_tomorrow": ("明日", "Tomorrow"),
    "nav_what_if": ("假设分析", "What-if"),
    "nav_forecast": ("预测", "Forecast"),
    "nav_jobs": ("任务", "Jobs"),
    "nav_edit": ("站点", "Site editor"),
    "nav_alarms": ("报警", "Alarms"),
    "nav_audit_log": ("审计日志", "Audit log"),
    "nav_settings": ("设置", "Settings"),
    "site": ("园区", "Park"),
    "choose_site": ("切换园区", "Choose a park"),
    "all_parks": ("园区总览", "All parks"),
    "no_site": ("没有可查看的园区", "There is no park that you may see"),
    "no_site_more": (
        "请管理员为您的账户分配园区, 或由工程师新建站点。",
        "Ask an administrator to assign a park to you, or an engineer to create one.",
    ),
    "alarms_none": ("无报警", "no alarms"),
    "alarms_one": ("1 条报警", "1 alarm"),
    "alarms_many": ("{n} 条报警", "{n} alarms"),
    "signed_in_as": ("当前用户", "Signed in as"),
    "role_viewer": ("查看", "viewer"),
    "role_operator": ("运行", "operator"),
    "role_engineer": ("工程", "engineer"),
    "role_admin": ("管理", "admin"),
    "sign_out": ("退出", "Sign out"),
    "close": ("关闭", "Close"),
    "cancel": ("取消", "Cancel"),
    "needs_role": ("需要“{role}”权限", "needs the role {role}"),
    "no_script": (
        "图形、按钮和实时进度需要启用脚本; 文字与表格不受影响。",
        "Figures, buttons and live progress need scripts enabled; text and tables do not.",
    ),
    # signing in
    "sign_in": ("登录", "Sign in"),
    "user_name": ("用户名", "User name"),
    "password": ("密码", "Password"),
    "sign_in_link_hint": (
        "没有密码? 请管理员生成一次性登录链接; 服务启动时也会在终端打印一个。",
        "No password? An administrator can make you a one-time link; the service also prints one when it starts.",
    ),
    "sign_in_credentials": ("用户名或密码不正确。", "User name or password is wrong."),
    "sign_in_throttled": (
        "尝试次数过多, 请稍后再试。",
        "Too many attempts; please wait a while and try again.",
    ),
    "sign_in_link": (
        "此登录链接已使用或已过期, 请重新申请。",
        "This sign-in link has been used or has expired; please ask for a new one.",
    ),
    "sign_in_ended": ("会话已结束, 请重新登录。", "Your session has ended; please sign in again."),
    # errors
    "error_page": ("出错了", "Something went wrong"),
    "error_403": ("没有权限", "Not allowed"),
    "error_403_more": (
        "您的角色不能使用此页面, 请联系管理员。",
        "Your role may not use this page; ask an administrator.",
    ),
    "error_404": ("没有找到", "Not found"),
    "error_404_more": (
        "此地址没有内容, 或您无权查看。",
        "There is nothing at this address, or nothing that you may see.",
    ),
    "error_422": ("地址有误", "This address cannot be used"),
    "error_422_more": (
        "地址中的日期或编号无法识别。",
        "A date or a number in it is not one that there is.",
    ),
    "error_503": ("服务暂不可用", "The service is busy"),
    "error_503_more": ("请稍后刷新页面。", "Reload the page in a moment."),
    "error_other_more": (
        "请稍后重试; 若仍出现, 请把下面的编号告诉管理员。",
        "Try again later; if it stays, tell an administrator the number below.",
    ),
    "error_request": ("请求编号", "Request"),
    "to_start": ("返回首页", "Go to the start page"),
    # what scripts say
    "js_fault_network": (
        "无法连接服务, 请检查网络后重试。",
        "The service cannot be reached; check the network and try again.",
    ),
    "js_fault_401": ("会话已结束, 请重新登录。", "Your session has ended; please sign in again."),
    "js_fault_403": ("没有权限执行此操作。", "You are not allowed to do this."),
    "js_fault_404": ("对象不存在或已删除。", "It does not exist, or no longer."),
    "js_fault_409": ("与当前状态冲突, 请刷新页面。", "This conflicts with the present state; reload the page."),
    "js_fault_412": (
        "内容已被他人修改, 请刷新后重试。",
        "Someone has changed it in the meantime; reload and try again.",
    ),
    "js_fault_413": ("内容过大。", "This is too large."),
    "js_fault_422": ("提交的内容有误。", "Something in it is not right."),
    "js_fault_429": ("操作过于频繁, 请 {seconds} 秒后重试。", "Too often; try again in {seconds} s."),
    "js_fault_503": ("任务队列已满, 请 {seconds} 秒后重试。", "The queue is full; try again in {seconds} s."),
    "js_fault_other": ("服务出错({status})。", "The service failed ({status})."),
    "js_line": ("第 {line} 行", "line {line}"),
    "js_close": ("关闭", "Close"),
    "js_state_queued": ("排队中", "waiting"),
    "js_state_running": ("运行中", "running"),
    "js_state_succeeded": ("已完成", "done"),
    "js_state_failed": ("失败", "failed"),
    "js_state_cancelled": ("已取消", "cancelled"),
    "js_cancelling": ("正在取消…", "cancelling…"),
    "js_phase_inputs": ("获取天气、预测负荷与光伏", "weather, demand and solar forecast"),
    "js_phase_baseline": ("计算规则运行方案", "rule-based operation"),
    "js_phase_build": ("建立优化模型", "building the model"),
    "js_phase_solve": ("优化求解", "optimising"),
    "js_phase_explain": ("审核与说明", "audit and reasons"),
    "js_gap": ("间隙 {gap}", "gap {gap}"),
    "js_incumbent": ("当前最好 {cny} 元", "best so far {cny} CNY"),
    "js_seconds": ("已用 {seconds} 秒", "{seconds} s so far"),
    "js_retry": ("重新执行(第 {attempt} 次)", "begun again (attempt {attempt})"),
    "js_lost_stream": ("实时连接中断, 正在重连…", "Live connection lost, connecting again…"),
}
