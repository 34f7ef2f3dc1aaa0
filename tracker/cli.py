"""The command line. stdout is data, stderr is everything else; a fault of the user is one line and the right exit code.

Exit codes: 0 ok, 1 failed, 2 usage, 3 partly (some sources failed), 75 another instance holds the lease.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

import click

from tracker import logs
from tracker.commands.common import BUSY, FAILED, USAGE, Commands, fail
from tracker.errors import BusyError, ConfigError, TrackerError

#: Where each command is.
_COMMANDS: Final = {
    "demo": "tracker.commands.work:demo_command",
    "init": "tracker.commands.starting:init_command",
    "doctor": "tracker.commands.work:doctor_command",
    "check": "tracker.commands.work:check_command",
    "run": "tracker.commands.work:run_command",
    "serve": "tracker.commands.work:serve_command",
    "publish": "tracker.commands.work:publish_command",
    "backfill": "tracker.commands.work:backfill_command",
    "correct": "tracker.commands.work:correct_command",
    "watch": "tracker.commands.following:watch_group",
    "quarantine": "tracker.commands.doubts:quarantine_group",
    "webhook": "tracker.commands.alerts:webhook_group",
    "deliver": "tracker.commands.alerts:deliver_command",
    "relay": "tracker.commands.alerts:relay_command",
    "read": "tracker.commands.reading:read_command",
    "diff": "tracker.commands.reading:diff_command",
    "classify": "tracker.commands.reading:classify_command",
    "dates": "tracker.commands.reading:dates_command",
    "topics": "tracker.commands.reading:topics_group",
    "capture": "tracker.commands.reading:capture_command",
    "search": "tracker.commands.search:search_command",
    "backup": "tracker.commands.safety:backup_command",
    "restore": "tracker.commands.safety:restore_command",
    "replay": "tracker.commands.safety:replay_command",
    "verify": "tracker.commands.trust:verify_command",
    "evidence": "tracker.commands.trust:evidence_command",
    "strike": "tracker.commands.trust:strike_command",
    "export": "tracker.commands.trust:export_command",
}


@click.group(cls=Commands, later=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", "path", type=click.Path(path_type=Path), help="Configuration file; tracker.toml when it is here."
)
@click.option(
    "--log-format",
    "form",
    type=click.Choice(logs.FORMS),
    default="auto",
    show_default=True,
    envvar=logs.VARIABLE,
    help="How stderr logs: lines, json, or json wherever stderr is no terminal.",
)
@click.version_option(package_name="duma-tracker")
@click.pass_context
def cli(context: click.Context, path: Path | None, form: logs.Form) -> None:
    """Watch State Duma bills and decrees, keep evidence, show what changed."""
    logs.set_up(form)
    context.obj = path


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every fault that was foreseen ends in one line."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _terminated)
    logs.set_up()
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
        raise SystemExit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as exit_:
        raise SystemExit(exit_.exit_code) from None
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else error.format_message())
        raise SystemExit(USAGE) from None
    except click.ClickException as error:
        fail(_one_line(error.format_message()), USAGE)
    except click.Abort:
        fail("stopped", FAILED)
    except BusyError as error:
        fail(str(error), BUSY)
    except ConfigError as error:
        fail(str(error), USAGE)
    except TrackerError as error:
        fail(str(error), FAILED)
    except BrokenPipeError:
        with suppress(OSError):
            sys.stdout.close()
        raise SystemExit(FAILED) from None
    except OSError as error:
        fail(f"{error.filename or 'output'}: {error.strerror or type(error).__name__}", FAILED)


def _terminated(number: int, frame: object) -> NoReturn:
    """SIGTERM and SIGHUP end a command like any other way out: what it holds is given back. Servers stop by themselves."""
    del frame
    raise SystemExit(128 + number)


def _one_line(message: str) -> str:
    return " ".join(message.split())


if __name__ == "__main__":
    main()
