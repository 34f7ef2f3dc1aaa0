"""The operator's page: what became of each message, what the sources did to us. Served apart from the site, on a port of its own.

Neither the address nor the secret of a subscription stands here: the operator knows a subscription by the name they gave it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feeds import times
from feeds.languages import Speech
from feeds.pages import asset, environment
from tracker.alerts import Attempt, Delivery, DeliveryState, Subscription
from tracker.models import Language, OperatorEvent, SiteInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the page shows, newest first."""

    subscriptions: Sequence[Subscription]
    counts: Mapping[DeliveryState, int]
    deliveries: Sequence[tuple[Delivery, Sequence[Attempt]]]
    journal: Sequence[OperatorEvent]


def page(report: Report, info: SiteInfo, language: Language) -> bytes:
    """The page as HTML."""
    say = Speech(language)
    words = {
        DeliveryState.WAITING: say("ждёт отправки"),
        DeliveryState.DELIVERED: say("доставлено"),
        DeliveryState.EXHAUSTED: say("попытки кончились"),
        DeliveryState.CANCELLED: say("отменено"),
    }
    return (
        environment(say)
        .get_template("operator.html")
        .render(
            site=info,
            subscriptions=[
                {
                    "name": row.name,
                    "channel": row.channel,
                    "state": say("включена") if row.enabled else say("выключена: {reason}", reason=row.disabled_reason),
                    "failing": times.both(row.failing_since, language=language) if row.failing_since else "",
                }
                for row in report.subscriptions
            ],
            counts=[(words[state], report.counts.get(state, 0)) for state in DeliveryState],
            deliveries=[
                {
                    "id": row.message_id,
                    "subscription": row.subscription,
                    "type": row.type,
                    "state": words[row.state],
                    "created": times.both(row.created_at, language=language),
                    "due": times.both(row.due_at, language=language) if row.state is DeliveryState.WAITING else "",
                    "attempts": [_attempt(attempt, say) for attempt in attempts],
                }
                for row, attempts in report.deliveries
            ],
            journal=[
                {
                    "at": times.both(row.at, language=language),
                    "kind": row.kind,
                    "source": row.source,
                    "message": row.message,
                }
                for row in report.journal
            ],
        )
        .encode()
    )


def _attempt(attempt: Attempt, say: Speech) -> str:
    """``14.05.2026 14:05 МСК (11:05 UTC): 503, 0.2 s``."""
    outcome = attempt.outcome
    what = str(outcome.status or "") if outcome.delivered else outcome.error or str(outcome.status or "")
    result = what or (say("доставлено") if outcome.delivered else say("не доставлено"))
    return f"{times.both(attempt.at, language=say.language)}: {result}, {attempt.seconds:.1f} s"


def style() -> bytes:
    """The stylesheet that the page asks for."""
    return asset("style.css")
