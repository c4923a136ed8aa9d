"""The commands that administer the service: token, user, backup, restore. They work whether it runs or not."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from rich.cells import cell_len, set_cell_size

from api.arguments import file_path
from api.reach import Here, There, database_of, owner_or_store, reach
from forecasting.errors import InputError

SHORTEST_PASSWORD = 10
LOCAL = "local"  # who the audit log says it was: whoever may read the database's files


def token(args: argparse.Namespace) -> int:
    """Make, list or revoke tokens. The secret of a new one is all that comes on standard output."""
    with reach(database_of(args)) as service:
        if args.action == "list":
            _show_tokens(service.call("GET", "/api/v1/tokens"), args.lang)
        elif args.action == "revoke":
            service.call("DELETE", f"/api/v1/tokens/{quote(args.id, safe='')}")
            _say(args.lang, f"令牌 {args.id} 已吊销", f"token {args.id} revoked")
        else:
            asked = {
                "name": args.name or f"{args.role}-{secrets.token_hex(3)}",
                "role": args.role,
                "sites": args.site,
                "days": args.days,
            }
            made = service.call("POST", "/api/v1/tokens", asked)
            until = str(made["expires_at"])[:10]
            _say(
                args.lang,
                f"令牌 {made['id']}({_role(made, 'zh')}),有效期至 {until};密钥只显示这一次:",
                f"token {made['id']} ({_role(made, 'en')}), valid until {until}; its secret is shown only now:",
            )
            print(made["secret"])
    return 0


def user(args: argparse.Namespace) -> int:
    """Make, list and change users, or let one sign in by link."""
    password = _password(args)
    with reach(database_of(args)) as service:
        if args.action == "list":
            _show_users(service.call("GET", "/api/v1/users"), args.lang)
            return 0
        path = f"/api/v1/users/{quote(args.name, safe='')}"
        if args.action == "link":
            _show_link(service.call("POST", f"{path}/sign-in-link")["url"], service, args.lang)
            return 0
        if args.action == "add":
            asked = {"name": args.name, "role": args.role, "sites": args.site, "password": password}
            made = service.call("POST", "/api/v1/users", asked)
        else:
            made = service.call("PATCH", path, _change(args, password))
    _say(args.lang, f"用户 {_person(made, 'zh')}", f"user {_person(made, 'en')}")
    if args.action == "add" and password is None:
        _say(args.lang, f"登录链接: ems user link {args.name}", f"to sign in: ems user link {args.name}")
    return 0


def backup(args: argparse.Namespace) -> int:
    """Copy the database into a new file, whole or not at all, while it is in use."""
    from api.backup import backup as write_backup
    from api.records import audit_log

    target = file_path(args.file)
    if target.exists():
        raise InputError(str(target), "", None, "a file that is not there yet")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(str(target), "", None, "a place that can be written", error.strerror or "") from error
    found = owner_or_store(database_of(args))
    if isinstance(found, There):
        with found:
            found.download("POST", "/api/v1/backups", target)
    else:
        with found as store:
            write_backup(store, target)
            with store.write() as c:
                audit_log.append(c, LOCAL, "backup.create", "database", after={"bytes": target.stat().st_size})
    size = target.stat().st_size / 1e6
    _say(args.lang, f"{target} 已写入,{size:.1f} MB", f"{target} written, {size:.1f} MB")
    return 0


def restore(args: argparse.Namespace) -> int:
    """Fill an empty database from a backup."""
    from api.backup import restore as read_backup
    from api.store import Store

    with Store(database_of(args)) as store:
        read_backup(store, file_path(args.file))
        place = store.place
    _say(args.lang, f"{args.file} 已恢复到 {place}", f"{args.file} restored into {place}")
    return 0


def _password(args: argparse.Namespace) -> str | None:
    """The new password, typed twice without being shown or the first line of standard input; None where none is set."""
    if args.action == "password" and sys.stdin.isatty():
        given = getpass.getpass({"zh": "新密码: ", "en": "new password: "}[args.lang])
        if getpass.getpass({"zh": "再输一次: ", "en": "once more: "}[args.lang]) != given:
            raise InputError("password", "", None, "the same twice")
    elif args.action == "password" or getattr(args, "password_stdin", False):
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        return None
    if len(given) < SHORTEST_PASSWORD:
        raise InputError("password", "", None, f"{SHORTEST_PASSWORD} characters or more")
    return given


def _change(args: argparse.Namespace, password: str | None) -> dict[str, Any]:
    if args.action == "password":
        return {"password": password}
    if args.action == "role":
        return {"role": args.role} | ({"sites": args.site} if args.site else {"all_sites": True})
    return {"disabled": args.action == "disable"}


ROLES = {"viewer": "查看", "operator": "运行", "engineer": "工程", "admin": "管理"}  # as on the pages


def _role(of: dict[str, Any], lang: str) -> str:
    role = ROLES[of["role"]] if lang == "zh" else str(of["role"])
    everywhere = {"zh": "全部园区", "en": "all parks"}[lang]
    return f"{role}, {', '.join(of['sites']) if of['sites'] is not None else everywhere}"


def _person(of: dict[str, Any], lang: str) -> str:
    disabled = {"zh": ",已停用", "en": ", disabled"}[lang] if of["disabled_at"] else ""
    return f"{of['name']} ({_role(of, lang)}{disabled})"


def _show_link(url: str, service: Here | There, lang: str) -> None:
    _say(lang, "只能使用一次,15 分钟内有效:", "works once, within 15 minutes:")
    print(url)
    if service.elsewhere:
        _say(lang, "请换成浏览器访问服务的地址", "put the address by which browsers reach the service in front")
    elif isinstance(service, Here):
        _say(lang, "服务未在运行: 先启动 ems serve", "no service is running: start `ems serve` first")


def _show_tokens(tokens: list[dict[str, Any]], lang: str) -> None:
    heads = {
        "zh": ("编号", "名称", "角色", "有效期至", "最近使用", "状态"),
        "en": ("id", "name", "role", "expires", "last used", "state"),
    }[lang]
    revoked, valid = {"zh": ("已吊销", "有效"), "en": ("revoked", "valid")}[lang]
    rows = [
        (
            t["id"],
            t["name"],
            _role(t, lang),
            _day(t["expires_at"]),
            _day(t["last_used_at"]),
            revoked if t["revoked_at"] else valid,
        )
        for t in tokens
    ]
    _show(heads, rows)


def _show_users(users: list[dict[str, Any]], lang: str) -> None:
    heads = {"zh": ("用户", "角色", "密码", "状态"), "en": ("user", "role", "password", "state")}[lang]
    yes, no, disabled, active = {"zh": ("有", "无", "已停用", "启用"), "en": ("yes", "no", "disabled", "active")}[lang]
    rows = [
        (u["name"], _role(u, lang), yes if u["has_password"] else no, disabled if u["disabled_at"] else active)
        for u in users
    ]
    _show(heads, rows)


def _show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns, never wrapped: programs read them too."""
    widths = [max(map(cell_len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        print("  ".join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _day(moment: str | None) -> str:
    return moment[:10] if moment else "–"


def _say(lang: str, zh: str, en: str) -> None:
    print(f"ems: {zh if lang == 'zh' else en}", file=sys.stderr)
