"""What may be said of the service on the command line: serve, worker, token, user, backup, restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable

# Roles and defaults are those of api.contract and api.settings, whose import takes longer than `ems --version`.
# What is not given stays None here, and a test holds the numbers in the help against the settings.
ROLES = ("viewer", "operator", "engineer", "admin")
Language = Callable[[argparse.ArgumentParser], None]


def add_service_commands(sub: argparse._SubParsersAction[argparse.ArgumentParser], language: Language) -> None:
    """Add the commands; `language` gives each of them the option that all commands share."""
    _serve(sub.add_parser("serve", help="the service: API, pages, planning"), language)
    _worker(sub.add_parser("worker", help="plans for a service on PostgreSQL from another host"), language)
    _token(sub.add_parser("token", help="keys of programs that use the API"), language)
    _user(sub.add_parser("user", help="people who sign in"), language)

    backup = sub.add_parser("backup", help="copy the database into one file while it is in use")
    backup.add_argument("file", metavar="FILE")
    _database(backup)
    language(backup)

    restore = sub.add_parser("restore", help="fill an empty database from such a file")
    restore.add_argument("file", metavar="FILE")
    _database(restore)
    language(restore)


def _serve(p: argparse.ArgumentParser, language: Language) -> None:
    _database(p)
    p.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    p.add_argument("--port", type=int, metavar="N", help="0: any free one (default: 8765)")
    _workers(p)
    p.add_argument("--queue-limit", type=int, metavar="N", help="jobs that may wait, more are refused (default: 200)")
    p.add_argument("--behind-proxy", action="store_true", help="a proxy on the way here does TLS")
    p.add_argument("--tls-cert", metavar="FILE", help="certificate (PEM) of the service's own TLS")
    p.add_argument("--tls-key", metavar="FILE", help="its private key (PEM)")
    p.add_argument("--oidc-issuer", metavar="URL", help="identity provider whose bearer tokens are accepted too")
    p.add_argument("--oidc-audience", metavar="NAME", help="audience that its tokens must be made for")
    p.add_argument("--oidc-keys-url", metavar="URL", help="its JSON Web Key Set")
    p.add_argument("--open", action="store_true", help="open the sign-in link in the browser of this machine")
    language(p)


def _worker(p: argparse.ArgumentParser, language: Language) -> None:
    _database(p)
    _workers(p)
    language(p)


def _token(p: argparse.ArgumentParser, language: Language) -> None:
    sub = p.add_subparsers(dest="action", required=True, metavar="action")
    create = sub.add_parser("create", help="make one and print its secret, which is shown only now")
    _role(create)
    create.add_argument("--name", default="", metavar="N", help="what it is for (default: its role and a number)")
    _sites(create)
    create.add_argument("--days", type=int, default=365, metavar="D", help="until it expires (default: %(default)s)")
    revoke = sub.add_parser("revoke", help="end one at once")
    revoke.add_argument("id", metavar="ID", help="as `ems token list` shows it")
    for action in (create, sub.add_parser("list", help="all of them, without their secrets"), revoke):
        _database(action)
        language(action)


def _user(p: argparse.ArgumentParser, language: Language) -> None:
    sub = p.add_subparsers(dest="action", required=True, metavar="action")
    actions = [sub.add_parser("list", help="all of them")]
    for name, told in (
        ("add", "make one, who signs in by link until there is a password"),
        ("role", "change the role, and with --site the parks"),
        ("password", "set a new one"),
        ("link", "print a link that signs in once"),
        ("disable", "end all sessions, refuse new ones"),
        ("enable", "let in again"),
    ):
        action = sub.add_parser(name, help=told)
        action.add_argument("name", metavar="NAME")
        if name in ("add", "role"):
            _role(action)
            _sites(action)
        if name == "add":
            action.add_argument("--password-stdin", action="store_true", help="the first line of standard input")
        actions.append(action)
    for action in actions:
        _database(action)
        language(action)


def _role(p: argparse.ArgumentParser) -> None:
    p.add_argument("--role", required=True, choices=ROLES)


def _sites(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--site", action="append", default=None, metavar="S", help="only this park; repeatable (default: all)"
    )


def _workers(p: argparse.ArgumentParser) -> None:
    p.add_argument("--workers", type=int, metavar="N", help="planning processes of this host (default: 1)")
    p.add_argument(
        "--study-workers", type=int, metavar="N", help="sizing studies at once, in processes of their own (default: 1)"
    )
    p.add_argument(
        "--study-memory-mb", type=int, metavar="M", help="memory of such a process and of its solver (default: 8192)"
    )


def _database(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--database",
        metavar="URL",
        help="sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME (default: $EMS_DATABASE, else a file of this user)",
    )
