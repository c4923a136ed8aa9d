"""One GET request for JSON: timeouts, three tries, no answer believed unseen."""

from __future__ import annotations

import json
import time
from typing import Any

from forecasting.errors import InputError

TRIES = 3
MAX_BYTES = 10_000_000
LONG_S, SHORT_S = (15.0, 5.0), (3.0, 2.0)  # for an answer, for a connection
FIRST_PAUSE_S = 0.2
RETRY_STATUS = (429, 500, 502, 503, 504)


def get_json(source: str, url: str, params: dict[str, str], patient: bool) -> dict[str, Any]:
    """Return the JSON object at ``url``.

    Tries three times, with growing pauses, when the service cannot be reached, is too slow or says that it has a
    fault of its own; other refusals are final. A patient caller waits up to 15 s for each answer, others 3 s.
    """
    import httpx

    answer_s, connect_s = LONG_S if patient else SHORT_S
    timeout = httpx.Timeout(answer_s, connect=connect_s)
    reason = ""
    with httpx.Client(timeout=timeout, headers={"User-Agent": "park-ems"}) as client:
        for attempt in range(TRIES):
            if attempt:
                time.sleep(FIRST_PAUSE_S * 4 ** (attempt - 1))
            begin = time.monotonic()
            try:
                with client.stream("GET", url, params=params) as response:
                    body = b""
                    for chunk in response.iter_bytes():
                        body += chunk
                        if len(body) > MAX_BYTES or time.monotonic() - begin > 2 * answer_s:
                            raise httpx.ReadTimeout("the answer is too long or comes too slowly")
            except httpx.HTTPError as error:
                reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                continue
            text = body.decode("utf-8", "replace")
            if response.status_code == 200:
                return _object(source, text)
            reason = f"HTTP {response.status_code} {_reason(text)}".strip()
            if response.status_code not in RETRY_STATUS:
                raise InputError(source, "request", reason, "HTTP 200")
    raise InputError(
        source, "answer", reason, f"an answer within {TRIES} tries", "check the network, or choose another weather"
    )


def _object(source: str, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(source, "answer", text[:60], "JSON") from error
    if not isinstance(data, dict):
        raise InputError(source, "answer", type(data).__name__, "a JSON object")
    return data


def _reason(text: str) -> str:
    """What the service itself says is wrong, if it says so in its usual form."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(data.get("reason", ""))[:200] if isinstance(data, dict) else ""
