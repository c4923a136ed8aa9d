"""The command `ems`. Exit codes: 0 done, 1 the audit objects, 2 unusable input, 130 cancelled."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors of the user's making are one sentence on standard error."""
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("ems: cancelled, nothing was written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone: nothing left to say
        sys.stderr.close()
        return 0


def _run(argv: Sequence[str] | None) -> int:
    """Imports are made here, where Ctrl-C is already listened to: they take the longest of a short command."""
    from api.arguments import parser
    from forecasting.errors import InputError

    args = parser().parse_args(argv)
    try:
        return _command(args.command)(args)
    except InputError as error:
        print(f"ems: {error}", file=sys.stderr)
        return 2


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    """The function of a command, its imports paid for only now."""
    if name == "plan":
        from api.plan_command import plan

        return plan
    if name in ("forecast", "score"):
        from api import forecast_command

        return {"forecast": forecast_command.forecast, "score": forecast_command.score}[name]
    if name == "backtest":
        from api.backtest_command import backtest

        return backtest
    if name == "explain":
        from api.explain_command import explain

        return explain
    if name == "size":
        from api.size_command import size

        return size
    if name == "report":
        from api.report_command import report

        return report
    if name == "inventory":
        from api.inventory_command import inventory

        return inventory
    if name == "analyse":
        from api.analyse_command import analyse

        return analyse
    if name == "pathway":
        from api.pathway_command import pathway

        return pathway
    if name == "field":
        from api.field_command import field

        return field
    if name in ("serve", "worker"):
        from api import serve_command

        return {"serve": serve_command.serve, "worker": serve_command.worker}[name]
    if name in ("token", "user", "backup", "restore"):
        from api import admin_commands

        return {
            "token": admin_commands.token,
            "user": admin_commands.user,
            "backup": admin_commands.backup,
            "restore": admin_commands.restore,
        }[name]
    from api import commands

    return {
        "sites": commands.sites,
        "check": commands.check,
        "audit": commands.audit,
        "schema": commands.schema,
    }[name]


if __name__ == "__main__":
    sys.exit(main())
