"""Words of the pages of emission reports, factors and inventories: key -> (Chinese, English)."""

from __future__ import annotations

from api.pages.words import WordTable

REPORTS: WordTable = {
    "rp_title": ("碳排放报告", "Emission reports"),
    "rp_lead": (
        "核算园区一段时间的温室气体排放与减排量; 每个数字都可追溯到计量点、排放因子和公式。",
        "Greenhouse gas emissions of the park over some days and what it avoids; each figure can be followed to a "
        "meter, a factor and a formula.",
    ),
    "rp_factors": ("排放因子", "Emission factors"),
    "rp_inventories": ("企业盘查", "Corporate inventories"),
    "rp_new": ("新的报告", "New report"),
    "rp_from": ("起始日", "From"),
    "rp_to": ("截止日(含)", "To, inclusive"),
    "rp_source": ("数据来源", "Source"),
    "rp_source_plans": ("计划", "plans"),
    "rp_source_measured": ("实测", "measurements"),
    "rp_baseline": ("主要基准", "Baseline of the headline"),
    "rp_label": ("备注", "Note"),
    "rp_run": ("生成报告", "Make the report"),
    "rp_more": (
        "计划: 每日取已批准的计划, 否则取最新放行的计划; 没有计划的日子在报告中列为缺口, 不作填补。",
        "Plans: of each day the approved one, else the newest that was released; days without a plan are told as gaps "
        "and never filled.",
    ),
    "rp_hint": (
        "查看报告不受限制; 生成报告需要“工程”权限。",
        "You may read reports; asking for one needs the role engineer.",
    ),
    "rp_no_accounting": (
        "此园区没有自带的核算文件 (emissions.yaml); 请通过接口提交一份。",
        "This park comes without an accounting (emissions.yaml): send one with the request over the API.",
    ),
    "rp_list": ("已提交的报告", "Reports"),
    "rp_none": ("此园区还没有报告。", "There is no report of this park yet."),
    "rp_open": ("查看", "Open"),
    "rp_older": ("更早的报告", "Older reports"),
    "rp_newest": ("返回最新", "Newest reports"),
    "rp_period": ("{start} 至 {end}", "{start} to {end}"),
    "rp_made": ("{who} 于 {at} 提交", "asked for by {who}, {at}"),
    "rp_total": ("排放 {value} t CO2e", "emitted {value} t CO2e"),
    "rp_avoided": ("减排 {value} t CO2e", "avoided {value} t CO2e"),
    "rp_covered": ("数据完整率 {share} %", "{share} % of the hours with all data"),
}

REPORT: WordTable = {
    "rr_all": ("全部报告", "All reports"),
    "rr_running": ("正在核算", "The report is being made"),
    "rr_failed": ("报告失败", "The report failed"),
    "rr_cancelled": ("报告已取消。", "The report was cancelled."),
    "rr_job": ("任务详情", "Details of the job"),
    "rr_report": ("完整报告", "Full report"),
    "rr_workbook": ("工作簿 (XLSX)", "Workbook (XLSX)"),
    "rr_pdf": ("打印版 (PDF)", "Print (PDF)"),
    "rr_json": ("数据 (JSON)", "Data (JSON)"),
    "rr_evidence": ("证据包 (ZIP)", "Evidence (ZIP)"),
    "rr_keys": ("排放与减排", "Emitted and avoided"),
    "rr_location": ("排放, 基于位置", "Emitted, location based"),
    "rr_market": ("排放, 基于市场", "Emitted, market based"),
    "rr_avoided_location": ("减排, 基于位置", "Avoided, location based"),
    "rr_avoided_market": ("减排, 基于市场", "Avoided, market based"),
    "rr_coverage": ("数据完整率", "Hours with all data"),
    "rr_against": ("对比基准: {name}", "against the baseline {name}"),
    "rr_gaps": ("数据缺口", "Gaps in the data"),
    "rr_no_gaps": ("没有缺口。", "There is none."),
    "rr_gap": ("{label}: {start} 至 {end} ({hours} 小时), {why}", "{label}: {start} to {end} ({hours} h), {why}"),
    "rr_every_meter": ("全部计量点", "every meter"),
    "rr_interval": ("95 % 区间 {low} … {high}", "95 % interval {low} … {high}"),
    "rr_notes": ("说明", "Notes"),
}

FACTORS: WordTable = {
    "ef_title": ("排放因子", "Emission factors"),
    "ef_lead": (
        "随软件提供的排放因子, 按公告登记; “假设”没有公开来源。园区可另有自己的因子文件。",
        "Factors that come with this software, each under its announcement; an assumption has no published source. A "
        "park may have a file of its own beside them.",
    ),
    "ef_id": ("编号", "Id"),
    "ef_value": ("数值", "Value"),
    "ef_use": ("用途", "Use"),
    "ef_region": ("地区", "Region"),
    "ef_year": ("数据年份", "Data of"),
    "ef_announcement": ("公告", "Announcement"),
    "ef_status": ("状态", "Status"),
    "ef_source": ("来源", "Source"),
    "ef_older": ("有更新的数据: {id}", "newer statistics: {id}"),
    "ef_status_sourced": ("有来源", "sourced"),
    "ef_status_computed": ("推算", "computed"),
    "ef_status_assumption": ("假设", "assumption"),
}

INVENTORIES: WordTable = {
    "in_title": ("企业温室气体盘查", "Corporate inventories"),
    "in_lead": (
        "提交盘查文件 (YAML): 检查加总、份额、强度、变化与排放因子, 每项发现都列出算式。",
        "Send an inventory as YAML: sums, shares, intensities, changes and factors are checked, each finding with its "
        "arithmetic.",
    ),
    "in_new": ("检查一份盘查", "Check an inventory"),
    "in_file": ("文件", "File"),
    "in_text": ("盘查文件内容", "Text of the inventory"),
    "in_label": ("备注", "Note"),
    "in_run": ("检查并保存", "Check and keep"),
    "in_hint": (
        "查看盘查不受限制; 提交需要“工程”权限。",
        "You may read inventories; sending one needs the role engineer.",
    ),
    "in_list": ("已检查的盘查", "Inventories"),
    "in_none": ("此园区还没有盘查。", "There is no inventory with this park yet."),
    "in_made": ("{who} 于 {at} 提交", "sent by {who}, {at}"),
    "in_report": ("查看", "Open"),
    "in_workbook": ("工作簿 (XLSX)", "Workbook (XLSX)"),
    "in_json": ("数据 (JSON)", "Data (JSON)"),
    "in_findings": ("发现 ({n})", "Findings ({n})"),
    "in_no_findings": ("没有发现问题。", "Nothing was found."),
    "in_grade_error": ("错误 {n}", "errors {n}"),
    "in_grade_warning": ("提醒 {n}", "warnings {n}"),
    "in_grade_rounding": ("舍入 {n}", "rounding {n}"),
    "in_older": ("更早的盘查", "Older inventories"),
    "in_newest": ("返回最新", "Newest inventories"),
}
