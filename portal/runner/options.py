"""The command line of `./run`. Standard library only: read before anything is installed."""

import argparse

DEFAULT_PORT = 8000


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run",
        description="Start the portal with a demo county: web, worker, scheduler, servers. "
        "Ctrl-C stops everything. Data are kept in var/ (or PORTAL_VAR). "
        "启动平台并载入演示县,按 Ctrl-C 全部停止。",
        epilog="With DATABASE_URL (PostgreSQL 15 or newer) and REDIS_URL set, those are used instead of "
        "the embedded ones. Production: docs/operations.md.",
    )
    parser.add_argument("--empty", action="store_true", help="no demo county, only tables and roles  不载入演示数据")
    parser.add_argument(
        "--port",
        type=_port,
        help=f"port of the web address (default: {DEFAULT_PORT}, or the next free one) 端口",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1) 监听地址")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port: give a number from 1 to 65535")
    return number
